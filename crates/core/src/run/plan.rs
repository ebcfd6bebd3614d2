//! What to run, within which walls, and what to ask of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::id::RunId;

/// Everything the sandbox needs to know.
#[derive(Clone, Debug)]
pub struct RunPlan {
    /// Names the run.
    pub id: RunId,
    /// The engine's file system.
    pub rootfs: Rootfs,
    /// What to start.
    pub process: ProcessSpec,
    /// What it may use.
    pub limits: ResourceLimits,
    /// What its network looks like.
    pub network: NetworkMode,
    /// How to talk to it.
    pub drive: Drive,
    /// How long to wait for what.
    pub timing: Timing,
    /// An existing empty folder for the capture and the logs.
    pub evidence_dir: PathBuf,
}

/// Unpacked layers to be stacked, lowest first. Whiteouts are character devices 0:0 and opaque folders carry
/// `user.overlay.opaque`, as overlayfs reads them when mounted with `userxattr`. The folders are shared between runs
/// and never written.
#[derive(Clone, Debug, Default)]
pub struct Rootfs {
    /// One folder per layer.
    pub layers: Vec<PathBuf>,
}

/// The process to start, from the image configuration.
#[derive(Clone, Debug, Default)]
pub struct ProcessSpec {
    /// Command and arguments; the toolkit driver's entry point already replaced by what follows it.
    pub argv: Vec<String>,
    /// Environment, in order.
    pub env: Vec<(String, String)>,
    /// Working directory inside the image; `/` when empty.
    pub cwd: String,
    /// The `User` of the image configuration: `user`, `uid`, `user:group`, `uid:gid`, or empty for root.
    pub user: String,
}

/// Ceilings of a run.
#[derive(Clone, Debug)]
pub struct ResourceLimits {
    /// Memory in bytes, tmpfs included, swap forbidden.
    pub memory_bytes: u64,
    /// Processor time in cores.
    pub cpus: f64,
    /// Processes and threads.
    pub processes: u64,
    /// Open files per process.
    pub open_files: u64,
    /// Bytes kept of stdout and of stderr, each.
    pub log_bytes: u64,
    /// Bytes the engine may write to its root and temporary folders.
    pub scratch_bytes: u64,
}

/// The world the engine sees through its network device. DNS is always answered with synthetic addresses.
#[derive(Clone, Debug)]
pub enum NetworkMode {
    /// Packets vanish: nothing answers but the name server.
    Dead,
    /// TCP connects, UDP vanishes; bytes sent are recorded and then the connection is closed.
    Answering,
    /// Declared names are dialled for real and recorded; everything else is refused and recorded.
    Declared(DeclaredHosts),
}

/// The hosts an engine with external access named.
#[derive(Clone, Debug, Default)]
pub struct DeclaredHosts {
    /// Names from `externalCalls`, lower case, without scheme, path, port or trailing dot. `*.example.org` is any name
    /// below `example.org`.
    pub names: Vec<String>,
    /// Addresses an operator allows although they are private, link-local or loopback.
    pub exceptions: Vec<AddressBlock>,
    /// Fixed answers instead of the system's resolver: name to address (tests and air-gapped installations).
    pub resolve: BTreeMap<String, std::net::IpAddr>,
}

/// A block of addresses in CIDR form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AddressBlock {
    /// Any address of the block.
    pub address: std::net::IpAddr,
    /// Leading bits that count.
    pub prefix: u8,
}

impl AddressBlock {
    /// Whether `address` lies in the block.
    pub fn contains(&self, address: std::net::IpAddr) -> bool {
        use std::net::IpAddr::{V4, V6};
        let (ours, theirs, width) = match (self.address, address) {
            (V4(a), V4(b)) => (u128::from(a.to_bits()) << 96, u128::from(b.to_bits()) << 96, 32),
            (V6(a), V6(b)) => (a.to_bits(), b.to_bits(), 128),
            _ => return false,
        };
        let prefix = u32::from(self.prefix.min(width));
        prefix == 0 || (ours ^ theirs) >> (128 - prefix) == 0
    }
}

/// Why a text is no block of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an address or a block such as `10.0.0.0/8`")]
pub struct MalformedBlock(String);

impl std::str::FromStr for AddressBlock {
    type Err = MalformedBlock;

    fn from_str(text: &str) -> Result<Self, MalformedBlock> {
        let malformed = || MalformedBlock(text.into());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: std::net::IpAddr = address.parse().map_err(|_| malformed())?;
        let widest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(digits) => digits.parse().ok().filter(|bits| *bits <= widest).ok_or_else(malformed)?,
            None => widest,
        };
        Ok(Self { address, prefix })
    }
}

/// How the harness talks to the engine.
#[derive(Clone, Debug)]
pub enum Drive {
    /// Through its webhooks on its own loopback.
    Chunk {
        /// Absolute URL of the ready webhook.
        ready: String,
        /// Absolute URL of the process webhook.
        process: String,
        /// What to send, in order.
        exercises: Vec<Exercise>,
        /// The task payload sent with every request, a JSON object.
        payload: serde_json::Value,
    },
    /// One task given by payload; status and results come back through an API endpoint inside the sandbox.
    Batch {
        /// The input served as the task's media.
        exercise: Exercise,
        /// Custom fields merged into the payload.
        fields: BTreeMap<String, serde_json::Value>,
    },
}

/// What an exercise is meant to show.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ExerciseKind {
    /// A good input of a format the engine supports: must be answered with good output.
    Sample,
    /// A format the engine does not list.
    Unsupported,
    /// No bytes at all.
    Empty,
    /// A good input cut and scrambled.
    Broken,
    /// Larger than engines expect.
    Oversized,
}

/// One input and how often to send it.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// Unique within the run: `text/plain sample`.
    pub name: String,
    /// What it is for.
    pub kind: ExerciseKind,
    /// Media type told to the engine.
    pub mime: String,
    /// The bytes.
    pub input: Arc<[u8]>,
    /// Length of the medium in ms; 0 when it has none.
    pub duration_ms: u64,
    /// Width and height in pixels; 0 when not visual.
    pub size: (u32, u32),
    /// How many times, at least 1; more than one to measure and to compare answers.
    pub times: u32,
}

/// Patience.
#[derive(Clone, Debug)]
pub struct Timing {
    /// Until ready.
    pub ready: Duration,
    /// For one request.
    pub request: Duration,
    /// For the work phase as a whole.
    pub work: Duration,
    /// Watching after the last answer.
    pub watch: Duration,
    /// Waiting, while watching, for sleeping threads to wake, at most.
    pub sleep: Duration,
    /// Between SIGTERM and SIGKILL.
    pub stop: Duration,
}
