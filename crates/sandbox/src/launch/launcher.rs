//! Our side of a launch: one step after the other until the engine runs.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::process::Child;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use assay_core::Fault;
use rustix::net::{AddressFamily, SocketType};

use super::message::{InitOrder, InitReport, Program, ShimOrder, ShimReport, Trouble, World};
use super::namespace::{EngineNamespace, SocketSource};
use super::spawner::Spawner;
use super::ward::Ward;
use super::wire::{Received, Wire, parcel};

/// No step of ours takes longer, however busy the machine: beyond it something hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// The shim's process; dropping it kills it and with it everything inside.
#[derive(Debug)]
pub(super) struct Shim(Child);

impl Drop for Shim {
    fn drop(&mut self) {
        // Both fail only when it is gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A launch on its way.
#[derive(Debug)]
pub(crate) struct Launch {
    shim: Shim,
    shim_wire: Arc<Mutex<Wire>>,
    init: Wire,
    /// The init's process id as we see it, once it has spoken.
    init_process: i32,
}

/// Whether the program could be started.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Start {
    Running,
    /// The engine's own trouble, in words.
    Impossible(String),
}

impl Launch {
    /// Starts the shim and tells it what to build; the building goes on while we do other things.
    pub(crate) fn begin(
        spawner: &Spawner,
        world: &World,
        stdout: OwnedFd,
        stderr: OwnedFd,
    ) -> Result<Self, Fault> {
        let doing = "starting the sandbox's helper";
        let (near, far) = Wire::pair().map_err(fault(doing))?;
        let (init, init_far) = Wire::pair().map_err(fault(doing))?;
        let shim = Shim(spawner.spawn(far.into_fd()).map_err(fault(doing))?);
        let world = parcel(world).map_err(fault(doing))?;
        let beside = [world.as_fd(), init_far.as_fd(), stdout.as_fd(), stderr.as_fd()];
        near.send(&ShimOrder::Build, &beside).map_err(fault(doing))?;
        Ok(Self { shim, shim_wire: Arc::new(Mutex::new(near)), init, init_process: 0 })
    }

    /// Waits for the engine's network. The device is missing where the host gives none; the text says why.
    pub(crate) fn network(&self) -> Result<(EngineNamespace, Result<OwnedFd, String>), Fault> {
        let doing = "making the engine's namespaces and network";
        let wire = self.shim_wire.lock().unwrap_or_else(PoisonError::into_inner);
        let report = wire.receive_within::<ShimReport>(PATIENCE).map_err(fault(doing))?;
        let (message, descriptors) = taken(report, doing)?;
        let tun = match message {
            ShimReport::Network { tun_trouble: None } => Ok(only(descriptors, doing)?),
            ShimReport::Network { tun_trouble: Some(why) } => Err(why),
            ShimReport::Failed(trouble) => return Err(told(trouble)),
            ShimReport::Socket { .. } => return Err(fault(doing)(io::Error::other("an answer out of turn"))),
        };
        drop(wire);
        Ok((EngineNamespace::new(ShimSockets(Arc::clone(&self.shim_wire))), tun))
    }

    /// Waits for the file system; returns the folder of what the engine writes.
    pub(crate) fn mounted(&mut self) -> Result<OwnedFd, Fault> {
        let doing = "building the engine's file system";
        match self.hear(doing)? {
            (InitReport::Mounted, Received { descriptors, sender, .. }) => {
                self.init_process = sender.unwrap_or(0);
                only(descriptors, doing)
            }
            (other, _) => Err(unexpected(doing, other)),
        }
    }

    /// Process id of the helper that lives in the engine's network namespace.
    pub(crate) fn helper(&self) -> u32 {
        self.shim.0.id()
    }

    /// Process id of the init; 0 before [`Self::mounted`].
    pub(crate) fn init(&self) -> i32 {
        self.init_process
    }

    /// Makes the engine's process and holds it before its first instruction. Returns its process id as we see it.
    pub(crate) fn prepare(&self, program: &Program) -> Result<i32, Fault> {
        let doing = "making the engine's process";
        let program = parcel(program).map_err(fault(doing))?;
        self.init.send(&InitOrder::Prepare, &[program.as_fd()]).map_err(fault(doing))?;
        match self.hear(doing)? {
            (InitReport::Child, Received { sender: Some(pid), .. }) if pid > 0 => Ok(pid),
            (other, _) => Err(unexpected(doing, other)),
        }
    }

