//! Makes a database out of advisory files: `assay db import`.
//!
//! Sources are folders (read to any depth), zip files as osv.dev publishes them (`all.zip`), single documents (`.json`)
//! and JSON lines (`.jsonl`), the last three also compressed with zstd (`.zst`). What a document is, is recognised by
//! its shape: an OSV record, a list of them, CISA's list of known exploited vulnerabilities, a list of severities by
//! CVE, or a record of the retired Node security working group.
//!
//! One record is in memory as text at a time; kept are the compact rows. A bad record is counted and shown, and does not
//! stop the import.

mod collector;
mod document;
mod exploited;
mod node_group;
mod osv;
mod ranges;
mod ratings;
mod source;

use std::io::Write;
use std::path::{Path, PathBuf};

use assay_core::{Digest, Fault, Rejection};
use jiff::Timestamp;

pub use collector::{Bad, Summary};

use super::database::{Content, Database};
use collector::Collector;

/// What an import takes at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Files and documents in all.
    pub documents: u64,
    /// Bytes of one document.
    pub document_bytes: u64,
    /// Bytes in all, after unpacking.
    pub bytes: u64,
    /// Folders below a named folder.
    pub depth: usize,
    /// Rows of affected packages that are kept.
    pub rows: u64,
}

impl Default for Limits {
    /// Ten times what osv.dev publishes in all.
    fn default() -> Self {
        Self { documents: 5_000_000, document_bytes: 64 << 20, bytes: 64 << 30, depth: 16, rows: 8_000_000 }
    }
}

/// How to import.
#[derive(Clone, Debug)]
pub struct Options {
    /// The time of the import. A record dated later than this does not make the data look fresh.
    pub now: Timestamp,
    /// The state of the data, when the caller knows it better than the records tell.
    pub as_of: Option<Timestamp>,
    /// Marks the result as demonstration data.
    pub demonstration: bool,
    /// Limits.
    pub limits: Limits,
}

impl Options {
    /// An ordinary import at `now`.
    pub fn at(now: Timestamp) -> Self {
        Self { now, as_of: None, demonstration: false, limits: Limits::default() }
    }
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The sources cannot be imported.
    #[error(transparent)]
    Rejection(#[from] Rejection),
    /// The disk.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Reads all `sources` and puts the database made of them at `target`, in place of what was there. It is written aside,
/// synced and renamed, so that a reader sees the old file or the new one.
///
/// Errors: a rejection when a source is missing, breaks off, or a limit is passed, and when no advisory was found at all;
/// a fault when the disk fails.
pub fn import(sources: &[PathBuf], target: &Path, options: &Options) -> Result<Summary, ImportError> {
    let mut collector = Collector::new(options.clone());
    for path in sources {
        source::read(path, &mut collector)?;
    }
    let (content, summary) = collector.finish();
    if content.records.is_empty() {
        return Err(nothing_found(sources, &summary).into());
    }
    let (bytes, digest) = compile(&content)?;
    write(target, &bytes)?;
    Ok(Summary { bytes: bytes.len() as u64, digest: Some(digest), ..summary })
}

/// A database of documents in memory, each a name and its bytes. Unlike [`import`], it refuses the whole for one bad
/// record.
pub fn compile_documents(documents: &[(&str, &[u8])], options: Options) -> Result<Database, ImportError> {
    let mut collector = Collector::new(options);
    for (name, bytes) in documents {
        document::read(name, bytes, &mut collector)?;
    }
    let (content, summary) = collector.finish();
    if let Some(bad) = summary.examples.first() {
        return Err(Rejection::new("advisory-unreadable", format!("{}: {}", bad.source, bad.reason)).into());
    }
    let (bytes, _) = compile(&content)?;
    let unsound = |damage| Fault::new("database", "checking the database just made", damage);
    Ok(Database::from_bytes(bytes).map_err(unsound)?)
}

fn nothing_found(sources: &[PathBuf], summary: &Summary) -> Rejection {
    let names: Vec<String> = sources.iter().map(|path| format!("`{}`", path.display())).collect();
    let bad =
        summary.examples.first().map(|bad| format!("; {}: {}", bad.source, bad.reason)).unwrap_or_default();
    Rejection::new("no-advisories", format!("no advisory was found in {}{bad}", names.join(", ")))
        .hint("name OSV files: a folder, a zip such as osv.dev's all.zip, .json or .jsonl, also with .zst")
}

fn compile(content: &Content) -> Result<(Vec<u8>, Digest), ImportError> {
    let bytes = content.compile().map_err(|error| {
        Rejection::new("database-too-large", error.to_string()).hint("import fewer ecosystems")
    })?;
    // Opened as any reader would open it: what is written must hold.
    let digest = Database::from_bytes(bytes.clone())
        .map_err(|damage| Fault::new("database", "checking the database just made", damage))?
        .digest()
        .clone();
    Ok((bytes, digest))
}

fn write(target: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let fault = |error| Fault::io(format!("writing the vulnerability database {}", target.display()), error);
    let folder = target.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(fault)?;
    let mut aside = tempfile::Builder::new().prefix(".database-").tempfile_in(folder).map_err(fault)?;
    aside.write_all(bytes).map_err(fault)?;
    aside.as_file().sync_all().map_err(fault)?;
    aside.persist(target).map_err(|error| fault(error.error))?;
    // The new name is only safe when the folder is, too.
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(fault)
}
