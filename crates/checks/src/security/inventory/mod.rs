//! What is in an image: its distribution, its packages, and what does not fit together about their records.

pub mod apk;
mod candidates;
pub mod dpkg;
mod executables;
mod integrity;
mod node;
mod os_release;
mod ownership;
mod python;
mod stanza;
mod system;
mod take;
mod unread;

use assay_core::Digest;
use packageurl::PackageUrl;

pub use executables::Executables;
pub use os_release::Distribution;
pub use take::take;
pub use unread::{Form, Unread};

/// A packaging system whose records are read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// Debian and its heirs.
    Deb,
    /// Alpine and its heirs.
    Apk,
    /// Python distributions.
    Python,
    /// Node packages.
    Node,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Deb, Self::Apk, Self::Python, Self::Node];

    /// The type in a package URL, which also names the kind in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deb => "deb",
            Self::Apk => "apk",
            Self::Python => "pypi",
            Self::Node => "npm",
        }
    }

    /// Whether the distribution's own advisories speak about it.
    pub fn of_system(self) -> bool {
        matches!(self, Self::Deb | Self::Apk)
    }
}

/// A package as its record tells of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Package {
    /// Whose record it is.
    pub kind: Kind,
    /// Name of the installed package.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The name that advisories use: the source package's for a distribution.
    pub source: String,
    /// The version that advisories use. A rebuild (`+b1`) has the version of its source here.
    pub source_version: String,
    /// Processor architecture, empty when it has none.
    pub architecture: String,
    /// Path of the record in the image.
    pub path: String,
    /// Layer that brought the record.
    pub layer: Option<Digest>,
    /// The distribution's package that this record belongs to. Its maintainers mend it under a version of their own,
    /// so the language's advisories do not speak about it.
    pub owner: Option<String>,
}

impl Package {
    /// The package URL (purl specification, types deb, apk, pypi, npm).
    pub fn purl(&self, distribution: &Distribution) -> String {
        let namespace = match self.kind {
            Kind::Deb | Kind::Apk => Some(distribution.id()),
            Kind::Node => self.name.split_once('/').map(|(scope, _)| scope),
            Kind::Python => None,
        };
        let name = self.name.rsplit('/').next().unwrap_or(&self.name);
        let build = || -> packageurl::Result<String> {
            let mut purl = PackageUrl::new(self.kind.name(), name)?;
            purl.with_version(self.version.as_str())?;
            if let Some(namespace) = namespace.filter(|namespace| !namespace.is_empty()) {
                purl.with_namespace(namespace)?;
            }
            if !self.architecture.is_empty() {
                purl.add_qualifier("arch", self.architecture.as_str())?;
            }
            Ok(purl.to_string())
        };
        build().unwrap_or_else(|_| format!("{} {} {}", self.kind.name(), self.name, self.version))
    }
}

/// Something that keeps the inventory from being whole or believable.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Trouble {
    /// Whether approval must wait, or a word about it is enough.
    pub holds: bool,
    /// What was observed.
    pub observed: String,
    /// What was expected.
    pub expected: &'static str,
    /// How to mend it.
    pub fix: &'static str,
    /// Where.
    pub path: String,
    /// Layer that brought it.
    pub layer: Option<Digest>,
}

impl Trouble {
    /// A record that could not be read.
    pub(crate) fn unreadable(path: &str, why: impl std::fmt::Display) -> Self {
        Self {
            holds: true,
            observed: format!("the package record `{path}` cannot be read: {why}"),
            expected: "every package record can be read",
            fix: "reinstall the package whose record this is, or remove it properly",
            path: path.into(),
            layer: None,
        }
    }
}

/// Everything that was found.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Inventory {
    /// The distribution.
    pub distribution: Distribution,
    /// The packages, sorted.
    pub packages: Vec<Package>,
    /// What does not fit together.
    pub troubles: Vec<Trouble>,
    /// Programs and shared libraries that belong to no package.
    pub executables: Executables,
    /// Packages of systems that are not read yet.
    pub unread: Unread,
}

#[cfg(test)]
mod tests;
