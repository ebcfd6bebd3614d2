//! Sample inputs of our own for the media types of manifest.md §3, and the exercises made of them. The files are
//! committed; `make.sh` beside this file makes them anew.

mod choose;
mod spoil;
mod table;

pub use choose::{Chosen, OwnInput, exercises};

/// A small good input of one media type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sample {
    /// Media type, in normal form.
    pub mime: &'static str,
    /// File name, for people.
    pub name: &'static str,
    /// The bytes.
    pub bytes: &'static [u8],
    /// Length of the medium in ms; 0 when it has none.
    pub duration_ms: u64,
    /// Width and height in pixels; 0 when not visual.
    pub size: (u32, u32),
}

/// The sample of a media type. Parameters and case do not matter, and other common spellings of a type are known.
pub fn for_mime(mime: &str) -> Option<Sample> {
    let essence = mime.split(';').next().unwrap_or_default().trim().to_lowercase();
    let name = table::ALIASES.iter().find(|(alias, _)| *alias == essence).map_or(&*essence, |(_, name)| name);
    table::SAMPLES.iter().find(|sample| sample.mime == name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alias_leads_to_a_sample_and_every_sample_stands_once() {
        for (alias, _) in table::ALIASES {
            assert!(for_mime(alias).is_some(), "{alias}");
        }
        for sample in table::SAMPLES {
            assert_eq!(for_mime(sample.mime), Some(*sample));
            assert!(!sample.bytes.is_empty() && sample.bytes.len() < 100 << 10, "{}", sample.name);
        }
        let total: usize = table::SAMPLES.iter().map(|sample| sample.bytes.len()).sum();
        assert!(total < 600 << 10, "{total} bytes are embedded");
    }

    #[test]
    fn spelling_does_not_matter() {
        assert_eq!(for_mime("Text/Plain; charset=utf-8").map(|sample| sample.name), Some("news.txt"));
        assert_eq!(for_mime("image/jpg").map(|sample| sample.name), Some("scene.jpg"));
        assert_eq!(for_mime("application/msword"), None);
    }
}
