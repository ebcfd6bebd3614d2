//! What a run leaves behind. Plain facts; what they mean is for the checks to say.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::run::plan::ExerciseKind;

/// The parts of a run, by what the harness asks of the engine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// From exec until ready.
    Start,
    /// Ready, nothing asked yet.
    Idle,
    /// Working on inputs.
    Work,
    /// Watched after the last answer.
    Watch,
    /// From SIGTERM to the end.
    Stop,
}

/// Everything seen in one run. Times are ms since the engine's exec.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunEvidence {
    /// Which observers worked, and how well.
    pub observers: Vec<Observer>,
    /// When each phase began and ended. A phase that was not reached is absent.
    pub phases: Vec<PhaseSpan>,
    /// How readiness went.
    pub readiness: Readiness,
    /// Each request and its answer.
    pub exchanges: Vec<Exchange>,
    /// Whether the ready webhook still said 200 after the last answer; absent when it was not asked.
    pub still_ready: Option<bool>,
    /// The token handed to the engine: worthless elsewhere, and looked for where it does not belong.
    pub token: String,
    /// The batch task's story, for batch engines.
    pub task: Option<TaskStory>,
    /// Every attempt to reach something outside loopback, equal ones folded.
    pub network: Vec<NetworkEvent>,
    /// Ports on which the engine listened.
    pub listeners: Vec<Listener>,
    /// How the engine ended.
    pub exit: Exit,
    /// Resources.
    pub metering: Metering,
    /// Standard output and error.
    pub logs: Vec<LogLine>,
    /// Bytes the engine wrote beyond the log limit and that were dropped.
    pub log_bytes_dropped: u64,
    /// Files written outside `/tmp`, `/var/tmp`, `/run` and `/dev/shm`, at most 100.
    pub files_written: Vec<String>,
    /// Threads still asleep in a timed wait at the end of the watch, with the wait they asked for.
    pub sleepers: Vec<Sleeper>,
}

/// The instruments.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Instrument {
    /// The TUN device: every packet that leaves the engine's namespace.
    Packets,
    /// Seccomp user notification: which process, and attempts that make no packet.
    SystemCalls,
    /// The control group: limits and meters.
    ControlGroup,
}

/// How an instrument did.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Observer {
    /// Which.
    pub instrument: Instrument,
    /// Whether it was armed before the engine's first instruction and stayed so to the end.
    pub armed: bool,
    /// Observations lost that nothing explains.
    pub lost: u64,
    /// What it could not do, and what that weakens.
    pub remark: Option<String>,
}

/// When a phase was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhaseSpan {
    /// Which.
    pub phase: Phase,
    /// Begin.
    pub from_ms: u64,
    /// End.
    pub to_ms: u64,
}

/// How the wait for readiness ended.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Readiness {
    /// Not waited for (batch).
    #[default]
    NotAsked,
    /// Answered 200.
    Ready {
        /// After so many ms.
        after_ms: u64,
    },
    /// The time ran out.
    TimedOut {
        /// The last thing the webhook said: `503`, `connection refused`.
        last: String,
    },
    /// The webhook said 500: shut down.
    Refused {
        /// Its body, cut.
        body: String,
    },
    /// The process ended first.
    Exited,
}

/// One input, sent once, with up to three calls.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Exchange {
    /// Name of the exercise.
    pub exercise: String,
    /// Its kind.
    pub kind: ExerciseKind,
    /// Media type told.
    pub mime: String,
    /// Size of the input in bytes.
    pub input_bytes: u64,
    /// Length of the medium in ms; 0 when it has none.
    pub duration_ms: u64,
    /// 0 for the first sending of the exercise, 1 for the second…
    pub repetition: u32,
    /// When the first call began.
    pub at_ms: u64,
    /// Calls made; more than one means the earlier ones failed.
    pub calls: u32,
    /// Time of the last call, to the last byte of the answer, in microseconds.
    pub micros: u64,
    /// The last answer.
    pub answer: Answer,
}

/// What an engine said to a request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Answer {
    /// An HTTP response.
    Response {
        /// Status code.
        status: u16,
        /// `Content-Type`.
        content_type: String,
        /// File of the body in the run's evidence folder; absent when the body was empty.
        body: Option<String>,
        /// Length of the body in bytes.
        bytes: u64,
        /// Whether the body was cut at the limit.
        cut: bool,
    },
    /// No response.
    Broken {
        /// `connection refused`, `closed without an answer`, `timed out after 120 s`…
        reason: String,
    },
    /// Not sent: the engine was gone or the time used up.
    NotSent {
        /// Which of the two.
        reason: String,
    },
}

/// The story of a batch task as the API endpoint saw it.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskStory {
    /// Status updates in order: `running`, `complete`, `failed`.
    pub statuses: Vec<TaskStatus>,
    /// Files of the uploaded results in the run's evidence folder.
    pub results: Vec<String>,
    /// Requests the endpoint did not understand, at most 20.
    pub not_understood: Vec<String>,
}

