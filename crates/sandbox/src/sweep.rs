//! What a run leaves on disk while it lives, and how the leftovers of a supervisor that was killed are found and removed.
//! A folder for each run holds a lock; a lock nobody holds marks a dead run. Nothing is ever matched by process name.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use assay_core::Fault;
use rustix::fs::{FlockOperation, flock};

use crate::cgroup;

const FOLDER: &str = "run-";
/// Runs swept at once; more are left for the next start.
const MOST: usize = 10_000;

/// The folder of a living run. Dropping it removes the control groups and the folder.
#[derive(Debug)]
pub(crate) struct RunFolder {
    path: PathBuf,
    groups: Vec<PathBuf>,
    /// Held until the end; the kernel lets go of it when we die.
    _lock: File,
}

impl RunFolder {
    /// Makes it under a unique `name` and writes down the groups that will be made, before they are.
    pub(crate) fn create(state: &Path, name: &str, groups: Vec<PathBuf>) -> io::Result<Self> {
        fs::create_dir_all(state)?;
        let _gate = gate(state)?;
        let path = state.join(format!("{FOLDER}{name}"));
        fs::create_dir(&path)?;
        let lock = locked(&path)?.ok_or(io::ErrorKind::ResourceBusy)?;
        fs::create_dir(path.join("workshop"))?;
        let listed: Vec<&str> = groups.iter().filter_map(|group| group.to_str()).collect();
        fs::write(path.join("groups"), listed.join("\n"))?;
        Ok(Self { path, groups, _lock: lock })
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// An empty folder to mount on.
    pub(crate) fn workshop(&self) -> io::Result<PathBuf> {
        fs::canonicalize(self.path.join("workshop"))
    }

    /// Removes groups and folder, and tells when that failed.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let groups = std::mem::take(&mut self.groups);
        cgroup::remove(&groups)
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        // What cannot be removed now is swept at the next start.
        if cgroup::remove(&self.groups).is_ok() {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// What [`Sandbox::sweep`](crate::Sandbox::sweep) found.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Swept {
    /// Runs whose supervisor had died.
    pub dead: u32,
    /// Runs alive, left alone.
    pub alive: u32,
}

/// Removes what dead supervisors left in `state`: processes, control groups, folders.
///
/// # Errors
/// A fault when something could not be removed; the rest is removed all the same.
pub(crate) fn sweep(state: &Path) -> Result<Swept, Fault> {
    let fault = |cause: io::Error| Fault::io("sweeping what an earlier run left", cause);
    let mut swept = Swept::default();
    if !state.is_dir() {
        return Ok(swept);
    }
    let _gate = gate(state).map_err(fault)?;
    let mut refusal = None;
    for run in runs(state).map_err(fault)? {
        match sweep_one(&run) {
            Ok(true) => swept.dead += 1,
            Ok(false) => swept.alive += 1,
            Err(cause) => refusal = Some(cause),
        }
    }
    refusal.map_or(Ok(swept), |cause| Err(fault(cause)))
}

fn runs(state: &Path) -> io::Result<Vec<PathBuf>> {
    let named = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(FOLDER)) && path.is_dir()
    };
    Ok(fs::read_dir(state)?.flatten().map(|entry| entry.path()).filter(named).take(MOST).collect())
}

/// Whether the run was dead, and is now gone.
fn sweep_one(run: &Path) -> io::Result<bool> {
    let Some(_lock) = locked(run)? else { return Ok(false) };
    let listed = fs::read_to_string(run.join("groups")).unwrap_or_default();
    // Only what bears our name is ours to kill, whatever the file says.
    let ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(cgroup::PREFIX)) && path.is_absolute()
    };
    let groups: Vec<PathBuf> = listed.lines().map(PathBuf::from).filter(ours).collect();
    cgroup::remove(&groups)?;
    fs::remove_dir_all(run)?;
    Ok(true)
}

/// Keeps sweeping and creating apart: a folder without a held lock is dead only once its maker had time to lock it.
fn gate(state: &Path) -> io::Result<File> {
    let file = File::create(state.join("gate"))?;
    rustix::io::retry_on_intr(|| flock(&file, FlockOperation::LockExclusive))?;
    Ok(file)
}

/// The run's lock, if nobody holds it.
fn locked(run: &Path) -> io::Result<Option<File>> {
    let file = File::create(run.join("lock"))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(other) => Err(other.into()),
    }
}
