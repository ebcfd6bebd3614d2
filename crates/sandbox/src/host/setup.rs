//! From a plan to an engine that is held before its first instruction, with every observer armed.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use assay_core::run::{Instrument, Observer, RunPlan};
use assay_core::{Clock, Fault};
use tracing::debug;

use super::{Sandbox, TRACE};
use crate::cgroup::{Ceilings, Group, PREFIX};
use crate::drive::{self, Prepared};
use crate::launch::{EngineNamespace, Launch, LoneUser, Program, World, identity_from_layers};
use crate::logs::Logs;
use crate::meter::Source;
use crate::net::{Network, NetworkSetup, Recorder};
use crate::notify::Notifier;
use crate::sweep::RunFolder;

/// Name servers' port.
const NAMES: u16 = 53;

/// A held engine. Fields drop in order: first what kills, then what is removed.
pub(super) struct Armed {
    pub(super) launch: Launch,
    pub(super) namespace: EngineNamespace,
    pub(super) prepared: Prepared,
    pub(super) instruments: Instruments,
    pub(super) logs: Logs,
    /// What the engine writes.
    pub(super) upper: OwnedFd,
    pub(super) recorder: Arc<Recorder>,
    pub(super) clock: Arc<dyn Clock>,
    /// When we began.
    pub(super) began: Duration,
    pub(super) folder: RunFolder,
}

/// The observers.
pub(super) struct Instruments {
    pub(super) notifier: Notifier,
    pub(super) network: Result<Network, Observer>,
    pub(super) group: Result<Arc<dyn Group>, Observer>,
}

impl Instruments {
    /// What the meter reads.
    pub(super) fn source(&self, init: i32, ceiling: u64) -> Source {
        match &self.group {
            Ok(group) => Source::Group(Arc::clone(group)),
            Err(_) => Source::Processes { init, ceiling },
        }
    }
}

/// Builds and arms everything. Whatever fails, what was made so far is gone when this returns.
pub(super) fn arm(sandbox: &Sandbox, plan: &RunPlan, began: Duration) -> Result<Armed, Fault> {
    let clock = Arc::clone(&sandbox.options().clock);
    let recorder = Arc::new(Recorder::new(Arc::clone(&clock)));
    let Ground { mut launch, logs, group, folder } = lay_ground(sandbox, plan, &recorder)?;
    let (namespace, tun) = launch.network()?;
    debug!(target: TRACE, "network made");
    let network = start_network(sandbox, plan, tun, &namespace, &recorder, launch.helper())?;
    debug!(target: TRACE, "network watched");
    let prepared = drive::prepare(plan, &namespace, &*sandbox.options().ids, Arc::clone(&recorder))?;
    let upper = launch.mounted()?;
    debug!(target: TRACE, "file system built");
    let engine = launch.prepare(&program(plan, &prepared))?;
    debug!(target: TRACE, "process made");
    if let Ok(group) = &group {
        group.join(engine).map_err(fault("moving the engine into its control group"))?;
    }
    debug!(target: TRACE, "control group joined");
    let (listener, steady) = launch.filter()?;
    debug!(target: TRACE, "filter in force");
    let notifier = Notifier::start(listener, steady, Arc::clone(&recorder));
    let notifier = notifier.map_err(fault("listening to the filter"))?;
    debug!(target: TRACE, "everything armed");
    let instruments = Instruments { notifier, network, group };
    Ok(Armed { launch, namespace, prepared, instruments, logs, upper, recorder, clock, began, folder })
}

/// What is there before the first answer of the helper. Dropped in this order.
struct Ground {
    launch: Launch,
    logs: Logs,
    group: Result<Arc<dyn Group>, Observer>,
    folder: RunFolder,
}

fn lay_ground(sandbox: &Sandbox, plan: &RunPlan, recorder: &Arc<Recorder>) -> Result<Ground, Fault> {
    let name = format!("{PREFIX}{}", plan.id);
    let leaves = sandbox.places().leaves(&name);
    let folder = RunFolder::create(&sandbox.options().state_dir, &plan.id.to_string(), leaves)
        .map_err(fault("making the run's folder"))?;
    debug!(target: TRACE, "run folder made");
    let group = sandbox.places().create(&name, ceilings(plan));
    let group = group.map(Arc::from).map_err(|cause| ungrouped(&cause));
    debug!(target: TRACE, "control group made");
    let stamp = Arc::clone(recorder);
    let (logs, stdout, stderr) = Logs::start(plan.limits.log_bytes, Arc::new(move || stamp.now_ms()))
        .map_err(fault("opening the engine's streams"))?;
    let world = world(plan, &folder, group.is_ok()).map_err(fault("describing the engine's world"))?;
    let launch = Launch::begin(sandbox.spawner(), &world, stdout, stderr)?;
    debug!(target: TRACE, "helper started");
    Ok(Ground { launch, logs, group, folder })
}

