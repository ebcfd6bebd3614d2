//! Files that the caller names.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use assay_app::Refused;
use assay_core::{Fault, Rejection};
use serde::de::DeserializeOwned;

/// The most that is read of a profile or policy.
const SETTINGS_LIMIT: u64 = 1 << 20;

/// The first `limit` bytes of `path`, or of standard input when it is `-`.
pub(super) fn at_most(path: &Path, limit: u64) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    read.map_err(|cause| unreadable(path, &cause))?;
    Ok(bytes)
}

/// The bytes of `path`, or of standard input when it is `-`; refused above `limit` bytes.
pub(super) fn bytes(path: &Path, limit: u64) -> Result<Vec<u8>, Refused> {
    let bytes = at_most(path, limit + 1)?;
    if bytes.len() as u64 > limit {
        return Err(Rejection::new(
            "file-too-large",
            format!("`{}` is larger than {} MB", path.display(), limit >> 20),
        )
        .into());
    }
    Ok(bytes)
}

/// How a document is called in findings: its path, or `<stdin>`.
pub(super) fn name(path: &Path) -> String {
    if path == Path::new("-") { "<stdin>".into() } else { path.display().to_string() }
}

/// A JSON file of settings. `what` names its kind in the message.
pub(super) fn json<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T, Refused> {
    serde_json::from_slice(&bytes(path, SETTINGS_LIMIT)?)
        .map_err(|cause| malformed(path, what, &cause).into())
}

/// The text of a file of settings. `what` names its kind in the message.
pub(super) fn text(path: &Path, what: &str) -> Result<String, Refused> {
    let text = String::from_utf8(bytes(path, SETTINGS_LIMIT)?);
    text.map_err(|cause| malformed(path, what, &cause).into())
}

fn unreadable(path: &Path, cause: &io::Error) -> Refused {
    let text = format!("`{}` cannot be read: {cause}", path.display());
    match cause.kind() {
        io::ErrorKind::NotFound => Rejection::new("file-not-found", text).hint("check the path").into(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::IsADirectory => {
            Rejection::new("file-not-readable", text).into()
        }
        _ => Fault::io(format!("reading `{}`", path.display()), cause).into(),
    }
}

fn malformed(path: &Path, what: &str, cause: &dyn std::fmt::Display) -> Rejection {
    let cause = cause.to_string();
    let message = format!("the {what} `{}` cannot be understood: {}", path.display(), cause.trim_end());
    Rejection::new("malformed-settings", message)
}
