//! End of security support of base systems, from the distributors' own announcements.

use jiff::civil::{Date, date};

/// Until when a release gets security updates without a special contract.
pub(super) struct Release {
    /// `ID` of os-release.
    pub(super) id: &'static str,
    /// `VERSION_ID`, or the leading parts of it.
    pub(super) version: &'static str,
    /// The last day.
    pub(super) until: Date,
}

macro_rules! releases {
    ($($id:literal { $($version:literal $year:literal - $month:literal - $day:literal),* $(,)? })*) => {
        /// Every release known, oldest first within a distribution.
        pub(super) static RELEASES: &[Release] = &[
            $($(Release { id: $id, version: $version, until: date($year, $month, $day) },)*)*
        ];
    };
}

releases! {
    // With long-term support by the distribution's own LTS team.
    "debian" {
        "8" 2020-6-30, "9" 2022-6-30, "10" 2024-6-30, "11" 2026-8-31, "12" 2028-6-30, "13" 2030-6-30,
    }
    // Standard support, without the paid extension.
    "ubuntu" {
        "14.04" 2019-4-30, "16.04" 2021-4-30, "18.04" 2023-5-31, "20.04" 2025-5-31, "22.04" 2027-4-30,
        "23.10" 2024-7-11, "24.04" 2029-4-30, "24.10" 2025-7-10, "25.04" 2026-1-15, "25.10" 2026-7-31,
        "26.04" 2031-4-30,
    }
    "alpine" {
        "3.14" 2023-5-1, "3.15" 2023-11-1, "3.16" 2024-5-23, "3.17" 2024-11-22, "3.18" 2025-5-9, "3.19" 2025-11-1,
        "3.20" 2026-4-1, "3.21" 2026-11-1, "3.22" 2027-5-1, "3.23" 2027-11-1,
    }
    "rhel" { "6" 2020-11-30, "7" 2024-6-30, "8" 2029-5-31, "9" 2032-5-31, "10" 2035-5-31 }
    "centos" { "6" 2020-11-30, "7" 2024-6-30, "8" 2024-5-31, "9" 2027-5-31, "10" 2030-1-1 }
    "rocky" { "8" 2029-5-31, "9" 2032-5-31, "10" 2035-5-31 }
    "almalinux" { "8" 2029-3-1, "9" 2032-5-31, "10" 2035-5-31 }
    "ol" { "7" 2024-12-31, "8" 2029-7-31, "9" 2032-6-30, "10" 2035-6-30 }
    "amzn" { "2018.03" 2023-12-31, "2" 2026-6-30, "2023" 2029-6-30 }
    "fedora" { "39" 2024-11-26, "40" 2025-5-13, "41" 2025-12-15, "42" 2026-5-13, "43" 2026-12-2, "44" 2027-5-19 }
    "opensuse-leap" { "15.4" 2023-12-7, "15.5" 2024-12-31, "15.6" 2026-4-30, "16.0" 2027-10-31 }
    "sles" { "12.5" 2024-10-31, "15.5" 2024-12-31, "15.6" 2025-12-31, "15.7" 2031-7-31 }
}

/// Distributions without releases: what they have today is what they support.
pub(super) const ROLLING: [&str; 5] = ["arch", "opensuse-tumbleweed", "wolfi", "chainguard", "void"];

/// What the table says of a version.
#[derive(Debug, PartialEq)]
pub(super) enum Support {
    /// Supported until this day.
    Until(Date),
    /// Newer than anything in the table.
    NewerThanKnown,
    /// Older than anything in the table, or a release in between that was never supported long.
    NotListed,
    /// No releases.
    Rolling,
    /// The distribution itself is not in the table.
    UnknownSystem,
}

/// Looks up a base system.
pub(super) fn support(id: &str, version: &str) -> Support {
    if ROLLING.contains(&id) {
        return Support::Rolling;
    }
    let known: Vec<&Release> = RELEASES.iter().filter(|release| release.id == id).collect();
    let Some(newest) = known.iter().map(|release| numbers(release.version)).max() else {
        return Support::UnknownSystem;
    };
    let given = numbers(version);
    match known.iter().find(|release| given.starts_with(&numbers(release.version))) {
        Some(release) => Support::Until(release.until),
        None if given > newest => Support::NewerThanKnown,
        None => Support::NotListed,
    }
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_found_by_their_leading_parts() {
        assert_eq!(support("debian", "12"), Support::Until(date(2028, 6, 30)));
        assert_eq!(support("alpine", "3.20.3"), Support::Until(date(2026, 4, 1)));
        assert_eq!(support("rhel", "9.4"), Support::Until(date(2032, 5, 31)));
        assert_eq!(support("alpine", "3.2.0"), Support::NotListed, "3.2 is not 3.20");
        assert_eq!(support("debian", "99"), Support::NewerThanKnown);
        assert_eq!(support("ubuntu", "12.04"), Support::NotListed);
        assert_eq!(support("wolfi", "20230201"), Support::Rolling);
        assert_eq!(support("kali", "2026.1"), Support::UnknownSystem);
    }
}
