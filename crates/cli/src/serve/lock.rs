//! One service per data folder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};

use assay_app::Refused;
use assay_core::{Fault, Rejection};
use rustix::fs::{FlockOperation, flock};

use crate::folder::DataFolder;

/// The form of the data folder that this release writes. A release that changes it teaches itself to read the older ones.
const FORMAT: u32 = 1;

/// Marks a folder into which a backup is being restored.
pub(crate) const UNFINISHED: &str = "restoring";

/// Held while a service uses the data folder; the kernel lets go of it however the process ends.
#[derive(Debug)]
pub(crate) struct ServiceLock(#[expect(dead_code, reason = "held for its lock")] File);

impl ServiceLock {
    /// Takes the folder, made when it is not there.
    ///
    /// # Errors
    /// A rejection when another service has it, or a newer release has written it.
    pub(crate) fn take(folder: &DataFolder) -> Result<Self, Refused> {
        make(folder)?;
        let mut file = open(folder).map_err(|cause| failed(folder, cause))?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(taken(folder, &mut file).into());
        }
        write_down(&mut file).map_err(|cause| failed(folder, cause))?;
        refuse_unfinished(folder)?;
        check_format(folder)?;
        Ok(Self(file))
    }
}

fn make(folder: &DataFolder) -> Result<(), Refused> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder.root());
    made.map_err(|cause| {
        let fault = Fault::io(format!("making the data folder `{}`", folder.root().display()), cause);
        fault.hint("name a writable folder with `--data DIR` or in ASSAY_DATA").into()
    })
}

fn open(folder: &DataFolder) -> io::Result<File> {
    let path = folder.root().join("service.lock");
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

/// Whose lock it is, for people.
fn write_down(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

fn taken(folder: &DataFolder, file: &mut File) -> Rejection {
    let mut pid = String::new();
    let _ = file.take(32).read_to_string(&mut pid);
    let by = if pid.trim().is_empty() { String::new() } else { format!(" (process {})", pid.trim()) };
    let message = format!("a service uses the data folder `{}` already{by}", folder.root().display());
    Rejection::new("already-serving", message).hint("stop it first, or name another folder with `--data DIR`")
}

fn failed(folder: &DataFolder, cause: io::Error) -> Refused {
    Fault::io(format!("taking the data folder `{}`", folder.root().display()), cause).into()
}

fn refuse_unfinished(folder: &DataFolder) -> Result<(), Rejection> {
    if !folder.root().join(UNFINISHED).exists() {
        return Ok(());
    }
    let message = format!("a backup was not restored to the end in `{}`", folder.root().display());
    Err(Rejection::new("restore-unfinished", message).hint("empty the folder and restore again"))
}

/// Reads the stamp of the folder, or sets it.
fn check_format(folder: &DataFolder) -> Result<(), Refused> {
    let path = folder.root().join("format");
    let known = match fs::read_to_string(&path) {
        Ok(text) => text.trim().parse::<u32>().ok(),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            return fs::write(&path, format!("{FORMAT}\n")).map_err(|cause| failed(folder, cause));
        }
        Err(cause) => return Err(failed(folder, cause)),
    };
    if known.is_some_and(|known| known <= FORMAT) {
        return Ok(());
    }
    let message = format!(
        "the data folder `{}` was written by a newer release: its form is {}, this release knows up to {FORMAT}",
        folder.root().display(),
        known.map_or("unreadable".to_owned(), |known| known.to_string()),
    );
    Err(Rejection::new("data-newer", message).hint("use the release that wrote it, or a newer one").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_service_at_a_time_and_never_on_newer_data() {
        let home = tempfile::tempdir().unwrap();
        let folder = DataFolder::choose(Some(home.path())).unwrap();
        let lock = ServiceLock::take(&folder).unwrap();
        let code = |result: Result<ServiceLock, Refused>| match result {
            Err(Refused::Rejection(rejection)) => rejection.code,
            other => panic!("{other:?}"),
        };
        assert_eq!(code(ServiceLock::take(&folder)), "already-serving");
        drop(lock);
        fs::write(home.path().join("format"), "2\n").unwrap();
        assert_eq!(code(ServiceLock::take(&folder)), "data-newer");
    }
}