    /// Takes the process's rights away and puts the filter in force. Returns the listener and whether it is steady.
    pub(crate) fn filter(&self) -> Result<(OwnedFd, bool), Fault> {
        let doing = "taking the engine's rights away";
        self.init.send(&InitOrder::Filter, &[]).map_err(fault(doing))?;
        match self.hear(doing)? {
            (InitReport::Filtered { steady }, Received { descriptors, .. }) => {
                Ok((only(descriptors, doing)?, steady))
            }
            (other, _) => Err(unexpected(doing, other)),
        }
    }

    /// Lets the engine go.
    pub(crate) fn execute(self) -> Result<(Ward, Start), Fault> {
        let doing = "starting the engine";
        self.init.send(&InitOrder::Execute, &[]).map_err(fault(doing))?;
        let start = match self.hear(doing)?.0 {
            InitReport::Executed => Start::Running,
            InitReport::NotExecuted { reason } => Start::Impossible(reason),
            other => return Err(unexpected(doing, other)),
        };
        let ward = Ward::new(self.shim, self.init).map_err(fault(doing))?;
        Ok((ward, start))
    }

    /// The init's next report. A shim that failed before it made an init says why on its own wire.
    fn hear(&self, doing: &str) -> Result<(InitReport, Received<()>), Fault> {
        match self.init.receive_within::<InitReport>(PATIENCE).map_err(fault(doing))? {
            Some(Received { message: InitReport::Failed(trouble), .. }) => Err(told(trouble)),
            Some(Received { message, descriptors, sender }) => {
                Ok((message, Received { message: (), descriptors, sender }))
            }
            None => Err(self.last_words(doing)),
        }
    }

    fn last_words(&self, doing: &str) -> Fault {
        let wire = self.shim_wire.lock().unwrap_or_else(PoisonError::into_inner);
        match wire.receive_within::<ShimReport>(PATIENCE) {
            Ok(Some(Received { message: ShimReport::Failed(trouble), .. })) => told(trouble),
            _ => fault(doing)(io::Error::other("the sandbox's helper died")),
        }
    }
}

/// Sockets made by the shim, one request at a time.
#[derive(Debug)]
struct ShimSockets(Arc<Mutex<Wire>>);

impl SocketSource for ShimSockets {
    fn socket(&self, family: AddressFamily, kind: SocketType) -> io::Result<OwnedFd> {
        let wire = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wire.send(&ShimOrder::Socket { family: family.as_raw(), kind: kind.as_raw() }, &[])?;
        let answer = wire.receive_within::<ShimReport>(PATIENCE)?;
        let answer = answer.ok_or_else(|| io::Error::other("the engine's namespace is gone"))?;
        match answer.message {
            ShimReport::Socket { errno: Some(errno) } => Err(io::Error::from_raw_os_error(errno)),
            _ => answer.descriptors.into_iter().next().ok_or_else(|| io::Error::other("no socket came")),
        }
    }
}

fn taken<T>(report: Option<Received<T>>, doing: &str) -> Result<(T, Vec<OwnedFd>), Fault> {
    let report = report.ok_or_else(|| fault(doing)(io::Error::other("the sandbox's helper died")))?;
    Ok((report.message, report.descriptors))
}

fn only(descriptors: Vec<OwnedFd>, doing: &str) -> Result<OwnedFd, Fault> {
    descriptors.into_iter().next().ok_or_else(|| fault(doing)(io::Error::other("a descriptor is missing")))
}

fn unexpected(doing: &str, report: InitReport) -> Fault {
    fault(doing)(io::Error::other(format!("the sandbox's helper said {report:?} out of turn")))
}

fn told(trouble: Trouble) -> Fault {
    not_armed(trouble.doing, trouble.cause)
}

fn fault(doing: &str) -> impl FnOnce(io::Error) -> Fault + '_ {
    move |cause| not_armed(doing, cause)
}

fn not_armed(doing: impl Into<String>, cause: impl ToString) -> Fault {
    Fault::new("sandbox-not-armed", doing, cause).hint("`assay doctor` says what this machine lacks")
}
