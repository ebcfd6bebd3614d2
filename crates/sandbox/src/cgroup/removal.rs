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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cgroup::{Ceilings, PREFIX, Places};
    use std::os::unix::process::ExitStatusExt;

    /// A group with a living process in it, in the folders that `keep` keeps, is removed with the process.
    fn kills_and_removes(name: &str, keep: impl Fn(&Path) -> bool) {
        let places = Places::find();
        let name = format!("{PREFIX}test-{name}-{}", std::process::id());
        let ceilings = Ceilings { memory_bytes: 64 << 20, cpus: 1.0, processes: 8 };
        let group = places.create(&name, ceilings).unwrap();
        let (kept, others): (Vec<_>, Vec<_>) = places.leaves(&name).into_iter().partition(|leaf| keep(leaf));
        remove(&others).unwrap();
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        // Where a folder is gone by now, the move fails there and holds elsewhere.
        let _ = group.join(child.id() as i32);
        // A process that is dead but not yet buried keeps its group from being removed.
        let burial = std::thread::spawn(move || child.wait().unwrap());
        remove(&kept).unwrap();
        assert_eq!(burial.join().unwrap().signal(), Some(libc::SIGKILL));
        assert!(kept.iter().all(|leaf| !leaf.exists()));
    }

    #[test]
    fn by_every_means_the_host_has() {
        kills_and_removes("all", |_| true);
    }

    #[test]
    fn by_freezing_where_there_is_no_sure_kill() {
        kills_and_removes("frozen", |leaf| !leaf.with_file_name("cgroup.subtree_control").exists());
    }

    #[test]
    fn what_is_not_there_is_removed_already() {
        remove(&[PathBuf::from("/sys/fs/cgroup/none/assay-none")]).unwrap();
    }
}
