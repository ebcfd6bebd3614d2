//! Version 2: one folder with everything.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::files::{keyed, number, set, set_if_there, text, value};
use super::{Ceilings, Group, Memory, PERIOD, PREFIX, Totals};

#[derive(Debug)]
pub(super) struct Unified {
    leaf: PathBuf,
}

impl Unified {
    /// Makes it below the first of `parents` that lets us: our own group where it was handed over to us, else the root.
    pub(super) fn create(parents: &[&PathBuf], name: &str, ceilings: Ceilings) -> io::Result<Self> {
        let mut refusal = io::Error::from(io::ErrorKind::NotFound);
        for parent in parents {
            match open_up(parent).and_then(|()| Self::create_in(parent, name, ceilings)) {
                Ok(group) => return Ok(group),
                Err(cause) => refusal = cause,
            }
        }
        Err(refusal)
    }

    fn create_in(parent: &Path, name: &str, ceilings: Ceilings) -> io::Result<Self> {
        let leaf = parent.join(name);
        fs::create_dir(&leaf)?;
        set(&leaf, "memory.max", ceilings.memory_bytes)?;
        set_if_there(&leaf, "memory.swap.max", 0)?;
        set(&leaf, "cpu.max", format!("{} {PERIOD}", ceilings.quota()))?;
        set(&leaf, "pids.max", ceilings.processes)?;
        Ok(Self { leaf })
    }
}

/// Hands the controllers down to children of `parent`. A group may do so only while no process is in it itself; if we
/// are all there is, we step aside into a child.
fn open_up(parent: &Path) -> io::Result<()> {
    let controllers = "+memory +cpu +pids";
    match set(parent, "cgroup.subtree_control", controllers) {
        Ok(()) => Ok(()),
        Err(busy) if busy.kind() == io::ErrorKind::ResourceBusy && alone_in(parent) => {
            let aside = parent.join(format!("{PREFIX}supervisor"));
            match fs::create_dir(&aside) {
                Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => return Err(cause),
                _ => set(&aside, "cgroup.procs", std::process::id())?,
            }
            set(parent, "cgroup.subtree_control", controllers)
        }
        Err(other) => Err(other),
    }
}

fn alone_in(group: &Path) -> bool {
    let own = std::process::id().to_string();
    text(group, "cgroup.procs").is_ok_and(|members| members.lines().all(|member| member == own))
}

impl Group for Unified {
    fn source(&self) -> &'static str {
        "cgroup v2"
    }

    fn join(&self, process: i32) -> io::Result<()> {
        set(&self.leaf, "cgroup.procs", process)
    }

    fn memory(&self) -> Memory {
        let stat = text(&self.leaf, "memory.stat").unwrap_or_default();
        Memory {
            anonymous: value(&stat, "anon").unwrap_or(0),
            cache: value(&stat, "file").unwrap_or(0),
            processes: number(&self.leaf, "pids.current").unwrap_or(0),
        }
    }

    fn totals(&self) -> Totals {
        Totals {
            cpu_micros: keyed(&self.leaf, "cpu.stat", "usage_usec"),
            peak_bytes: number(&self.leaf, "memory.peak"),
            peak_processes: number(&self.leaf, "pids.peak"),
            process_limit_hit: keyed(&self.leaf, "pids.events", "max").unwrap_or(0) > 0,
            out_of_memory_kills: keyed(&self.leaf, "memory.events", "oom_kill").unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_kernels_files() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("memory.stat", "anon 8192\nfile 4096\nkernel 1\n"),
            ("memory.peak", "16384\n"),
            ("memory.events", "low 0\noom 4\noom_kill 2\n"),
            ("pids.current", "3\n"),
            ("pids.peak", "7\n"),
            ("pids.events", "max 0\n"),
            ("cpu.stat", "usage_usec 5000\nuser_usec 4000\n"),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let group = Unified { leaf: folder.path().to_owned() };
        assert_eq!(group.memory(), Memory { anonymous: 8192, cache: 4096, processes: 3 });
        let totals = group.totals();
        assert_eq!(
            (totals.cpu_micros, totals.peak_bytes, totals.peak_processes),
            (Some(5000), Some(16384), Some(7))
        );
        assert_eq!((totals.process_limit_hit, totals.out_of_memory_kills), (false, 2));
    }

    #[test]
    fn a_place_that_refuses_is_passed_over_and_the_last_refusal_told() {
        let folder = tempfile::tempdir().unwrap();
        let (none, sealed) = (folder.path().join("none"), folder.path().join("sealed"));
        fs::create_dir(&sealed).unwrap();
        let ceilings = Ceilings { memory_bytes: 1, cpus: 1.0, processes: 1 };
        let refusal = Unified::create(&[&none, &sealed], "x", ceilings).unwrap_err();
        assert!(refusal.to_string().contains("sealed/cgroup.subtree_control"), "{refusal}");
        assert!(!sealed.join("x").exists());
    }
}
