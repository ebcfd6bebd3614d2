//! What the endpoint writes down, bounded against an engine that never stops talking.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use assay_core::run::{TaskStatus, TaskStory};
use serde_json::Value;

use crate::net::Recorder;

const STATUSES: usize = 200;
const RESULTS: usize = 50;
const NOT_UNDERSTOOD: usize = 20;
const UPLOADS: usize = 100;
/// Bytes stored of all uploads of a run: a result is a document, and an endless one must not fill our disk.
const UPLOADED: u64 = 256 << 20;
/// Bytes kept of all outputs that came with statuses.
const OUTPUTS: usize = 32 << 20;
/// Statuses after which nothing more is to come.
const FINAL: &[&str] = &["complete", "failed", "cancelled", "aborted"];

/// The story so far.
pub(super) struct Story {
    recorder: Arc<Recorder>,
    folder: PathBuf,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    story: TaskStory,
    uploads: usize,
    uploaded: u64,
    output_bytes: usize,
    grants: BTreeSet<String>,
}

impl Story {
    pub(super) fn new(recorder: Arc<Recorder>, folder: &Path) -> Self {
        Self { recorder, folder: folder.to_owned(), told: Mutex::default() }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A status update.
    pub(super) fn status(&self, status: &str, output: Option<Value>) {
        let at_ms = self.recorder.now_ms();
        let mut told = self.told();
        told.output_bytes += output.as_ref().map_or(0, |output| output.to_string().len());
        let output = output.filter(|_| told.output_bytes <= OUTPUTS);
        let final_one = FINAL.contains(&status);
        if told.story.statuses.len() < STATUSES || (final_one && !is_final(&told.story)) {
            told.story.statuses.push(TaskStatus { at_ms, status: cut(status, 40), output });
        }
    }

    /// The status told last; `pending` before the first.
    pub(super) fn last_status(&self) -> String {
        self.told().story.statuses.last().map_or_else(|| "pending".into(), |last| last.status.clone())
    }

    /// Whether a final status has been told.
    pub(super) fn finished(&self) -> bool {
        is_final(&self.told().story)
    }

    /// A new file for something uploaded. `None` when too many came, or our disk fails.
    pub(super) fn upload(&self) -> Option<Upload<'_>> {
        let number = {
            let mut told = self.told();
            told.uploads += 1;
            told.uploads
        };
        (number <= UPLOADS).then(|| self.create(format!("upload-{number:03}")))?
    }

    /// A name under which something may be uploaded later. `None` as for [`Self::upload`].
    pub(super) fn grant(&self) -> Option<String> {
        let name = self.upload()?.name;
        self.told().grants.insert(name.clone());
        Some(name)
    }

    /// Whether `name` was granted.
    pub(super) fn granted(&self, name: &str) -> bool {
        self.told().grants.contains(name)
    }

    /// The file of a granted name, emptied.
    pub(super) fn granted_file(&self, name: &str) -> Option<Upload<'_>> {
        self.granted(name).then(|| self.create(name.to_owned()))?
    }

    fn create(&self, name: String) -> Option<Upload<'_>> {
        let file = File::create(self.folder.join(&name)).ok()?;
        Some(Upload { name, file, story: self })
    }

    /// The uploaded file `name` is a result.
    pub(super) fn result(&self, name: &str) {
        let mut told = self.told();
        if told.story.results.len() < RESULTS {
            told.story.results.push(name.to_owned());
        }
    }

    /// A request that makes no sense to us.
    pub(super) fn not_understood(&self, what: &str) {
        let mut told = self.told();
        if told.story.not_understood.len() < NOT_UNDERSTOOD {
            told.story.not_understood.push(cut(what, 200));
        }
    }

    /// Hands over what was written down.
    pub(super) fn take(&self) -> TaskStory {
        std::mem::take(&mut self.told().story)
    }
}

/// A file being uploaded.
pub(super) struct Upload<'a> {
    /// Its name in the evidence folder.
    pub(super) name: String,
    file: File,
    story: &'a Story,
}

impl Upload<'_> {
    /// Appends `bytes`. `StorageFull` when the run has uploaded all it may.
    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let uploaded = {
            let mut told = self.story.told();
            told.uploaded = told.uploaded.saturating_add(bytes.len() as u64);
            told.uploaded
        };
        if uploaded > UPLOADED { Err(io::ErrorKind::StorageFull.into()) } else { self.file.write_all(bytes) }
    }
}

fn is_final(story: &TaskStory) -> bool {
    story.statuses.iter().any(|status| FINAL.contains(&status.status.as_str()))
}

/// The first characters, control characters replaced.
fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).map(|c| if c.is_control() { ' ' } else { c }).collect()
}
