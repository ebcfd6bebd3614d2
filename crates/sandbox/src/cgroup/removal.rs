//! Ends a group for good: kill what is in it, wait until it is empty, remove it. Works for groups a dead supervisor left.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::files::{set, set_if_there, text};

/// Between looks, while processes die.
const PAUSE: Duration = Duration::from_millis(1);
/// Most looks: dying takes long only when the kernel has much memory to give back.
const LOOKS: u32 = 5_000;

/// Removes the groups in `folders` that exist. Fails with the last refusal when one could not be removed.
pub(crate) fn remove(folders: &[PathBuf]) -> io::Result<()> {
    let there: Vec<&PathBuf> = folders.iter().filter(|folder| folder.is_dir()).collect();
    for _ in 0..LOOKS {
        // Once for all: a freezer in one hierarchy holds the processes found in another.
        kill(&there);
        let refusals: Vec<io::Error> = there.iter().filter_map(|folder| remove_one(folder).err()).collect();
        match refusals.into_iter().next() {
            None => return Ok(()),
            Some(cause) if cause.kind() != io::ErrorKind::ResourceBusy => return Err(cause),
            Some(_) => std::thread::sleep(PAUSE),
        }
    }
    Err(io::Error::new(io::ErrorKind::TimedOut, "processes of a control group do not die"))
}

fn remove_one(folder: &Path) -> io::Result<()> {
    match fs::remove_dir(folder) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Version 2 kills by itself. In version 1, what is frozen cannot fork away from the list.
fn kill(folders: &[&PathBuf]) {
    if folders.iter().any(|folder| set(folder, "cgroup.kill", 1).is_ok()) {
        return;
    }
    let state = |value| folders.iter().for_each(|folder| drop(set_if_there(folder, "freezer.state", value)));
    state("FROZEN");
    for member in folders.iter().filter_map(|folder| text(folder, "cgroup.procs").ok()).flat_map(members) {
        // It may be dead already.
        let _ = kill_process(member, Signal::KILL);
    }
    state("THAWED");
}

fn members(text: String) -> Vec<Pid> {
    text.lines().filter_map(|line| Pid::from_raw(line.parse().ok()?)).collect()
}
