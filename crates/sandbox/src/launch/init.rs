//! The first process of the engine's process namespace. When it dies, the kernel kills everything in the namespace. It
//! builds the file system, starts the engine, reaps what dies, and reports.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus};

use super::engine::{self, Held};
use super::message::{Doing, InitOrder, InitReport, Program, Trouble, World};
use super::wire::{Received, Wire, unwrap_parcel};
use super::{mounts, user};

/// How long orphans may take to end by themselves after the main process did, in turns of 10 ms.
const GRACE_TURNS: u32 = 20;

/// Runs as process 1 and never returns.
pub(super) fn main(world: &World, wire: Wire, stdout: OwnedFd, stderr: OwnedFd, shim_alive: &OwnedFd) -> ! {
    if let Err(trouble) = serve(world, &wire, stdout, stderr, shim_alive) {
        let _ = wire.send(&InitReport::Failed(trouble), &[]);
    }
    std::process::exit(0)
}

fn serve(
    world: &World,
    wire: &Wire,
    stdout: OwnedFd,
    stderr: OwnedFd,
    shim_alive: &OwnedFd,
) -> Result<(), Trouble> {
    stay_with(shim_alive)?;
    let children = children_signal().doing("listening for dead children")?;
    let upper = mounts::build(world)?;
    wire.send(&InitReport::Mounted, &[upper.as_fd()]).doing("reporting the file system")?;
    drop(upper);
    let mut init = Init { world, wire, streams: Some((stdout, stderr)), held: None, engine: None };
    while let Some(order) = next_order(wire, &children, &mut init.engine)? {
        init.obey(order)?;
    }
    Ok(())
}

/// What the init holds.
struct Init<'a> {
    world: &'a World,
    wire: &'a Wire,
    /// Until the engine's process has them.
    streams: Option<(OwnedFd, OwnedFd)>,
    /// The engine's process until it runs.
    held: Option<Held>,
    /// The main process while it runs.
    engine: Option<Pid>,
}

impl Init<'_> {
    fn obey(&mut self, order: Received<InitOrder>) -> Result<(), Trouble> {
        match order.message {
            InitOrder::Prepare => self.hold(order.descriptors),
            InitOrder::Filter => {
                self.held.as_mut().ok_or(OUT_OF_TURN).doing("arming the filter")?.arm(self.wire)
            }
            InitOrder::Execute => {
                let held = self.held.take().ok_or(OUT_OF_TURN).doing("starting the engine")?;
                self.engine = Some(held.pid);
                held.release(self.wire)
            }
            InitOrder::Signal(number) => {
                signal(self.engine, number);
                Ok(())
            }
            InitOrder::KillAll => kill_all(self.wire),
        }
    }

    fn hold(&mut self, descriptors: Vec<OwnedFd>) -> Result<(), Trouble> {
        let doing = "reading the program to start";
        let parcel = descriptors.into_iter().next().ok_or(OUT_OF_TURN).doing(doing)?;
        let program: Program = unwrap_parcel(parcel).doing(doing)?;
        let streams = self.streams.take().ok_or(OUT_OF_TURN).doing(doing)?;
        // Only now that the image's file system stands can its lists of users be read.
        let who = user::look_up(&self.world.user, Path::new("/etc"));
        self.held = Some(engine::hold(self.world, &program, who, streams, self.wire)?);
        Ok(())
    }
}

/// Our own mistake, should it ever happen.
const OUT_OF_TURN: &str = "an order came out of turn";

/// Asks to be killed with the shim, and ends here if it is already gone.
fn stay_with(shim_alive: &OwnedFd) -> Result<(), Trouble> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .doing("tying the init to the shim")?;
    let mut interest = [PollFd::new(shim_alive, PollFlags::IN)];
    let gone =
        poll(&mut interest, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).doing("looking for the shim")?;
    if gone > 0 { std::process::exit(0) } else { Ok(()) }
}

