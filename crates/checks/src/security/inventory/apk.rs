//! Alpine's database of installed packages (`installed`): one-letter fields, files listed below their folders.

use std::collections::BTreeSet;

use super::stanza;

/// Records that are read at most.
const MOST: usize = 200_000;

/// One record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Name of the package.
    pub name: String,
    /// Version.
    pub version: String,
    /// Architecture.
    pub architecture: String,
    /// The package it was built from, the name that advisories use.
    pub origin: String,
}

/// What a database says, and what it fails to say.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Reading {
    /// The records that could be read.
    pub records: Vec<Record>,
    /// What is wrong with the others, one phrase each.
    pub problems: Vec<String>,
}

/// Reads the bytes of the database.
pub fn read(bytes: &[u8]) -> Reading {
    let mut reading = Reading::default();
    for (index, stanza) in stanza::read(bytes, &["P", "V", "A", "o"]).enumerate() {
        if index == MOST {
            reading.problems.push(format!("it has more than {MOST} records"));
            break;
        }
        match (
            stanza.get("P").filter(|name| !name.is_empty()),
            stanza.get("V").filter(|version| !version.is_empty()),
        ) {
            (Some(name), Some(version)) => reading.records.push(Record {
                name: name.into(),
                version: version.into(),
                architecture: stanza.get("A").unwrap_or_default().into(),
                origin: stanza.get("o").unwrap_or(name).into(),
            }),
            _ if reading.problems.len() < 20 => {
                reading
                    .problems
                    .push(format!("the record at line {} has no single name and version", stanza.line));
            }
            _ => {}
        }
    }
    if !bytes.is_empty() && !bytes.ends_with(b"\n") {
        reading.problems.push("it breaks off within a line".into());
    }
    reading
}

/// Absolute paths of all files that the database lists. Folders stand in `F:` lines, the files in them in `R:` lines.
pub(super) fn files(bytes: &[u8]) -> BTreeSet<String> {
    let mut folder = String::new();
    let mut files = BTreeSet::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let text = || String::from_utf8_lossy(line.get(2..).unwrap_or_default()).into_owned();
        if line.starts_with(b"F:") {
            folder = text();
        } else if line.starts_with(b"R:") {
            let separator = if folder.is_empty() { "" } else { "/" };
            files.insert(format!("/{folder}{separator}{}", text()));
        }
    }
    files
}
