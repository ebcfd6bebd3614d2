//! Paths as archives write them, brought to one form or refused.

use crate::limits::ImageLimits;

use super::problem::Problem;

/// Longest name a file system takes.
const NAME_BYTES: usize = 255;

/// Relative, without `.`, doubled or trailing slashes. Empty for the root itself.
pub(super) fn normalise(raw: &[u8], limits: &ImageLimits) -> Result<Vec<u8>, Problem> {
    if raw.starts_with(b"/") {
        return Err(Problem::Absolute);
    }
    confine(raw, limits)
}

/// Like [`normalise`] for the target of a hard link, which some builders write as an absolute path in the image.
pub(super) fn normalise_link(raw: &[u8], limits: &ImageLimits) -> Result<Vec<u8>, Problem> {
    confine(raw, limits).map_err(|problem| match problem {
        Problem::Climbs => Problem::LinkClimbs,
        other => other,
    })
}

fn confine(raw: &[u8], limits: &ImageLimits) -> Result<Vec<u8>, Problem> {
    if raw.is_empty() {
        return Err(Problem::NoPath);
    }
    if raw.contains(&0) {
        return Err(Problem::Nul);
    }
    if raw.len() > limits.path_bytes {
        return Err(Problem::LongPath);
    }
    let names = raw.split(|byte| *byte == b'/').filter(|name| !matches!(*name, b"" | b"."));
    let mut path = Vec::with_capacity(raw.len());
    let mut depth = 0;
    for name in names {
        match name {
            b".." => return Err(Problem::Climbs),
            name if name.len() > NAME_BYTES => return Err(Problem::LongName),
            name => push(&mut path, name),
        }
        depth += 1;
    }
    if depth > limits.path_depth { Err(Problem::Deep) } else { Ok(path) }
}

fn push(path: &mut Vec<u8>, name: &[u8]) {
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
}

/// Parent and name of a path; the parent of a top-level path is empty.
pub(super) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(at) => (path.get(..at).unwrap_or_default(), path.get(at + 1..).unwrap_or_default()),
        None => (b"", path),
    }
}

/// The parent folders of a path, outermost first, without the root.
pub(super) fn ancestors(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
    slashes.filter_map(move |(at, _)| path.get(..at))
}

/// How many components.
pub(super) fn depth(path: &[u8]) -> u64 {
    if path.is_empty() { 0 } else { path.iter().filter(|byte| **byte == b'/').count() as u64 + 1 }
}

/// A path for people: absolute, control characters escaped, cut to 200 characters.
pub(super) fn shown(path: &[u8]) -> String {
    let text = String::from_utf8_lossy(path);
    let mut shown = String::new();
    for character in text.chars().take(200) {
        if character.is_control() { shown.extend(character.escape_default()) } else { shown.push(character) }
    }
    if text.chars().nth(200).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_or_refused() {
        let limits = ImageLimits { path_depth: 4, path_bytes: 300, ..ImageLimits::default() };
        let ok = |raw: &[u8]| normalise(raw, &limits).unwrap();
        assert_eq!(ok(b"./a//b/./c/"), b"a/b/c");
        assert_eq!(ok(b"./"), b"");
        let refused = |raw: &[u8]| normalise(raw, &limits).unwrap_err();
        assert_eq!(refused(b"/etc/passwd"), Problem::Absolute);
        assert_eq!(refused(b"a/../../b"), Problem::Climbs);
        assert_eq!(refused(b"a\0b"), Problem::Nul);
        assert_eq!(refused(b"1/2/3/4/5"), Problem::Deep);
        assert_eq!(refused(&[b'a'; 256]), Problem::LongName);
        assert_eq!(refused(&[b'/'; 301]), Problem::Absolute);
        assert_eq!(refused(&b"a/".repeat(151)), Problem::LongPath);
    }
}
