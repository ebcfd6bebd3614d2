//! What the engine is asked to do: our samples of the formats it lists, the caller's own inputs, and a few it should
//! decline with grace (checks BLD-002, BLD-005, BLD-006, BEN-001).

use std::sync::Arc;

use assay_checks::samples;
use assay_core::manifest::EffectiveManifest;
use assay_core::report::NotJudged;
use assay_core::run::{Exercise, ExerciseKind};

use super::OwnInput;

/// How often the preferred format's sample is sent: enough for a median and a high percentile, few enough for a slow
/// engine.
const MEASURED_TIMES: u32 = 7;
/// How often every other sample is sent: twice, to compare the answers.
const COMPARED_TIMES: u32 = 2;
/// Size of an oversized input when the manifest sets no limit; with one, a little above it.
const OVERSIZED_BYTES: u64 = 4 << 20;
/// The most sent as an oversized input, whatever the manifest's limit.
const OVERSIZED_AT_MOST: u64 = 32 << 20;

/// The inputs of a test.
pub(super) struct Exercises {
    /// In the order of sending; good ones first, so that measurements are undisturbed.
    pub(super) list: Vec<Exercise>,
    /// Formats for which nothing could be sent.
    pub(super) not_judged: Vec<NotJudged>,
}

/// The exercises for an engine with this manifest.
pub(super) fn choose(manifest: &EffectiveManifest, own: &[OwnInput], seed: u64) -> Exercises {
    let mut list: Vec<Exercise> = formats(manifest).filter_map(sample).collect();
    let not_judged = formats(manifest)
        .filter(|mime| samples::for_mime(mime).is_none() && !own.iter().any(|input| same(&input.mime, mime)))
        .map(|mime| NotJudged {
            what: format!("input format {mime}"),
            why: "there is no sample of this format; bring an input of your own".into(),
        })
        .collect();
    list.extend(own.iter().map(own_exercise));
    if let Some(first) = list.first_mut() {
        first.times = MEASURED_TIMES;
    }
    let bad = difficult(manifest, list.first(), seed);
    list.extend(bad);
    Exercises { list, not_judged }
}

/// The good inputs, each once: enough to compare one world with another.
pub(super) fn once(exercises: &[Exercise]) -> Vec<Exercise> {
    let good = exercises.iter().filter(|exercise| exercise.kind == ExerciseKind::Sample);
    good.map(|exercise| Exercise { times: 1, ..exercise.clone() }).collect()
}

/// The formats the engine lists, the preferred one first, each once.
fn formats(manifest: &EffectiveManifest) -> impl Iterator<Item = &str> {
    let preferred = Some(manifest.preferred_input_format.as_str()).filter(|mime| !mime.is_empty());
    let others = manifest.supported_input_formats.iter().map(String::as_str);
    let mut seen: Vec<String> = Vec::new();
    preferred.into_iter().chain(others).filter(move |mime| {
        let key = plain(mime);
        let new = !seen.contains(&key);
        seen.push(key);
        new
    })
}

/// Type and subtype without parameters, lower case.
fn plain(mime: &str) -> String {
    mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn same(one: &str, other: &str) -> bool {
    plain(one) == plain(other)
}

fn sample(mime: &str) -> Option<Exercise> {
    let sample = samples::for_mime(mime)?;
    Some(Exercise {
        name: format!("{mime} sample"),
        kind: ExerciseKind::Sample,
        mime: mime.to_owned(),
        input: sample.bytes.into(),
        duration_ms: sample.duration_ms,
        size: sample.size,
        times: COMPARED_TIMES,
    })
}

fn own_exercise(own: &OwnInput) -> Exercise {
    Exercise {
        name: format!("own input {}", own.name),
        kind: ExerciseKind::Sample,
        mime: own.mime.clone(),
        input: Arc::clone(&own.bytes),
        duration_ms: 0,
        size: (0, 0),
        times: COMPARED_TIMES,
    }
}

/// A format not listed, nothing at all, a broken and an oversized form of a good input.
fn difficult(manifest: &EffectiveManifest, good: Option<&Exercise>, seed: u64) -> Vec<Exercise> {
    let mut list: Vec<Exercise> = unsupported(manifest).into_iter().collect();
    let Some(good) = good else { return list };
    let variant = |kind, name: &str, input: Vec<u8>| Exercise {
        name: format!("{} {name}", good.mime),
        kind,
        mime: good.mime.clone(),
        input: input.into(),
        duration_ms: 0,
        size: (0, 0),
        times: 1,
    };
    list.push(variant(ExerciseKind::Empty, "empty", Vec::new()));
    list.push(variant(ExerciseKind::Broken, "broken", broken(&good.input, seed)));
    list.push(variant(ExerciseKind::Oversized, "oversized", oversized(&good.input, manifest.max_file_mb)));
    list
}

/// A good input of the first format the engine does not list.
fn unsupported(manifest: &EffectiveManifest) -> Option<Exercise> {
    let listed: Vec<&str> = formats(manifest).collect();
    let other = ["image/gif", "text/csv", "audio/wav", "application/pdf"]
        .into_iter()
        .find(|mime| !listed.iter().any(|known| same(known, mime)) && samples::for_mime(mime).is_some())?;
    let exercise = sample(other)?;
    Some(Exercise { name: format!("{other} unsupported"), kind: ExerciseKind::Unsupported, times: 1, ..exercise })
}

/// The first two thirds of `good`, with about one byte in nine changed as `seed` has it.
fn broken(good: &[u8], seed: u64) -> Vec<u8> {
    let mut chance = Chance(seed);
    let keep = good.len() * 2 / 3;
    good.iter().take(keep).map(|byte| if chance.next() % 9 == 0 { chance.next() as u8 } else { *byte }).collect()
}

/// `good` over and over, to just above the engine's own limit.
fn oversized(good: &[u8], limit_mb: Option<f64>) -> Vec<u8> {
    let limit = limit_mb.map(|mb| (mb * f64::from(1 << 20)) as u64).filter(|limit| *limit > 0);
    let size = limit.map_or(OVERSIZED_BYTES, |limit| limit + 1).min(OVERSIZED_AT_MOST);
    good.iter().copied().cycle().take(usize::try_from(size).unwrap_or(0)).collect()
}

/// SplitMix64 (Steele, Lea, Flood 2014): all that is asked of it is that the same seed scrambles alike.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_breaks_alike_and_another_differently() {
        let good: Vec<u8> = (0..=255).collect();
        assert_eq!(broken(&good, 1), broken(&good, 1));
        assert_ne!(broken(&good, 1), broken(&good, 2));
        assert_ne!(broken(&good, 1), good.iter().copied().take(170).collect::<Vec<_>>());
        assert_eq!(broken(&good, 1).len(), 170);
        assert!(broken(&[], 1).is_empty());
    }

    #[test]
    fn oversized_is_just_above_the_limit_and_bounded() {
        assert_eq!(oversized(b"abc", Some(1.0)).len(), (1 << 20) + 1);
        assert_eq!(oversized(b"abc", Some(1e9)).len() as u64, OVERSIZED_AT_MOST);
        assert_eq!(oversized(b"abc", None).len() as u64, OVERSIZED_BYTES);
        assert!(oversized(b"", None).is_empty());
    }
}