fn fault(doing: &str) -> impl FnOnce(io::Error) -> Fault + '_ {
    move |cause| Fault::new("sandbox-not-armed", doing, cause)
}

/// Ceilings per process are for hosts without groups: where there is one, they would only be in the way.
fn world(plan: &RunPlan, folder: &RunFolder, grouped: bool) -> io::Result<World> {
    let layers = plan.rootfs.layers.iter().map(std::fs::canonicalize).collect::<io::Result<Vec<_>>>()?;
    let lone_user = lone_user(&plan.process.user, &layers);
    Ok(World {
        supervisor: std::process::id() as i32,
        lone_user,
        layers,
        workshop: folder.workshop()?,
        scratch_bytes: plan.limits.scratch_bytes,
        user: plan.process.user.clone(),
        open_files: plan.limits.open_files,
        processes: (!grouped).then(|| plan.limits.processes.saturating_add(2 * tasks_of_the_machine())),
        data_bytes: (!grouped).then_some(plan.limits.memory_bytes.saturating_mul(2)),
    })
}

/// Processes and threads there are. The kernel holds a ceiling per process against all tasks of the user on the machine,
/// not only against the engine's.
fn tasks_of_the_machine() -> u64 {
    let load = crate::processes::text("/proc/loadavg", 256).unwrap_or_default();
    let total = load.split_whitespace().nth(3).and_then(|tasks| tasks.split_once('/')?.1.parse().ok());
    total.unwrap_or_default()
}

/// Without root, the engine's user is ours in disguise.
fn lone_user(user: &str, layers: &[std::path::PathBuf]) -> Option<LoneUser> {
    let uid = rustix::process::geteuid();
    let gid = rustix::process::getegid();
    (!uid.is_root()).then(|| LoneUser {
        outside: (uid.as_raw(), gid.as_raw()),
        inside: identity_from_layers(user, layers),
    })
}

fn ceilings(plan: &RunPlan) -> Ceilings {
    Ceilings {
        memory_bytes: plan.limits.memory_bytes,
        cpus: plan.limits.cpus,
        processes: plan.limits.processes,
    }
}

fn ungrouped(cause: &io::Error) -> Observer {
    Observer {
        instrument: Instrument::ControlGroup,
        armed: false,
        lost: 0,
        remark: Some(format!(
            "no control group ({cause}): memory is sampled and its limit enforced only by sampling, processor time is \
             not limited; run as root, or within `systemd-run --user --scope`"
        )),
    }
}

fn program(plan: &RunPlan, prepared: &Prepared) -> Program {
    let replaced = |name: &String| prepared.extra_env.iter().any(|(added, _)| added == name);
    let mut env: Vec<_> = plan.process.env.iter().filter(|(name, _)| !replaced(name)).cloned().collect();
    env.extend(prepared.extra_env.iter().cloned());
    Program {
        argv: plan.process.argv.clone(),
        env,
        cwd: plan.process.cwd.clone(),
        files: prepared.files.iter().map(|file| (file.path.clone(), file.bytes.clone())).collect(),
    }
}

fn start_network(
    sandbox: &Sandbox,
    plan: &RunPlan,
    tun: Result<OwnedFd, String>,
    namespace: &EngineNamespace,
    recorder: &Arc<Recorder>,
    helper: u32,
) -> Result<Result<Network, Observer>, Fault> {
    let tun = match tun {
        Ok(tun) => tun,
        Err(why) => return Ok(Err(unseen(&why))),
    };
    let mut seed = [0; 8];
    sandbox.options().ids.fill(&mut seed);
    let setup = NetworkSetup {
        mode: plan.network.clone(),
        recorder: Arc::clone(recorder),
        clock: Arc::clone(&sandbox.options().clock),
        pcap: plan.evidence_dir.join("network.pcap"),
        seed: u64::from_ne_bytes(seed),
        dropped: Box::new(move || super::listeners::dropped(helper)),
    };
    let mut network = Network::start(tun, setup)?;
    let names = SocketAddr::from((Ipv4Addr::LOCALHOST, NAMES));
    let datagrams = namespace.bind_udp(names).map_err(fault("opening the name server's port"))?;
    let streams = namespace.listen(names).map_err(fault("opening the name server's port"))?;
    network.serve_dns(datagrams, streams)?;
    Ok(Ok(network))
}

fn unseen(why: &str) -> Observer {
    Observer {
        instrument: Instrument::Packets,
        armed: false,
        lost: 0,
        remark: Some(format!(
            "no network device ({why}): only system calls were seen, so silence proves nothing; let this user open \
             `/dev/net/tun`"
        )),
    }
}
