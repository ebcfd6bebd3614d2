//! Records of Python distributions: `*.dist-info/METADATA` and `*.egg-info` (core metadata specification).

use super::stanza;

/// Name and version from the head of a metadata file; the text after the first blank line is the description.
pub(super) fn read(bytes: &[u8]) -> Result<(String, String), String> {
    let stanza = stanza::read(bytes, &["Name", "Version"]).next().ok_or("it is empty")?;
    let field = |key: &str| stanza.get(key).filter(|value| !value.is_empty()).map(str::to_owned);
    match (field("Name"), field("Version")) {
        (Some(name), Some(version)) => Ok((name, version)),
        _ => Err("it has no single `Name` and `Version`".into()),
    }
}
