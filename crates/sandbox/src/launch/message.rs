//! The words spoken over the wires.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What the shim and the init need to build the engine's world.
#[derive(Serialize, Deserialize, Debug)]
pub(crate) struct World {
    /// Our process id: whoever wakes up under another parent must not go on.
    pub(crate) supervisor: i32,
    /// Set when we are not root: the shim makes a user namespace with this one user in it.
    pub(crate) lone_user: Option<LoneUser>,
    /// Layer folders, lowest first.
    pub(crate) layers: Vec<PathBuf>,
    /// An empty folder to mount the workshop on, seen by nobody else.
    pub(crate) workshop: PathBuf,
    /// Bytes the engine may write.
    pub(crate) scratch_bytes: u64,
    /// `User` of the image configuration.
    pub(crate) user: String,
    /// Ceilings set per process.
    pub(crate) open_files: u64,
    /// Ceiling on processes where no control group sets one.
    pub(crate) processes: Option<u64>,
    /// Ceiling on private memory per process where no control group sets one.
    pub(crate) data_bytes: Option<u64>,
}

/// The one user of a rootless sandbox.
#[derive(Serialize, Deserialize, Debug, Clone, Copy)]
pub(crate) struct LoneUser {
    /// Ids outside: ours.
    pub(crate) outside: (u32, u32),
    /// Ids inside: those the image asks for.
    pub(crate) inside: (u32, u32),
}

/// From the shim.
#[derive(Serialize, Deserialize, Debug)]
pub(super) enum ShimReport {
    /// The namespaces and the network stand. The TUN comes as descriptor unless it could not be made.
    Network { tun_trouble: Option<String> },
    /// The answer to [`ShimOrder::Socket`], with the socket as descriptor or an error number.
    Socket { errno: Option<i32> },
    /// It cannot go on.
    Failed(Trouble),
}

/// To the shim.
#[derive(Serialize, Deserialize, Debug)]
pub(super) enum ShimOrder {
    /// Build this world: a parcel with [`World`], the init's wire, standard output, standard error.
    Build,
    /// Make a socket in the engine's network namespace.
    Socket { family: u16, kind: u32 },
}

/// From the init.
#[derive(Serialize, Deserialize, Debug)]
pub(super) enum InitReport {
    /// The file system stands; the folder of what the engine writes comes as descriptor.
    Mounted,
    /// Sent by the engine's process-to-be, so that its process id comes with it.
    Child,
    /// The filter is in force; its listener comes as descriptor.
    Filtered {
        /// Whether a waiting call may only be interrupted by a deadly signal.
        steady: bool,
    },
    /// The engine's first instruction is about to run.
    Executed,
    /// It could not be started: the engine's own trouble.
    NotExecuted { reason: String },
    /// The main process ended.
    Ended { code: Option<i32>, signal: Option<i32>, left: u32 },
    /// No process is left but the init.
    Emptied { cpu_micros: u64 },
    /// It cannot go on: our trouble.
    Failed(Trouble),
}

/// To the init.
#[derive(Serialize, Deserialize, Debug)]
pub(super) enum InitOrder {
    /// Make the engine's process and hold it: a parcel with [`Program`].
    Prepare,
    /// It is in its control group: arm the filter.
    Filter,
    /// Every observer is armed: go.
    Execute,
    /// Send the main process this signal.
    Signal(i32),
    /// Kill everything.
    KillAll,
}

/// What to start.
#[derive(Serialize, Deserialize, Debug)]
pub(crate) struct Program {
    pub(crate) argv: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) cwd: String,
    /// Files to place first: absolute path, content.
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

/// What went wrong in a helper.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Trouble {
    /// What it was doing, as a phrase.
    pub(super) doing: String,
    /// Why it failed.
    pub(super) cause: String,
}

/// Turns an error of a helper into [`Trouble`] by saying what was being done.
pub(super) trait Doing<T> {
    fn doing(self, what: impl Into<String>) -> Result<T, Trouble>;
}

impl<T, E: std::fmt::Display> Doing<T> for Result<T, E> {
    fn doing(self, what: impl Into<String>) -> Result<T, Trouble> {
        self.map_err(|cause| Trouble { doing: what.into(), cause: cause.to_string() })
    }
}
