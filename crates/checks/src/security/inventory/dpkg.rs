//! dpkg's database of installed packages (dpkg(1), deb-control(5)), as a whole file or as distroless images hold it, one
//! file a package.

use super::stanza::{self, Stanza};

/// Records that are read at most; a full archive has 70,000.
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
    /// Source package.
    pub source: String,
    /// Version of the source package.
    pub source_version: String,
    /// Whether its files are in place, entirely or in part.
    pub installed: bool,
}

/// What a database says, and what it fails to say.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Reading {
    /// The records that could be read.
    pub records: Vec<Record>,
    /// What is wrong with the others, one phrase each.
    pub problems: Vec<String>,
}

/// Reads the bytes of a status file. `needs_status` says that a record without a `Status` field is broken; in distroless
/// images none has one, and every package listed is installed.
pub fn read(bytes: &[u8], needs_status: bool) -> Reading {
    let mut reading = Reading::default();
    let wanted = ["Package", "Status", "Version", "Architecture", "Source"];
    for (index, stanza) in stanza::read(bytes, &wanted).enumerate() {
        if index == MOST {
            reading.problems.push(format!("it has more than {MOST} records"));
            break;
        }
        match record(&stanza, needs_status) {
            Ok(Some(record)) => reading.records.push(record),
            Ok(None) => {}
            Err(problem) if reading.problems.len() < 20 => {
                reading.problems.push(format!("the record at line {} {problem}", stanza.line));
            }
            Err(_) => {}
        }
    }
    if needs_status && !bytes.is_empty() && !bytes.ends_with(b"\n") {
        reading.problems.push("it breaks off within a line".into());
    }
    reading
}

/// `None` for a package that is known but has no version: never installed.
fn record(stanza: &Stanza, needs_status: bool) -> Result<Option<Record>, String> {
    if let Some(line) = stanza.strange {
        return Err(format!("has a line that is no field (line {line})"));
    }
    let name =
        stanza.get("Package").filter(|name| plausible(name)).ok_or("has no single, well-formed `Package`")?;
    let installed = match stanza.get("Status") {
        Some(status) => in_place(status).ok_or_else(|| format!("of `{name}` has an unknown `Status`"))?,
        None if needs_status => return Err(format!("of `{name}` has no single `Status`")),
        None => true,
    };
    let version = match stanza.get("Version") {
        Some(version) if !version.is_empty() => version,
        _ if !installed => return Ok(None),
        _ => return Err(format!("of `{name}` has no single `Version`")),
    };
    let doubled = ["Source", "Architecture"]
        .into_iter()
        .find(|key| stanza.get(key).is_none() && stanza.fields.iter().any(|(name, _)| name == key));
    if let Some(key) = doubled {
        return Err(format!("of `{name}` has two `{key}` fields"));
    }
    let (source, source_version) = source(stanza.get("Source").unwrap_or(name), version);
    Ok(Some(Record {
        name: name.into(),
        version: version.into(),
        architecture: stanza.get("Architecture").unwrap_or_default().into(),
        source,
        source_version,
        installed,
    }))
}

fn plausible(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    !name.is_empty() && name.len() < 256 && name.bytes().all(allowed)
}

/// The third word of the status says how far the package is unpacked. Half-installed ones count: their files are there.
fn in_place(status: &str) -> Option<bool> {
    match status.split_ascii_whitespace().nth(2)? {
        "not-installed" | "config-files" => Some(false),
        "installed" | "half-installed" | "unpacked" | "half-configured" | "triggers-awaited"
        | "triggers-pending" => Some(true),
        _ => None,
    }
}

/// `Source: name (version)`; without a version the package and its source have the same.
fn source(text: &str, version: &str) -> (String, String) {
    match text.split_once('(') {
        Some((name, rest)) => (name.trim().into(), rest.trim_end_matches(')').trim().into()),
        None => (text.trim().into(), version.into()),
    }
}
