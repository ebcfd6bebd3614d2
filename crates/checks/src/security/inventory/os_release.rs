//! Which distribution an image is made of (os-release(5)).

use std::collections::BTreeMap;

use assay_image::{ReadError, View};

/// Bytes of an os-release file that are read.
const LARGEST: u64 = 64 << 10;

/// The distribution as the image tells.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum Distribution {
    /// The image has no os-release: made from scratch, or stripped.
    #[default]
    None,
    /// It says what it is.
    Named {
        /// `ID`: `debian`, `alpine`.
        id: String,
        /// `VERSION_ID`: `12`, `3.19.1`; empty for rolling releases.
        version: String,
        /// `VERSION_CODENAME`, when told.
        codename: String,
    },
    /// It has one that cannot be read.
    Unreadable(String),
}

impl Distribution {
    /// Reads it from the image.
    pub fn of(view: &View) -> Self {
        for path in ["/etc/os-release", "/usr/lib/os-release"] {
            match view.read(path, LARGEST) {
                Ok(bytes) => return Self::read(&bytes),
                Err(ReadError::NotFound { .. }) => {}
                Err(error) => return Self::Unreadable(error.to_string()),
            }
        }
        Self::None
    }

    /// Reads the bytes of an os-release file.
    pub fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let fields: BTreeMap<&str, &str> = text
            .lines()
            .filter_map(|line| line.trim().split_once('='))
            .map(|(key, value)| (key, bare(value)))
            .collect();
        let field = |key| fields.get(key).copied().unwrap_or_default().to_owned();
        match field("ID") {
            id if id.is_empty() => Self::Unreadable("it has no `ID`".into()),
            id => Self::Named { id, version: field("VERSION_ID"), codename: field("VERSION_CODENAME") },
        }
    }

    /// `ID`, empty when there is none.
    pub fn id(&self) -> &str {
        match self {
            Self::Named { id, .. } => id,
            _ => "",
        }
    }

    /// The names under which advisories may speak of it, best first; none when no known advisories do.
    pub fn ecosystems(&self) -> Vec<String> {
        let Self::Named { id, version, .. } = self else { return Vec::new() };
        match (id.as_str(), version.as_str()) {
            ("wolfi", _) => vec!["Wolfi".into()],
            ("chainguard", _) => vec!["Chainguard".into()],
            (_, "") => Vec::new(),
            ("debian", version) => vec![format!("Debian:{}", version.split('.').next().unwrap_or(version))],
            ("ubuntu", version) => vec![format!("Ubuntu:{version}:LTS"), format!("Ubuntu:{version}")],
            ("alpine", version) => alpine(version).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// The name for people: `Debian 12`, `none`.
    pub fn title(&self) -> String {
        match self {
            Self::None => "none".into(),
            Self::Unreadable(_) => "unreadable".into(),
            Self::Named { id, version, codename } => {
                let mut letters = id.chars();
                let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
                let version = if version.is_empty() { codename } else { version };
                format!("{first}{} {version}", letters.as_str()).trim_end().to_owned()
            }
        }
    }
}

/// `3.19.1` belongs to the branch `v3.19`; the development branch (`3.20_alpha…`) has no advisories of its own.
fn alpine(version: &str) -> Option<String> {
    let mut parts = version.split('.');
    let number =
        |part: Option<&str>| part.is_some_and(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    let (major, minor) = (parts.next(), parts.next());
    (number(major) && number(minor))
        .then(|| format!("Alpine:v{}.{}", major.unwrap_or(""), minor.unwrap_or("")))
}

/// A value without its quotes. Escapes inside do not occur in the fields that are used.
fn bare(value: &str) -> &str {
    let value = value.trim();
    let quoted = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    quoted('"').or_else(|| quoted('\'')).unwrap_or(value)
}
