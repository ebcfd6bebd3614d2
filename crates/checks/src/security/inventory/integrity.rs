//! Whether the distribution's records fit each other, the os-release and the files: emptied, cut and contradicting
//! databases are how vulnerable packages are kept from being seen.

use assay_image::View;

use super::system::{DPKG, System, layer};
use super::{Distribution, Trouble};
use crate::signs;

/// Where rpm keeps its database.
const RPM: [&str; 3] = ["/var/lib/rpm", "/usr/lib/sysimage/rpm", "/usr/share/rpm"];
/// Packages from which on an image has the base of a distribution, and with it base-files; the smallest images of
/// single copied packages stay below.
const A_BASE: usize = 20;
/// Folders that slim images empty on purpose; what is listed there may be absent.
const SPARED: [&str; 8] = [
    "/usr/share/doc/",
    "/usr/share/man/",
    "/usr/share/info/",
    "/usr/share/locale/",
    "/usr/share/lintian/",
    "/usr/share/help/",
    "/usr/share/bug/",
    "/usr/share/doc-base/",
];

/// Everything that does not fit.
pub(super) fn troubles(view: &View, distribution: &Distribution, system: &System) -> Vec<Trouble> {
    let found = [
        emptied(distribution, system),
        stripped(view, distribution, system),
        foreign(view, distribution, system),
        lost(system),
        hidden(system),
        phantoms(view, system),
        contradiction(distribution, system),
        nameless(distribution, system),
    ];
    let trouble = |(observed, expected, path): (String, &'static str, String)| Trouble {
        holds: true,
        observed,
        expected,
        fix: "leave the package database as the package manager wrote it; remove packages with the package manager",
        layer: layer(view, &path),
        path,
    };
    found.into_iter().flatten().map(trouble).collect()
}

