//! Bodies of answers as files of the evidence folder.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use assay_core::Fault;
use assay_core::run::Answer;

use crate::drive::http;

/// Bytes kept of all bodies of a run.
const KEPT: u64 = 512 << 20;

/// Hands out files, numbered in the order of the exchanges.
pub(super) struct Bodies<'a> {
    folder: &'a Path,
    next: u32,
    left: u64,
}

impl<'a> Bodies<'a> {
    pub(super) fn new(folder: &'a Path) -> Self {
        Self { folder, next: 1, left: KEPT }
    }

    /// The file for the next exchange.
    pub(super) fn next(&mut self) -> BodyFile {
        let name = format!("answer-{:03}", self.next);
        self.next += 1;
        let most = http::BODY_LIMIT.min(self.left);
        BodyFile { path: self.folder.join(&name), name, most, file: None, trouble: None }
    }

    /// Takes what an answer used from what later ones may have.
    pub(super) fn charge(&mut self, answer: &Answer) {
        if let Answer::Response { bytes, .. } = answer {
            self.left = self.left.saturating_sub(*bytes);
        }
    }
}

/// A file that comes to be with its first byte, and remembers its own trouble, which must not pass for the engine's.
pub(super) struct BodyFile {
    name: String,
    path: PathBuf,
    /// Most bytes it may take.
    pub(super) most: u64,
    file: Option<File>,
    trouble: Option<io::Error>,
}

impl BodyFile {
    /// Forgets what an earlier call left.
    pub(super) fn clear(&mut self) {
        if let Some(trouble) = self.file.as_ref().and_then(|file| file.set_len(0).err()) {
            self.trouble = Some(trouble);
        }
        self.file = None;
    }

    /// The file's name when it holds anything. A fault when our own disk failed.
    pub(super) fn close(self) -> Result<Option<String>, Fault> {
        match self.trouble {
            Some(trouble) => Err(Fault::io(format!("writing {}", self.path.display()), trouble)),
            None => Ok(self.file.map(|_| self.name)),
        }
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.file.is_none() {
            self.file = Some(File::create(&self.path)?);
        }
        self.file.as_mut().map_or(Ok(0), |file| file.write(bytes))
    }
}

impl Write for BodyFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.append(bytes).map_err(|trouble| {
            let told = io::Error::new(trouble.kind(), trouble.to_string());
            self.trouble = Some(trouble);
            told
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
