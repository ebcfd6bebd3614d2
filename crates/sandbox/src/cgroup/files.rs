//! The small files that control groups are made of.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

/// No file of a group that we read is longer.
const LONGEST: u64 = 64 * 1024;

/// A file's text.
pub(super) fn text(folder: &Path, name: &str) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(folder.join(name))?.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

/// A file that holds one number.
pub(super) fn number(folder: &Path, name: &str) -> Option<u64> {
    text(folder, name).ok()?.trim().parse().ok()
}

/// The number behind `key` in a file of `key number` lines.
pub(super) fn keyed(folder: &Path, name: &str, key: &str) -> Option<u64> {
    value(&text(folder, name).ok()?, key)
}

/// The number behind `key` in such a text.
pub(super) fn value(text: &str, key: &str) -> Option<u64> {
    let mut pairs = text.lines().filter_map(|line| line.split_once(' '));
    pairs.find(|(name, _)| *name == key)?.1.trim().parse().ok()
}

/// Writes a setting that the kernel offers; never makes a file.
pub(super) fn set(folder: &Path, name: &str, value: impl ToString) -> io::Result<()> {
    let path = folder.join(name);
    let file = fs::File::options().write(true).open(&path);
    file.and_then(|mut file| file.write_all(value.to_string().as_bytes()))
        .map_err(|cause| io::Error::new(cause.kind(), format!("writing {}: {cause}", path.display())))
}

/// Writes a setting that not every kernel has.
pub(super) fn set_if_there(folder: &Path, name: &str, value: impl ToString) -> io::Result<()> {
    match set(folder, name, value) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_whole_keys_only() {
        assert_eq!(value("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n", "oom_kill"), Some(3));
        assert_eq!(value("anon x\n", "anon"), None);
        assert_eq!(value("", "anon"), None);
    }
}
