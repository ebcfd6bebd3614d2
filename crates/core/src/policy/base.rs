//! The bases a policy trusts (IMG-008).

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::Code;
use crate::digest::Digest;
use crate::finding::Finding;
use crate::report::BaseSystem;

/// One entry of the list of trusted bases, in one of three forms: `scratch`, a system with or without its version
/// (`debian`, `alpine:3.22`), or the lowest layer by the digest of its unpacked content (`sha256:…`).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub enum TrustedBase {
    /// No base system at all.
    Scratch,
    /// A system as it names itself in os-release. Whoever builds the image writes that file, so this keeps order
    /// among the honest; a layer cannot be claimed falsely.
    System {
        /// `ID`.
        id: String,
        /// `VERSION_ID` or its first parts; any version when absent.
        version: Option<String>,
    },
    /// The lowest layer, by its diff id.
    Layer(Digest),
}

/// Why a text names no base.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names no base: write `debian`, `debian:12`, `scratch` or `sha256:` and the diff id of a lowest layer"
)]
pub struct MalformedBase(String);

/// What findings about trust say they expect; they are known by it.
const EXPECTED: &str = "a base on the policy's list of trusted bases";

impl TrustedBase {
    fn trusts(&self, base: Option<&BaseSystem>, lowest: Option<&Digest>) -> bool {
        match self {
            Self::Scratch => base.is_none(),
            Self::Layer(digest) => lowest == Some(digest),
            Self::System { id, version } => base.is_some_and(|base| {
                base.id == *id && version.as_deref().is_none_or(|wanted| is_version(&base.version, wanted))
            }),
        }
    }
}

/// Whether `version` is `wanted` or one of its releases: 3.22.1 is 3.22, 3.2 is not 3.
fn is_version(version: &str, wanted: &str) -> bool {
    version.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The finding for a base that `trusted` does not list; nothing when it is listed, or when there is no list. `lowest`
/// is the diff id of the image's lowest layer.
pub fn untrusted(
    trusted: &[TrustedBase],
    base: Option<&BaseSystem>,
    lowest: Option<&Digest>,
) -> Option<Finding> {
    if trusted.is_empty() || trusted.iter().any(|one| one.trusts(base, lowest)) {
        return None;
    }
    let name = base.map_or("the image has no base system, and `scratch`".to_owned(), |base| {
        format!(
            "the base system {}",
            if base.name.is_empty() { "says nowhere what it is and" } else { &base.name }
        )
    });
    let listed: Vec<String> = trusted.iter().take(20).map(TrustedBase::to_string).collect();
    let observed = format!("{name} is not on the policy's list of trusted bases");
    let fix = format!("build on one of the trusted bases: {}", listed.join(", "));
    Some(Finding::error(Code::IMG_008, observed, EXPECTED).fix(fix))
}

/// Whether a finding is one of [`untrusted`]'s.
pub fn is_about_trust(finding: &Finding) -> bool {
    finding.code == Code::IMG_008 && finding.expected == EXPECTED
}

impl FromStr for TrustedBase {
    type Err = MalformedBase;

    fn from_str(text: &str) -> Result<Self, MalformedBase> {
        let malformed = || MalformedBase(text.chars().take(100).collect());
        if text == "scratch" {
            return Ok(Self::Scratch);
        }
        if let Ok(digest) = text.parse() {
            return Ok(Self::Layer(digest));
        }
        let (id, version) = match text.split_once(':') {
            Some((id, version)) => (id, Some(version)),
            None => (text, None),
        };
        // The characters that os-release(5) allows in `ID` and `VERSION_ID`.
        let word = |word: &str| {
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
            !word.is_empty() && word.len() <= 60 && word.chars().all(fits)
        };
        if !word(id) || !version.is_none_or(word) || id.starts_with("sha") {
            return Err(malformed());
        }
        Ok(Self::System { id: id.into(), version: version.map(Into::into) })
    }
}

impl fmt::Display for TrustedBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scratch => f.write_str("scratch"),
            Self::System { id, version: None } => f.write_str(id),
            Self::System { id, version: Some(version) } => write!(f, "{id}:{version}"),
            Self::Layer(digest) => digest.fmt(f),
        }
    }
}

impl TryFrom<String> for TrustedBase {
    type Error = MalformedBase;

    fn try_from(text: String) -> Result<Self, MalformedBase> {
        text.parse()
    }
}

impl From<TrustedBase> for String {
    fn from(base: TrustedBase) -> Self {
        base.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(words: &[&str]) -> Vec<TrustedBase> {
        words.iter().map(|word| word.parse().unwrap()).collect()
    }

    fn system(id: &str, version: &str) -> BaseSystem {
        BaseSystem { id: id.into(), version: version.into(), name: format!("{id} {version}") }
    }

    fn trusted(words: &[&str], base: Option<&BaseSystem>, lowest: Option<&Digest>) -> bool {
        untrusted(&list(words), base, lowest).is_none()
    }

    #[test]
    fn a_base_is_trusted_by_system_by_version_and_by_layer() {
        let layer: Digest = format!("sha256:{}", "ab".repeat(32)).parse().unwrap();
        let alpine = system("alpine", "3.22.1");
        assert!(trusted(&["alpine"], Some(&alpine), None));
        assert!(trusted(&["debian:12", "alpine:3.22"], Some(&alpine), None));
        assert!(!trusted(&["alpine:3.2"], Some(&alpine), None), "3.22 is no release of 3.2");
        assert!(!trusted(&["debian:12"], Some(&alpine), Some(&layer)));
        assert!(trusted(&["debian:12", &layer.to_string()], Some(&alpine), Some(&layer)));
        assert!(trusted(&["scratch"], None, Some(&layer)));
        assert!(!trusted(&["debian"], None, None), "no base is trusted only when it is listed");
        assert!(trusted(&[], Some(&alpine), None), "no list, no distrust");
    }

    #[test]
    fn distrust_is_known_again() {
        let found = untrusted(&list(&["debian:12"]), None, None).unwrap();
        assert!(is_about_trust(&found));
        assert!(!is_about_trust(&Finding::error(Code::IMG_008, "old", "new")));
    }

    #[test]
    fn what_names_no_base_is_refused() {
        for bad in ["", ":", "debian:", "Debian", "sha256:12", "a b", "../x"] {
            assert!(bad.parse::<TrustedBase>().is_err(), "{bad}");
        }
        for good in ["scratch", "debian", "debian:12", "opensuse-leap:15.6"] {
            assert_eq!(good.parse::<TrustedBase>().unwrap().to_string(), good);
        }
    }
}
