//! What no record that is read accounts for: programs from nowhere, and packages of systems that are not read yet.

use std::io::Read;

use assay_image::View;

use super::system::System;

/// Files whose first bytes are read.
const MOST: usize = 20_000;
/// Paths that are shown.
const SHOWN: usize = 5;
/// First bytes of every ELF file.
const ELF: [u8; 4] = *b"\x7fELF";

/// ELF programs without package data.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Executables {
    /// How many; counting stops after 20,000 files.
    pub count: u64,
    /// The first of them.
    pub examples: Vec<String>,
}

/// Counts them: files with an execute bit that no file list names and that begin like ELF.
pub(super) fn unaccounted(view: &View, system: &System) -> Executables {
    let mut found = Executables::default();
    let unlisted = |path: &str| !system.sums.contains_key(path) && !system.listed.contains_key(path);
    let files = view.iter().filter(|(path, node)| node.is_executable() && node.size > 64 && unlisted(path));
    for (path, _) in files.take(MOST) {
        if begins_like_elf(view, path) {
            found.count += 1;
            if found.examples.len() < SHOWN {
                found.examples.push(path.to_owned());
            }
        }
    }
    found
}

/// Java archives and Ruby gems that are not the distribution's: their packages are not read yet.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Unread {
    /// Files ending in `.jar`, `.war` or `.ear`.
    pub java: u64,
    /// Files ending in `.gemspec` below a `specifications` folder.
    pub ruby: u64,
}

/// Counts them by their names.
pub(super) fn unread(view: &View, system: &System) -> Unread {
    let mut unread = Unread::default();
    for (path, _) in view.iter().filter(|(_, node)| node.is_file()) {
        let java = [".jar", ".war", ".ear"].iter().any(|end| path.ends_with(end));
        let ruby = path.ends_with(".gemspec") && path.contains("/specifications/");
        if (java || ruby) && !system.sums.contains_key(path) && !system.listed.contains_key(path) {
            unread.java += u64::from(java);
            unread.ruby += u64::from(ruby);
        }
    }
    unread
}

fn begins_like_elf(view: &View, path: &str) -> bool {
    let mut magic = [0; ELF.len()];
    view.open(path).is_ok_and(|mut file| file.read_exact(&mut magic).is_ok()) && magic == ELF
}