/// A descriptor that becomes readable when a child changes state.
fn children_signal() -> io::Result<OwnedFd> {
    use std::os::fd::FromRawFd;
    // SAFETY: the set lives on this stack frame and is filled before use; the descriptor returned is new and ours.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&mut set);
        libc::sigaddset(&mut set, libc::SIGCHLD);
        libc::sigprocmask(libc::SIG_BLOCK, &set, std::ptr::null_mut());
        match libc::signalfd(-1, &set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) {
            -1 => Err(io::Error::last_os_error()),
            fd => Ok(OwnedFd::from_raw_fd(fd)),
        }
    }
}

/// Reaps until there is an order; `None` when the supervisor is gone.
fn next_order(
    wire: &Wire,
    children: &OwnedFd,
    engine: &mut Option<Pid>,
) -> Result<Option<Received<InitOrder>>, Trouble> {
    loop {
        let mut interest = [PollFd::new(wire, PollFlags::IN), PollFd::new(children, PollFlags::IN)];
        rustix::io::retry_on_intr(|| poll(&mut interest, None)).doing("waiting for orders")?;
        let [order, death] = interest.map(|fd| !fd.revents().is_empty());
        if death {
            let mut ignored = [0; 128];
            while rustix::io::read(children, &mut ignored).is_ok_and(|length| length > 0) {}
            reap(wire, engine)?;
        }
        if order {
            return wire.receive().doing("reading an order");
        }
    }
}

/// Buries the dead; reports when the main process is among them.
fn reap(wire: &Wire, engine: &mut Option<Pid>) -> Result<(), Trouble> {
    while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
        if *engine == Some(pid) {
            *engine = None;
            report_end(wire, status)?;
        }
    }
    Ok(())
}

fn report_end(wire: &Wire, status: WaitStatus) -> Result<(), Trouble> {
    let (code, signal) = (status.exit_status(), status.terminating_signal());
    wire.send(&InitReport::Ended { code, signal, left: left_behind() }, &[])
        .doing("reporting the engine's end")
}

/// Processes that outlive the main process by more than a moment.
fn left_behind() -> u32 {
    for _ in 0..GRACE_TURNS {
        while let Ok(Some(_)) = rustix::process::wait(WaitOptions::NOHANG) {}
        if others_alive() == 0 {
            return 0;
        }
        let pause = Timespec { tv_sec: 0, tv_nsec: 10_000_000 };
        let _ = poll(&mut [], Some(&pause));
    }
    others_alive()
}

/// Living processes of the namespace besides this one.
fn others_alive() -> u32 {
    let Ok(folder) = std::fs::read_dir("/proc") else { return 0 };
    let numbers = folder.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers.filter(|pid| *pid != 1 && !is_dead(*pid)).map(|_| 1).sum()
}

fn is_dead(pid: u32) -> bool {
    let stat = std::fs::read(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The state follows the name in brackets, which may itself hold brackets.
    let after_name = stat.rsplit(|byte| *byte == b')').next().unwrap_or_default();
    matches!(after_name, [b' ', b'Z' | b'X', ..] | [])
}

fn signal(engine: Option<Pid>, number: i32) {
    if let Some((pid, signal)) = engine.zip(Signal::from_named_raw(number)) {
        // It may have died this instant.
        let _ = rustix::process::kill_process(pid, signal);
    }
}

/// Kills everything but itself, waits for the last, and says what processor time they took together.
fn kill_all(wire: &Wire) -> Result<(), Trouble> {
    // SAFETY: a plain system call. Inside a process namespace, -1 means everything in it but the caller.
    unsafe { libc::kill(-1, libc::SIGKILL) };
    while rustix::process::wait(WaitOptions::empty()).is_ok() {}
    wire.send(&InitReport::Emptied { cpu_micros: children_cpu() }, &[]).doing("reporting that all is gone")
}

fn children_cpu() -> u64 {
    // SAFETY: `rusage` is plain data; the call fills it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &mut usage);
        usage
    };
    let micros = |time: libc::timeval| (time.tv_sec as u64) * 1_000_000 + time.tv_usec as u64;
    micros(usage.ru_utime) + micros(usage.ru_stime)
}
