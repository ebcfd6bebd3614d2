//! Which exercises an engine gets.

use std::sync::Arc;

use assay_core::manifest::EffectiveManifest;
use assay_core::report::NotJudged;
use assay_core::run::{Exercise, ExerciseKind};

use super::{Sample, for_mime, spoil};

/// How often the first sample is sent: enough to compare answers and to have a median.
const TIMES: u32 = 3;
/// Types of which one is sent as an unsupported format, the first that the engine does not list.
const FOREIGN: &[&str] = &["image/jpeg", "text/csv", "audio/midi", "text/plain"];

/// The developer's own input.
#[derive(Clone, Debug)]
pub struct OwnInput {
    /// Its name, for people.
    pub name: String,
    /// Media type told to the engine.
    pub mime: String,
    /// The bytes.
    pub bytes: Arc<[u8]>,
}

/// The exercises, and the formats that no sample of ours shows.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// What to send, in order. The first is the good input to give to a batch engine.
    pub exercises: Vec<Exercise>,
    /// Listed formats without a sample.
    pub not_judged: Vec<NotJudged>,
}

/// The own input first, then a sample of every format the engine lists, the preferred one first, then four inputs it
/// does not expect.
pub fn exercises(manifest: &EffectiveManifest, own: Option<&OwnInput>) -> Chosen {
    let mut chosen = Chosen::default();
    chosen.exercises.extend(own.map(own_exercise));
    for format in formats(manifest) {
        match for_mime(&format) {
            _ if own.is_some_and(|own| same(&own.mime, &format)) => {}
            Some(sample) => chosen.exercises.push(good(&sample, &format)),
            None => chosen.not_judged.push(NotJudged {
                what: format!("input format `{format}`"),
                why: "there is no sample of this format; send one of your own with `--input`".into(),
            }),
        }
    }
    if let Some(first) = chosen.exercises.first_mut() {
        first.times = TIMES;
    }
    let unexpected = unexpected(manifest, chosen.exercises.first());
    chosen.exercises.extend(unexpected);
    chosen
}

/// Formats in order, each once. Audio engines are sent WAV whatever they declare (manifest.md §4).
fn formats(manifest: &EffectiveManifest) -> Vec<String> {
    let listed = std::iter::once(&manifest.preferred_input_format).chain(&manifest.supported_input_formats);
    let mut formats: Vec<String> = Vec::new();
    for format in listed {
        if !format.is_empty() && !formats.iter().any(|known| known.eq_ignore_ascii_case(format)) {
            formats.push(format.clone());
        }
    }
    let hears = manifest.category.is_some_and(|kind| matches!(kind.name(), "transcription" | "fingerprint"));
    if hears && !formats.iter().any(|format| same(format, "audio/wav")) {
        formats.push("audio/wav".into());
    }
    formats
}

/// Whether two media types are the same apart from parameters.
fn same(one: &str, other: &str) -> bool {
    let essence = |mime: &str| mime.split(';').next().unwrap_or_default().trim().to_lowercase();
    essence(one) == essence(other)
}

fn own_exercise(own: &OwnInput) -> Exercise {
    exercise(format!("own input `{}`", own.name), ExerciseKind::Sample, &own.mime, Arc::clone(&own.bytes))
}

fn good(sample: &Sample, format: &str) -> Exercise {
    let name = format!("{format} sample");
    let plain = exercise(name, ExerciseKind::Sample, format, sample.bytes.into());
    Exercise { duration_ms: sample.duration_ms, size: sample.size, ..plain }
}

fn exercise(name: String, kind: ExerciseKind, mime: &str, input: Arc<[u8]>) -> Exercise {
    Exercise { name, kind, mime: mime.into(), input, duration_ms: 0, size: (0, 0), times: 1 }
}

/// An unlisted format, nothing at all, a damaged input and a very large one.
fn unexpected(manifest: &EffectiveManifest, first: Option<&Exercise>) -> Vec<Exercise> {
    let formats = formats(manifest);
    let foreign = FOREIGN.iter().find(|mime| !formats.iter().any(|format| same(format, mime)));
    let unsupported = foreign.and_then(|mime| for_mime(mime)).map(|sample| {
        let plain = good(&sample, sample.mime);
        Exercise { name: format!("{} unsupported", sample.mime), kind: ExerciseKind::Unsupported, ..plain }
    });
    let mut all: Vec<Exercise> = unsupported.into_iter().collect();
    if let Some(first) = first {
        let spoilt = |what: &str, kind, bytes: Vec<u8>| {
            let name = format!("{} {what}", first.mime);
            Exercise { name, kind, input: bytes.into(), times: 1, ..first.clone() }
        };
        all.push(spoilt("empty", ExerciseKind::Empty, Vec::new()));
        all.push(spoilt("broken", ExerciseKind::Broken, spoil::broken(&first.input)));
        let sample = for_mime(&first.mime);
        all.extend(sample.map(|it| spoilt("oversized", ExerciseKind::Oversized, spoil::oversized(&it))));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::example;

    fn names(chosen: &Chosen) -> Vec<&str> {
        chosen.exercises.iter().map(|exercise| exercise.name.as_str()).collect()
    }

    #[test]
    fn listed_formats_then_the_unexpected() {
        let mut manifest = example::manifest();
        manifest.preferred_input_format = "text/plain".into();
        manifest.supported_input_formats =
            vec!["application/msword".into(), "text/plain".into(), "image/jpeg".into()];
        let chosen = exercises(&manifest, None);
        let expected = [
            "text/plain sample",
            "image/jpeg sample",
            "text/csv unsupported",
            "text/plain empty",
            "text/plain broken",
            "text/plain oversized",
        ];
        assert_eq!(names(&chosen), expected);
        assert_eq!(chosen.exercises.iter().map(|it| it.times).collect::<Vec<_>>(), [3, 1, 1, 1, 1, 1]);
        assert_eq!(chosen.not_judged[0].what, "input format `application/msword`");
    }

    #[test]
    fn an_own_input_stands_for_its_format() {
        let mut manifest = example::manifest();
        manifest.preferred_input_format = "application/msword".into();
        manifest.supported_input_formats = vec!["application/msword".into()];
        let own = OwnInput {
            name: "a.doc".into(),
            mime: "application/msword".into(),
            bytes: b"doc".as_slice().into(),
        };
        let chosen = exercises(&manifest, Some(&own));
        assert_eq!(chosen.exercises[0].name, "own input `a.doc`");
        assert_eq!(chosen.exercises[0].times, 3);
        assert!(chosen.not_judged.is_empty());
        assert_eq!(chosen.exercises.len(), 4, "no oversized input without a sample: {:?}", names(&chosen));
    }

    #[test]
    fn audio_engines_get_wav_too() {
        let mut manifest = example::manifest();
        manifest.category = "transcription".parse().ok();
        manifest.preferred_input_format = "audio/mpeg".into();
        manifest.supported_input_formats = vec!["audio/mpeg".into()];
        assert!(names(&exercises(&manifest, None)).contains(&"audio/wav sample"));
    }
}
