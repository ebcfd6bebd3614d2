//! Severities: a band per source, and the one that decides.

use std::str::FromStr;

use assay_core::policy::Grade;

/// The bands of the published report, least first. `Unrated` says that no source rated it, not that it is harmless.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Band {
    /// No source says.
    Unrated,
    /// A score of zero, or a vendor's "unimportant".
    Negligible,
    /// CVSS 0.1 to 3.9.
    Low,
    /// CVSS 4.0 to 6.9.
    Medium,
    /// CVSS 7.0 to 8.9.
    High,
    /// CVSS 9.0 and above.
    Critical,
}

impl Band {
    /// Every band, least first; the position is the number in the database file.
    pub const ALL: [Self; 6] =
        [Self::Unrated, Self::Negligible, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word of the published report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unrated => "Unknown",
            Self::Negligible => "Negligible",
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
            Self::Critical => "Critical",
        }
    }

    /// The grade that policies measure by; none when no source rates it.
    pub fn grade(self) -> Option<Grade> {
        match self {
            Self::Unrated => None,
            Self::Negligible => Some(Grade::Negligible),
            Self::Low => Some(Grade::Low),
            Self::Medium => Some(Grade::Medium),
            Self::High => Some(Grade::High),
            Self::Critical => Some(Grade::Critical),
        }
    }

    /// The band of a vendor's word, in the vocabularies of Debian, Alpine, Red Hat and its heirs, GitHub and npm.
    pub fn of_word(word: &str) -> Option<Self> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "critical" | "malicious" => Self::Critical,
            "high" | "important" => Self::High,
            "medium" | "moderate" => Self::Medium,
            "low" => Self::Low,
            "none" | "negligible" | "unimportant" => Self::Negligible,
            _ => return None,
        })
    }

    /// The band of a CVSS base score (CVSS 3.1 §5).
    pub fn of_score(score: f64) -> Option<Self> {
        Some(match score {
            s if !(0.0..=10.0).contains(&s) => return None,
            s if s >= 9.0 => Self::Critical,
            s if s >= 7.0 => Self::High,
            s if s >= 4.0 => Self::Medium,
            s if s > 0.0 => Self::Low,
            _ => Self::Negligible,
        })
    }

    /// The band of a CVSS vector, of a bare score, or of a word.
    pub fn of_text(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.contains('/') {
            return cvss::Cvss::from_str(text)
                .ok()
                .filter(|_| complete(text))
                .map(|v| v.score())
                .and_then(Self::of_score);
        }
        text.parse::<f64>().ok().and_then(Self::of_score).or_else(|| Self::of_word(text))
    }
}

/// Whether a vector has all base metrics of its version. One that lacks some would score zero, the opposite of caution.
fn complete(vector: &str) -> bool {
    let needed: &[&str] = match vector.split('/').next() {
        Some("CVSS:4.0") => &["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"],
        Some(version) if version.starts_with("CVSS:") => &["AV", "AC", "PR", "UI", "S", "C", "I", "A"],
        _ => &["AV", "AC", "Au", "C", "I", "A"],
    };
    let told = |metric: &&str| vector.split('/').any(|part| part.split(':').next() == Some(*metric));
    needed.iter().all(told)
}

/// How much a source's say weighs when sources differ.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Standing {
    /// Another vendor's word about the same CVE.
    OtherVendor,
    /// Another source's CVSS for the same CVE.
    OtherScore,
    /// A CVSS in the advisory itself.
    OwnScore,
    /// The word of the vendor whose package it is.
    Vendor,
}

impl Standing {
    /// What it weighs for another advisory about the same vulnerability.
    pub(super) fn lent(self) -> Self {
        match self {
            Self::OwnScore | Self::OtherScore => Self::OtherScore,
            Self::Vendor | Self::OtherVendor => Self::OtherVendor,
        }
    }
}

/// What one source says about the severity.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Rating {
    /// How much it weighs.
    pub standing: Standing,
    /// The band it comes to.
    pub band: Band,
    /// Who says so.
    pub source: String,
    /// What it says: a CVSS vector, a score or a word.
    pub text: String,
}

impl Rating {
    /// The rating that `text` comes to, if it is one.
    pub fn read(standing: Standing, source: &str, text: &str) -> Option<Self> {
        let band = Band::of_text(text)?;
        Some(Self { standing, band, source: source.into(), text: text.trim().into() })
    }
}

/// The band that decides: the vendor's word, else the advisory's own score, else other scores, else other vendors'
/// words; within one standing the highest.
pub fn deciding(ratings: &[Rating]) -> Band {
    ratings
        .iter()
        .max_by_key(|rating| (rating.standing, rating.band))
        .map_or(Band::Unrated, |rating| rating.band)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_to_bands() {
        let cases = [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:H", Some(Band::Critical)),
            ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", Some(Band::High)),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", Some(Band::Critical)),
            ("9.0", Some(Band::Critical)),
            ("8.9", Some(Band::High)),
            ("0", Some(Band::Negligible)),
            ("Important", Some(Band::High)),
            ("Moderate", Some(Band::Medium)),
            ("NaN", None),
            ("11", None),
            ("Unknown", None),
            ("CVSS:3.1/AV:N", None),
        ];
        for (text, band) in cases {
            assert_eq!(Band::of_text(text), band, "{text}");
        }
    }

    #[test]
    fn the_vendor_outranks_scores_and_the_higher_of_equals_decides() {
        let rating = |standing, text| Rating::read(standing, "x", text).unwrap();
        let vendor = rating(Standing::Vendor, "low");
        let own = [rating(Standing::OwnScore, "7.5"), rating(Standing::OwnScore, "9.8")];
        let other = rating(Standing::OtherVendor, "critical");
        assert_eq!(deciding(&[]), Band::Unrated);
        assert_eq!(deciding(std::slice::from_ref(&other)), Band::Critical);
        assert_eq!(deciding(&[other.clone(), own[0].clone(), own[1].clone()]), Band::Critical);
        assert_eq!(deciding(&[other, vendor, own[0].clone()]), Band::Low);
    }
}
