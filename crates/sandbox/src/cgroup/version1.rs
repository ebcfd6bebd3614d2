//! Version 1: one folder for each controller, and on hybrid hosts one in version 2 beside them, for its sure kill.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::files::{keyed, number, set, set_if_there, text, value};
use super::{Ceilings, Group, Memory, PERIOD, Totals};

#[derive(Debug)]
pub(super) struct Version1 {
    memory: PathBuf,
    pids: Option<PathBuf>,
    cpuacct: Option<PathBuf>,
    /// Every folder to move processes into.
    all: BTreeSet<PathBuf>,
}

impl Version1 {
    pub(super) fn create(
        parents: &BTreeMap<String, PathBuf>,
        name: &str,
        side: Option<PathBuf>,
        ceilings: Ceilings,
    ) -> io::Result<Self> {
        let leaf = |controller: &str| parents.get(controller).map(|parent| parent.join(name));
        let mut all: BTreeSet<PathBuf> = parents.values().map(|parent| parent.join(name)).collect();
        for folder in &all {
            fs::create_dir(folder)?;
        }
        // A convenience only: without it, killing takes the freezer.
        all.extend(side.filter(|side| fs::create_dir(side).is_ok()));
        let memory = leaf("memory").ok_or(io::ErrorKind::NotFound)?;
        limit_memory(&memory, ceilings.memory_bytes)?;
        if let Some(cpu) = leaf("cpu") {
            set_if_there(&cpu, "cpu.cfs_period_us", PERIOD)?;
            set_if_there(&cpu, "cpu.cfs_quota_us", ceilings.quota())?;
        }
        if let Some(pids) = leaf("pids") {
            set(&pids, "pids.max", ceilings.processes)?;
        }
        Ok(Self { memory, pids: leaf("pids"), cpuacct: leaf("cpuacct"), all })
    }
}

/// Memory alone, and memory with swap: equal, so there is none of the latter.
fn limit_memory(folder: &Path, bytes: u64) -> io::Result<()> {
    set(folder, "memory.limit_in_bytes", bytes)?;
    set_if_there(folder, "memory.memsw.limit_in_bytes", bytes)
}

impl Group for Version1 {
    fn source(&self) -> &'static str {
        "cgroup v1"
    }

    fn join(&self, process: i32) -> io::Result<()> {
        // Each move waits for the kernel's own housekeeping; side by side they wait for it once.
        std::thread::scope(|scope| {
            let moves: Vec<_> = self
                .all
                .iter()
                .map(|folder| scope.spawn(move || set(folder, "cgroup.procs", process)))
                .collect();
            moves
                .into_iter()
                .try_for_each(|moved| moved.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into())))
        })
    }

    fn memory(&self) -> Memory {
        let stat = text(&self.memory, "memory.stat").unwrap_or_default();
        Memory {
            anonymous: value(&stat, "total_rss").unwrap_or(0),
            cache: value(&stat, "total_cache").unwrap_or(0),
            processes: self.pids.as_ref().and_then(|pids| number(pids, "pids.current")).unwrap_or(0),
        }
    }

    fn totals(&self) -> Totals {
        let pids = |name, key| self.pids.as_ref().and_then(|pids| keyed(pids, name, key)).unwrap_or(0);
        Totals {
            cpu_micros: self
                .cpuacct
                .as_ref()
                .and_then(|cpu| number(cpu, "cpuacct.usage"))
                .map(|ns| ns / 1000),
            peak_bytes: number(&self.memory, "memory.max_usage_in_bytes"),
            peak_processes: self.pids.as_ref().and_then(|pids| number(pids, "pids.peak")),
            process_limit_hit: pids("pids.events", "max") > 0,
            out_of_memory_kills: keyed(&self.memory, "memory.oom_control", "oom_kill").unwrap_or(0),
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
            ("memory.stat", "cache 5\nrss 1\ntotal_cache 4096\ntotal_rss 8192\n"),
            ("memory.max_usage_in_bytes", "16384\n"),
            ("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n"),
            ("pids.current", "3\n"),
            ("pids.peak", "7\n"),
            ("pids.events", "max 1\n"),
            ("cpuacct.usage", "5000999\n"),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let path = folder.path().to_owned();
        let (pids, cpuacct) = (Some(path.clone()), Some(path.clone()));
        let group = Version1 { memory: path, pids, cpuacct, all: BTreeSet::new() };
        assert_eq!(group.memory(), Memory { anonymous: 8192, cache: 4096, processes: 3 });
        let totals = group.totals();
        assert_eq!(
            (totals.cpu_micros, totals.peak_bytes, totals.peak_processes),
            (Some(5000), Some(16384), Some(7))
        );
        assert_eq!((totals.process_limit_hit, totals.out_of_memory_kills), (true, 2));
    }
}
