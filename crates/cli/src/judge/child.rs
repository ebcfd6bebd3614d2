//! The child: makes itself ready, follows one order, and ends.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use assay_app::Refused;
use assay_app::pipeline::{Bench, BlobFiles, Judge, Order};
use assay_app::work::StopFlag;
use assay_checks::security::Database;
use assay_core::run::EngineRunner;
use assay_core::{Digest, Fault, Progress, Step};
use assay_image::{OpenOptions, Store};
use assay_registry::BlobStore;

use super::speech::{Word, hear, say};
use crate::command;
use crate::folder::DataFolder;
use crate::signal;
use crate::system::{SystemClock, SystemIds};

/// Follows the order that comes on standard input.
pub(crate) fn judge(folder: &DataFolder) -> Result<(), Refused> {
    signal::sweep_when_asked_to_end(folder)?;
    let prepared = Prepared::make(folder);
    let mut ear = BufReader::new(io::stdin());
    let order: Option<Order> = hear(&mut ear).map_err(|cause| Fault::io("hearing an order", cause))?;
    let Some(order) = order else { return Ok(()) };
    sweep_when_alone(ear, folder)?;
    let mouth = Mouth(Mutex::new(io::stdout()));
    let done = prepared
        .and_then(|prepared| prepared.bench(folder))
        .and_then(|bench| bench.carry_out(&order, &mouth, &StopFlag::default()));
    mouth.say(&Word::last(done));
    Ok(())
}

/// What takes time to open, and may be opened before there is an order.
struct Prepared {
    images: Store,
    files: BlobStore,
    runner: Result<Arc<dyn EngineRunner>, Fault>,
    database: Option<Database>,
    /// The file that the database was read from.
    seen: Option<Seen>,
}

/// Tells one state of a file from another.
type Seen = (u64, u64, i64, i64);

impl Prepared {
    fn make(folder: &DataFolder) -> Result<Self, Refused> {
        let sandbox = command::sandbox(folder);
        let seen = seen(&folder.database());
        Ok(Self {
            images: Store::open(&folder.images())?,
            files: BlobStore::at(folder.root())?,
            runner: sandbox.map(|sandbox| Arc::new(sandbox) as Arc<dyn EngineRunner>),
            database: command::advisories(folder)?,
            seen,
        })
    }

    /// Everything as it is now: vulnerability data may have been replaced while this process waited.
    fn bench(self, folder: &DataFolder) -> Result<Bench, Refused> {
        let current = seen(&folder.database()) == self.seen;
        Ok(Bench {
            images: self.images,
            database: if current { self.database } else { command::advisories(folder)? },
            runner: self.runner,
            files: Arc::new(Files(Arc::new(self.files))),
            clock: Arc::new(SystemClock::new()),
            ids: Arc::new(SystemIds),
            open: OpenOptions::default(),
        })
    }
}

fn seen(file: &Path) -> Option<Seen> {
    use std::os::unix::fs::MetadataExt;
    let found = fs::metadata(file).ok()?;
    Some((found.dev(), found.ino(), found.mtime(), found.mtime_nsec()))
}

/// The registry's files, for whoever reads images.
pub(crate) struct Files(pub(crate) Arc<BlobStore>);

impl BlobFiles for Files {
    fn open(&self, digest: &Digest) -> io::Result<Option<File>> {
        self.0.find(digest)
    }

    fn link(&self, digest: &Digest, target: &Path) -> io::Result<bool> {
        self.0.link(digest, target)
    }
}

/// Says how it goes. When nobody hears it any more, the other thread sees to the end.
struct Mouth(Mutex<io::Stdout>);

impl Mouth {
    fn say(&self, word: &Word) {
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = say(&mut *out, word);
    }
}

impl Progress for Mouth {
    fn started(&self, step: Step) {
        self.say(&Word::Started(step));
    }

    fn note(&self, step: Step, text: &str) {
        self.say(&Word::Note(step, text.to_owned()));
    }

    fn finished(&self, step: Step, good: bool) {
        self.say(&Word::Finished(step, good));
    }
}

/// The service holds the other end of standard input as long as it lives.
fn sweep_when_alone(mut ear: impl BufRead + Send + 'static, folder: &DataFolder) -> Result<(), Fault> {
    let folder = folder.clone();
    let listen = move || {
        let mut rest = Vec::new();
        let _ = ear.read_until(b'\n', &mut rest);
        signal::become_sweeper(&folder, signal_hook::consts::SIGTERM);
    };
    thread::Builder::new()
        .name("lifeline".into())
        .spawn(listen)
        .map(drop)
        .map_err(|cause| Fault::io("watching for the end of the service", cause))
}