/// One status update.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskStatus {
    /// When.
    pub at_ms: u64,
    /// The status said.
    pub status: String,
    /// The output or error that came with it.
    pub output: Option<serde_json::Value>,
}

/// Transport or kind of an attempt.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP that is not a name lookup.
    Udp,
    /// A name lookup, over UDP or TCP.
    Dns,
    /// ICMP or ICMPv6.
    Icmp,
    /// Any other IP protocol.
    OtherIp,
    /// A socket family or type that was denied; `name` says which.
    Socket,
    /// `io_uring`, which would hide calls from the observer, denied.
    IoUring,
    /// A system call that would change the sandbox (`unshare`, `mount`, `bpf`…), denied; `name` says which.
    Escape,
}

/// Where an address lies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AddressClass {
    /// A public address, or one of our synthetic ones with the name it stands for.
    Public,
    /// Private ranges (RFC 1918, RFC 4193, shared address space).
    Private,
    /// Link-local, other than metadata.
    LinkLocal,
    /// Cloud metadata services.
    Metadata,
    /// Multicast and broadcast.
    Multicast,
    /// No address: a denied call.
    None,
}

/// What became of an attempt.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It made a packet, which was recorded and swallowed or answered by us.
    Captured,
    /// The packet went to a declared host through our proxy.
    Proxied,
    /// A declared name that was not dialled: its address is private, link-local or metadata.
    Withheld,
    /// A system call refused by the filter.
    Denied,
    /// A system call that was to send something and made no packet: the kernel refused it.
    Failed,
    /// A system call that made no packet (a UDP `connect`, as `getaddrinfo` does to sort addresses).
    NoPacket,
    /// Kernel chatter or a reply of the kernel, not the engine's doing.
    Noise,
}

/// One attempt, or several equal ones.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetworkEvent {
    /// First seen.
    pub at_ms: u64,
    /// Phase of the first.
    pub phase: Phase,
    /// Exercise being worked on at the first, if any.
    pub exercise: Option<String>,
    /// How many.
    pub count: u64,
    /// Transport.
    pub protocol: Protocol,
    /// Target address; a synthetic one when `name` is set by a lookup.
    pub address: Option<IpAddr>,
    /// Target port.
    pub port: Option<u16>,
    /// Class of the target.
    pub class: AddressClass,
    /// The name looked up, the name the synthetic address was given for, or what was denied.
    pub name: Option<String>,
    /// Server name of a TLS ClientHello.
    pub sni: Option<String>,
    /// `Host` of an HTTP request.
    pub host: Option<String>,
    /// Payload bytes the engine sent.
    pub bytes_out: u64,
    /// Payload bytes it received.
    pub bytes_in: u64,
    /// The process, when known: executable path and arguments, cut to 200 characters.
    pub process: Option<String>,
    /// What became of it.
    pub fate: Fate,
}

/// A port the engine listened on.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Listener {
    /// `tcp` or `udp`.
    pub transport: String,
    /// Local address.
    pub address: IpAddr,
    /// Port.
    pub port: u16,
}

/// How the engine's main process ended.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Exit {
    /// Exit code, when it exited.
    pub code: Option<i32>,
    /// Signal, when one ended it.
    pub signal: Option<i32>,
    /// Whether it ended before we asked it to.
    pub unasked: bool,
    /// Whether the kernel killed something in it for want of memory.
    pub out_of_memory: bool,
    /// Whether it had to be killed because SIGTERM was not enough.
    pub killed: bool,
    /// Time from SIGTERM to the end, in ms.
    pub stop_ms: Option<u64>,
    /// Processes still alive after the main process ended.
    pub left_behind: u32,
}

/// Resources used. Absent where the host gives no means to measure.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Metering {
    /// Our own time before the engine's exec, in microseconds.
    pub setup_micros: u64,
    /// Our own time after the engine's end, in microseconds.
    pub teardown_micros: u64,
    /// Processor time of all its processes, in microseconds.
    pub cpu_micros: Option<u64>,
    /// Peak of all memory charged to it, page cache included, in bytes.
    pub peak_bytes: Option<u64>,
    /// Largest sampled anonymous memory (what the engine itself holds), in bytes.
    pub peak_anonymous_bytes: Option<u64>,
    /// Largest sampled page cache, in bytes.
    pub peak_cache_bytes: Option<u64>,
    /// Most processes and threads at one time.
    pub peak_processes: Option<u64>,
    /// Whether the limit on processes was hit.
    pub process_limit_hit: bool,
    /// The limits in force.
    pub memory_limit_bytes: u64,
    /// How the figures were taken: `cgroup v1`, `cgroup v2`, `sampled`.
    pub source: String,
}

/// Standard output or standard error.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A line the engine printed, cut to 8 KiB.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// When it arrived.
    pub at_ms: u64,
    /// Where.
    pub stream: Stream,
    /// Its text; bytes that are not UTF-8 replaced.
    pub text: String,
}

/// A thread in a timed wait.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sleeper {
    /// Executable and arguments.
    pub process: String,
    /// The wait it asked for, in ms.
    pub asked_ms: u64,
    /// The call it waits in.
    pub call: String,
}