type Observation = Option<(String, &'static str, String)>;

/// A distribution whose packages nobody recorded.
fn emptied(distribution: &Distribution, system: &System) -> Observation {
    let (tool, found, path) = match distribution.id() {
        "debian" | "ubuntu" => ("dpkg", system.has_dpkg, format!("{DPKG}/status")),
        "alpine" | "wolfi" | "chainguard" => ("apk", system.has_apk, "/lib/apk/db/installed".to_owned()),
        _ => return None,
    };
    let recorded = found && (!system.packages.is_empty());
    let state = if found { "names no installed package" } else { "is missing" };
    (!recorded).then(|| {
        let observed = format!("the image is {}, but the {tool} database {state}", distribution.title());
        (observed, "the package database of the distribution is in the image", path)
    })
}

/// Parts of a distribution that nobody recorded, and no os-release: its records were removed, or only files were copied.
fn stripped(view: &View, distribution: &Distribution, system: &System) -> Observation {
    if *distribution != Distribution::None || !system.packages.is_empty() {
        return None;
    }
    let sign = signs::distribution(view)?;
    let observed = format!("the image has parts of a distribution but no package records: `{sign}`");
    Some((observed, "the package database of the distribution is in the image", sign.to_owned()))
}

/// Records of another packaging system than the distribution's, or of one that is not read yet.
fn foreign(view: &View, distribution: &Distribution, system: &System) -> Observation {
    let expected = "the package records are those of the distribution, of a kind that Assay reads";
    if let Some(path) = RPM.iter().find(|path| view.children(path).next().is_some()) {
        return Some((
            "rpm packages are not read yet, and there is an rpm database".into(),
            expected,
            (*path).into(),
        ));
    }
    let observed =
        |tool: &str| format!("the image is {}, but has a database of {tool}", distribution.title());
    match distribution.id() {
        "debian" | "ubuntu" if system.has_apk => {
            Some((observed("apk"), expected, "/lib/apk/db/installed".into()))
        }
        "alpine" | "wolfi" | "chainguard" if system.has_dpkg => {
            Some((observed("dpkg"), expected, DPKG.into()))
        }
        _ => None,
    }
}

/// File lists of packages that the database does not know.
fn lost(system: &System) -> Observation {
    let names: Vec<&str> = system
        .with_list
        .iter()
        .filter(|name| !system.recorded.contains_key(*name))
        .map(String::as_str)
        .collect();
    (!names.is_empty()).then(|| {
        let observed = format!("dpkg has file lists of {}, but no record", list(&names));
        (observed, "every package with a file list has a record", format!("{DPKG}/status"))
    })
}

/// Packages said to be removed whose sums are still there; dpkg deletes them with the files.
fn hidden(system: &System) -> Observation {
    let removed = |name: &&String| {
        system.recorded.get(*name).is_some_and(|records| records.iter().all(|record| !record.installed))
    };
    let names: Vec<&str> = system.with_sums.iter().filter(removed).map(String::as_str).collect();
    (!names.is_empty()).then(|| {
        let observed =
            format!("dpkg records {} as removed, but keeps the sums of installed files", list(&names));
        (observed, "a removed package leaves no sums behind", format!("{DPKG}/status"))
    })
}

/// Packages none of whose files are there.
fn phantoms(view: &View, system: &System) -> Observation {
    let mut present: std::collections::BTreeMap<&str, bool> = std::collections::BTreeMap::new();
    for (path, (_, package)) in &system.sums {
        if !SPARED.iter().any(|spared| path.starts_with(spared)) {
            *present.entry(package).or_default() |= view.get(path).is_some();
        }
    }
    let names: Vec<&str> = present.into_iter().filter(|(_, there)| !there).map(|(name, _)| name).collect();
    (!names.is_empty()).then(|| {
        let observed = format!("none of the files that dpkg lists for {} are in the image", list(&names));
        (observed, "recorded packages are there", format!("{DPKG}/info"))
    })
}

/// An os-release that tells of another release than the packages do.
fn contradiction(distribution: &Distribution, system: &System) -> Observation {
    let Distribution::Named { id, version, .. } = distribution else { return None };
    let told = version.split('.').next().and_then(|major| major.parse::<u32>().ok())?;
    let base =
        system.recorded.get("base-files").and_then(|records| records.first()).map(|record| &record.version);
    let from_base = base.and_then(|base| match id.as_str() {
        "debian" if base.contains("ubuntu") => Some(format!("base-files is Ubuntu's {base}")),
        "debian" if leading_number(base) != Some(told) => Some(format!("base-files has version {base}")),
        "ubuntu" if !base.contains("ubuntu") => Some(format!("base-files {base} is not Ubuntu's")),
        _ => None,
    });
    let from_later = || {
        let later = |package: &&super::Package| {
            debian_release(&package.version).is_some_and(|release| release > told)
        };
        let package = system.packages.iter().filter(|_| id == "debian").find(later)?;
        Some(format!("{} {} was built for a later release", package.name, package.version))
    };
    from_base.or_else(from_later).map(|why| {
        let observed = format!("os-release says {}, but {why}", distribution.title());
        (observed, "os-release and the packages tell of the same release", "/etc/os-release".into())
    })
}

/// A base without the package that says which release it is. Named as an older release than it is, it would be held
/// against fixes that are all older than its packages.
fn nameless(distribution: &Distribution, system: &System) -> Observation {
    let heir = matches!(distribution.id(), "debian" | "ubuntu");
    let nameless = heir && system.packages.len() > A_BASE && !system.recorded.contains_key("base-files");
    nameless.then(|| {
        let observed = format!(
            "dpkg records {} packages, but not base-files, which tells the release",
            system.packages.len()
        );
        (observed, "os-release and the packages tell of the same release", format!("{DPKG}/status"))
    })
}

/// The release in a suffix of Debian's stable updates: `+deb12u3` and `~deb12u1` are of release 12.
fn debian_release(version: &str) -> Option<u32> {
    let start = version.rfind("+deb").or_else(|| version.rfind("~deb"))?;
    let (release, update) = version.get(start + 4..)?.split_once('u')?;
    update.starts_with(|c: char| c.is_ascii_digit()).then(|| release.parse().ok()).flatten()
}

fn leading_number(text: &str) -> Option<u32> {
    text.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The first three names, and how many more.
fn list(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(3).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(3) {
        0 => shown.join(", "),
        more => format!("{} and {more} more packages", shown.join(", ")),
    }
}
