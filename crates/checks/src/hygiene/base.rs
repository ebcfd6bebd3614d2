//! IMG-008: the base system, what it is and until when it is cared for.

use assay_core::report::BaseSystem;
use assay_core::{Code, Fault, Finding};
use assay_image::View;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::releases::{Support, support};
use super::{file, read_small};
use crate::signs;

/// Largest os-release read, in bytes.
const OS_RELEASE: u64 = 64 << 10;
/// Days before the end of life from which a warning is given.
const SOON: i32 = 90;

/// Signs of a base system that names itself nowhere, next to [`signs::distribution`].
const SIGNS: [&str; 8] = [
    "/var/lib/dpkg/status",
    "/var/lib/dpkg/status.d",
    "/lib/apk/db/installed",
    "/var/lib/rpm",
    "/usr/lib/sysimage/rpm",
    "/bin/sh",
    "/usr/bin/sh",
    "/etc/ld.so.conf",
];

/// What stands below the engine.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// Nothing: an image from scratch.
    None,
    /// A system that says who it is.
    Named {
        /// Where it says so.
        path: &'static str,
        /// `ID`.
        id: String,
        /// `VERSION_ID`; empty when there is none.
        version: String,
        /// `PRETTY_NAME`, or the id.
        name: String,
    },
    /// A system that does not; the path is the sign of it.
    Unnamed(String),
}

impl Base {
    /// The same for the report.
    pub(super) fn facts(&self) -> Option<BaseSystem> {
        match self {
            Self::None => None,
            Self::Named { id, version, name, .. } => {
                Some(BaseSystem { id: id.clone(), version: version.clone(), name: name.clone() })
            }
            Self::Unnamed(_) => {
                Some(BaseSystem { id: String::new(), version: String::new(), name: String::new() })
            }
        }
    }

    /// The file that tells of it.
    pub(super) fn path(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Named { path, .. } => Some(path),
            Self::Unnamed(sign) => Some(sign),
        }
    }
}

/// Looks at os-release (freedesktop.org, os-release(5)), else for signs of a system.
pub(super) fn find(view: &View) -> Result<Base, Fault> {
    for path in ["/etc/os-release", "/usr/lib/os-release"] {
        if let Some(bytes) = read_small(view, path, OS_RELEASE)? {
            return Ok(named(path, &String::from_utf8_lossy(&bytes)));
        }
    }
    let sign = SIGNS.into_iter().find(|path| view.resolve(path).is_ok());
    let sign = sign.or_else(|| signs::distribution(view));
    Ok(sign.map_or(Base::None, |path| Base::Unnamed(path.to_owned())))
}

fn named(path: &'static str, text: &str) -> Base {
    let field = |name: &str| {
        let lines = text.lines().filter_map(|line| line.trim().split_once('='));
        let value = lines.filter(|(key, _)| *key == name).map(|(_, value)| unquoted(value)).next_back();
        value.unwrap_or_default()
    };
    let id = field("ID").to_lowercase();
    if id.is_empty() {
        return Base::Unnamed(path.to_owned());
    }
    let name = Some(field("PRETTY_NAME")).filter(|name| !name.is_empty()).unwrap_or_else(|| id.clone());
    Base::Named { path, id, version: field("VERSION_ID"), name }
}

fn unquoted(value: &str) -> String {
    let value = value.trim();
    let inner = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    inner.unwrap_or(value).chars().filter(|c| !c.is_control()).take(100).collect()
}

/// Judges the base system at the time `now`.
pub(super) fn judge(view: &View, base: &Base, now: Timestamp) -> Option<Finding> {
    const EXPECTED: &str = "a known base system that still gets security updates";
    match base {
        Base::None => {
            Some(Finding::info(Code::IMG_008, "the image has no base system", EXPECTED).fix("nothing to do"))
        }
        Base::Unnamed(sign) => {
            let observed =
                format!("the base system says nowhere what it is; `{sign}` shows that there is one");
            let finding = Finding::error(Code::IMG_008, observed, EXPECTED).at(file(view, sign));
            Some(finding.fix("keep `/etc/os-release` of the base image"))
        }
        Base::Named { path, id, version, name } => {
            Some(judge_named(id, version, name, now)?.at(file(view, path)))
        }
    }
}

fn judge_named(id: &str, version: &str, name: &str, now: Timestamp) -> Option<Finding> {
    let expected = "a known base system that still gets security updates";
    let today = now.to_zoned(TimeZone::UTC).date();
    let error = |observed: String| Some(Finding::error(Code::IMG_008, observed, expected));
    match support(id, version) {
        Support::Until(day) if day < today => {
            error(format!("the base system {name} had its last security updates on {day}"))
        }
        Support::Until(day) if day.since(today).map_or(0, |span| span.get_days()) <= SOON => {
            Some(Finding::warning(
                Code::IMG_008,
                format!("the base system {name} gets security updates until {day} only"),
                expected,
            ))
        }
        Support::Until(_) => None,
        Support::Rolling => Some(Finding::info(
            Code::IMG_008,
            format!("the base system {name} has no releases: its age is all that counts"),
            expected,
        )),
        Support::NewerThanKnown => Some(Finding::info(
            Code::IMG_008,
            format!("the base system {name} is newer than the table of releases"),
            expected,
        )),
        Support::NotListed if version.is_empty() => error(format!(
            "the base system {name} has no version: a development branch gets no security updates of its own"
        )),
        Support::NotListed => {
            error(format!("the base system {name} is no release that still gets security updates"))
        }
        Support::UnknownSystem => error(format!("the base system {name} is not a known one")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_core::Severity;

    fn severity(id: &str, version: &str, day: &str) -> Option<Severity> {
        let now: Timestamp = format!("{day}T12:00:00Z").parse().unwrap();
        judge_named(id, version, "x", now).map(|finding| finding.severity)
    }

    #[test]
    fn a_system_is_judged_by_the_day() {
        assert_eq!(severity("debian", "12", "2026-11-23"), None);
        assert_eq!(severity("debian", "12", "2028-06-01"), Some(Severity::Warning));
        assert_eq!(severity("debian", "12", "2028-06-30"), Some(Severity::Warning));
        assert_eq!(severity("debian", "12", "2028-07-01"), Some(Severity::Error));
        assert_eq!(severity("debian", "", "2026-11-23"), Some(Severity::Error), "sid");
        assert_eq!(severity("kali", "2026.1", "2026-11-23"), Some(Severity::Error));
        assert_eq!(severity("wolfi", "20230201", "2026-11-23"), Some(Severity::Info));
        assert_eq!(severity("debian", "99", "2026-11-23"), Some(Severity::Info));
    }

    #[test]
    fn os_release_is_read_as_a_shell_would() {
        let text =
            "PRETTY_NAME=\"Alpine Linux v3.22\"\nID=other\nID='alpine'\n# ID=comment\nVERSION_ID=3.22.1\n";
        let expected = Base::Named {
            path: "/etc/os-release",
            id: "alpine".into(),
            version: "3.22.1".into(),
            name: "Alpine Linux v3.22".into(),
        };
        assert_eq!(named("/etc/os-release", text), expected);
        assert_eq!(named("/etc/os-release", "NAME=x\n"), Base::Unnamed("/etc/os-release".into()));
    }
}
