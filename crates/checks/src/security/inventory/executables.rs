//! Programs and shared libraries that no record accounts for.

use std::io::Read;

use assay_image::{Node, View};

use super::system::System;

/// Files whose first bytes are read.
const MOST: usize = 20_000;
/// Paths that are shown.
const SHOWN: usize = 5;
/// First bytes of every ELF file.
const ELF: [u8; 4] = *b"\x7fELF";
/// Go's linker puts its note right behind the headers; bytes read to find it.
const HEAD: u64 = 4 << 10;
/// Type and name of the note with Go's build ID.
const GO_NOTE: [u8; 8] = *b"\x04\0\0\0Go\0\0";

/// ELF programs and shared libraries without package data.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Executables {
    /// How many; counting stops after 20,000 files.
    pub count: u64,
    /// The first of them.
    pub examples: Vec<String>,
    /// Those among them that Go's linker made.
    pub go: u64,
}

/// Counts them: files that can be run or linked, that no file list names and that begin like ELF.
pub(super) fn unaccounted(view: &View, system: &System) -> Executables {
    let mut found = Executables::default();
    let files = view.iter().filter(|(path, node)| is_candidate(path, node) && !system.lists(path));
    for (path, _) in files.take(MOST) {
        let head = head(view, path);
        if head.starts_with(&ELF) {
            found.count += 1;
            found.go += u64::from(head.windows(GO_NOTE.len()).any(|bytes| bytes == GO_NOTE));
            if found.examples.len() < SHOWN {
                found.examples.push(path.to_owned());
            }
        }
    }
    found
}

fn is_candidate(path: &str, node: &Node) -> bool {
    node.is_file() && node.size > 64 && (node.mode & 0o111 != 0 || is_library(path))
}

/// Whether `path` is that of a shared library in a library folder, where the loader needs no execute bit.
fn is_library(path: &str) -> bool {
    let Some((folder, name)) = path.rsplit_once('/') else { return false };
    let named = name.ends_with(".so") || name.contains(".so.");
    named && folder.split('/').any(|part| matches!(part, "lib" | "lib32" | "lib64" | "libx32"))
}

fn head(view: &View, path: &str) -> Vec<u8> {
    let mut head = Vec::new();
    // What cannot be read is no program that could run.
    let read = view.open(path).map(|file| file.take(HEAD).read_to_end(&mut head));
    if matches!(read, Ok(Ok(_))) { head } else { Vec::new() }
}
