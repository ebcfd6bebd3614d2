//! Uploads under way.
//!
//! What is needed to go on after the process died stands in a small file beside the bytes: it is written at the end of
//! every piece and now and then within long ones, without waiting for the disk. After a crash of the machine it is not
//! trusted; the bytes that are there are hashed again.

mod record;
mod reserve;

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use assay_core::digest::Algorithm;
use assay_core::registry::RepositoryName;
use assay_core::{Actor, Fault, OrgId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::files::{BlobStore, Checkpoint, checkpoint_of_file};
use record::Record;

/// What an upload is for.
#[derive(Clone)]
pub(crate) struct Purpose {
    pub(crate) repository: RepositoryName,
    pub(crate) org: OrgId,
    pub(crate) actor: String,
    pub(crate) algorithm: Algorithm,
}

impl Purpose {
    pub(crate) fn new(repository: RepositoryName, actor: &Actor, algorithm: Algorithm) -> Self {
        let org = crate::registry::owner(&repository, actor);
        Self { repository, org, actor: actor.name.clone(), algorithm }
    }
}

/// One upload.
pub(crate) struct Session {
    pub(crate) id: Uuid,
    pub(crate) purpose: Purpose,
    /// Bytes acknowledged, for whoever asks while somebody writes.
    acknowledged: AtomicU64,
    touched: AtomicI64,
    reserved: AtomicU64,
    /// Held by the one writer.
    pub(crate) progress: Arc<tokio::sync::Mutex<Progress>>,
}

/// How far the upload has come.
pub(crate) struct Progress {
    pub(crate) checkpoint: Checkpoint,
    /// Whether the checkpoint is known to fit the file.
    trusted: bool,
    /// Finished or called off.
    pub(crate) over: bool,
}

impl Session {
    fn new(id: Uuid, purpose: Purpose, checkpoint: Checkpoint, trusted: bool, touched: Timestamp) -> Self {
        Self {
            id,
            purpose,
            acknowledged: checkpoint.offset.into(),
            touched: touched.as_microsecond().into(),
            reserved: 0.into(),
            progress: Arc::new(tokio::sync::Mutex::new(Progress { checkpoint, trusted, over: false })),
        }
    }

    /// Bytes acknowledged so far.
    pub(crate) fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// Bytes of storage promised to it.
    pub(crate) fn reserved(&self) -> u64 {
        self.reserved.load(Ordering::Relaxed)
    }

    fn touched(&self) -> Timestamp {
        Timestamp::from_microsecond(self.touched.load(Ordering::Relaxed)).unwrap_or(Timestamp::MIN)
    }
}

/// All uploads under way.
pub(crate) struct Sessions {
    files: Arc<BlobStore>,
    boot: String,
    open: Mutex<HashMap<Uuid, Arc<Session>>>,
    reserved: Mutex<HashMap<OrgId, u64>>,
}

impl Sessions {
    /// Takes up what an earlier process left, and clears away what nobody can go on with.
    pub(crate) fn take_up(files: &Arc<BlobStore>) -> Result<Self, Fault> {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let sessions = Self {
            files: Arc::clone(files),
            boot: boot.trim().into(),
            open: Mutex::default(),
            reserved: Mutex::default(),
        };
        sessions.load()?;
        Ok(sessions)
    }

    fn load(&self) -> Result<(), Fault> {
        let folder = &self.files.uploads;
        let failed = |cause| Fault::io(format!("reading `{}`", folder.display()), cause);
        let mut bytes = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            match record::id_of(&path) {
                Some(id) => self.load_one(id),
                None => bytes.push(path),
            }
        }
        let open = self.open();
        for path in bytes {
            let id = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
            if id.is_none_or(|id| !open.contains_key(&id)) {
                let _ = fs::remove_file(path);
            }
        }
        Ok(())
    }

    fn load_one(&self, id: Uuid) {
        let Some(record) = Record::read(&self.record_path(id)) else { return self.clear(id) };
        let length = fs::metadata(self.bytes_path(id)).map_or(0, |found| found.len());
        let same_boot = record.boot == self.boot && !self.boot.is_empty();
        let purpose = record.purpose();
        let start = || Checkpoint::start(purpose.algorithm);
        let checkpoint = record.checkpoint().filter(|at| same_boot && at.offset <= length);
        let trusted = checkpoint.is_some();
        let at = checkpoint.unwrap_or_else(start);
        let session = Arc::new(Session::new(id, purpose, at, trusted, record.touched_at));
        self.reserve_anyway(&session, length);
        self.open().insert(id, session);
    }

    /// Begins an upload. It is known to the next process when this returns.
    pub(crate) fn begin(&self, id: Uuid, purpose: Purpose, now: Timestamp) -> Result<Arc<Session>, Fault> {
        let session = Arc::new(self.fleeting(id, purpose, now));
        self.save(&session, &Checkpoint::start(session.purpose.algorithm), now)?;
        self.open().insert(id, Arc::clone(&session));
        Ok(session)
    }

    /// An upload that is over with the request that brings it.
    pub(crate) fn fleeting(&self, id: Uuid, purpose: Purpose, now: Timestamp) -> Session {
        let start = Checkpoint::start(purpose.algorithm);
        Session::new(id, purpose, start, true, now)
    }

    pub(crate) fn find(&self, id: Uuid) -> Option<Arc<Session>> {
        self.open().get(&id).cloned()
    }

    /// Uploads that are open.
    pub(crate) fn count(&self) -> usize {
        self.open().len()
    }

    /// Uploads somebody has open.
    pub(crate) fn count_of(&self, actor: &str) -> usize {
        self.open().values().filter(|session| session.purpose.actor == actor).count()
    }

    /// Finds out how far the file has come when that is not known.
    pub(crate) fn settle(&self, session: &Session, progress: &mut Progress) -> Result<(), Fault> {
        if !progress.trusted {
            progress.checkpoint = checkpoint_of_file(&self.bytes_path(session.id), session.purpose.algorithm)
                .map_err(|cause| Fault::io("hashing an upload again", cause))?;
            progress.trusted = true;
            session.acknowledged.store(progress.checkpoint.offset, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Notes how far an upload has come, for whoever asks and for the next process.
    pub(crate) fn acknowledge(
        &self,
        session: &Session,
        progress: &mut Progress,
        at: Checkpoint,
        now: Timestamp,
    ) -> Result<(), Fault> {
        if self.open().contains_key(&session.id) {
            self.save(session, &at, now)?;
        }
        session.acknowledged.store(at.offset, Ordering::Relaxed);
        session.touched.store(now.as_microsecond(), Ordering::Relaxed);
        progress.checkpoint = at;
        Ok(())
    }

    /// The upload is over: nothing of it is left, and what was reserved for it is free.
    pub(crate) fn end(&self, session: &Session, progress: &mut Progress) {
        progress.over = true;
        let _ = fs::remove_file(self.bytes_path(session.id));
        if self.open().remove(&session.id).is_some() {
            let _ = fs::remove_file(self.record_path(session.id));
        }
        self.release(session);
    }

    /// Uploads that nobody has touched since `before` and nobody writes to.
    pub(crate) fn idle_since(&self, before: Timestamp) -> Vec<Arc<Session>> {
        self.open().values().filter(|session| session.touched() < before).cloned().collect()
    }

    pub(crate) fn bytes_path(&self, id: Uuid) -> PathBuf {
        self.files.uploads.join(id.to_string())
    }

    fn record_path(&self, id: Uuid) -> PathBuf {
        self.files.uploads.join(format!("{id}.session"))
    }

    fn save(&self, session: &Session, at: &Checkpoint, now: Timestamp) -> Result<(), Fault> {
        Record::of(&session.purpose, at, &self.boot, now).write(&self.record_path(session.id))
    }

    fn clear(&self, id: Uuid) {
        let _ = fs::remove_file(self.record_path(id));
        let _ = fs::remove_file(self.bytes_path(id));
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Uuid, Arc<Session>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
