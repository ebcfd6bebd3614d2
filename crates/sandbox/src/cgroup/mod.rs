//! Control groups: limits that hold, meters that count everything, and a sure way to kill. One backend for each kind of
//! host; a host that lets us make no group has none.

mod files;
mod places;
mod removal;
mod unified;
mod version1;

use std::fmt::Debug;
use std::io;

pub(crate) use places::{Kind, Places};
pub(crate) use removal::remove;

/// Names of our groups begin so; what follows is the run's id.
pub(crate) const PREFIX: &str = "assay-";

/// Ceilings of a group.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Ceilings {
    pub(crate) memory_bytes: u64,
    pub(crate) cpus: f64,
    pub(crate) processes: u64,
}

/// The period over which processor time is shared out, in microseconds.
const PERIOD: u64 = 100_000;

impl Ceilings {
    /// Processor time per period, in microseconds; the kernel's least is 1 ms.
    fn quota(&self) -> u64 {
        ((self.cpus * PERIOD as f64) as u64).max(1_000)
    }
}

/// Memory at this moment, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Memory {
    /// Held by the processes themselves.
    pub(crate) anonymous: u64,
    /// Page cache and temporary files.
    pub(crate) cache: u64,
    /// Processes and threads.
    pub(crate) processes: u64,
}

/// What the group counted over its life. Absent where its kernel does not.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Totals {
    pub(crate) cpu_micros: Option<u64>,
    pub(crate) peak_bytes: Option<u64>,
    pub(crate) peak_processes: Option<u64>,
    pub(crate) process_limit_hit: bool,
    pub(crate) out_of_memory_kills: u64,
}

/// A run's own group.
pub(crate) trait Group: Debug + Send + Sync {
    /// How the figures are taken, for the report.
    fn source(&self) -> &'static str;
    /// Moves a process in; its later children are born inside.
    fn join(&self, process: i32) -> io::Result<()>;
    /// Memory now.
    fn memory(&self) -> Memory;
    /// Figures so far.
    fn totals(&self) -> Totals;
}
