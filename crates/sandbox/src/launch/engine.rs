//! The engine's own process, from fork to exec. It is held twice: until it is in its control group, and until every
//! observer is armed.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::process::Pid;

use super::cell;
use super::message::{Doing, InitReport, Program, Trouble, World};
use super::user::Identity;
use super::wire::Wire;

/// What a held process says over its line: one of these and one number.
pub(super) mod word {
    /// The filter is in force; the number is its listener in the shared table, negated when it is not steady.
    pub(in crate::launch) const FILTERED: i32 = 1;
    /// The descriptor table is its own now.
    pub(in crate::launch) const UNSHARED: i32 = 2;
    /// It failed; the number is the error.
    pub(in crate::launch) const FAILED: i32 = 3;
}

/// An engine process that has not run an instruction of the image yet.
pub(super) struct Held {
    pub(super) pid: Pid,
    line: UnixStream,
    /// What belongs to the child. Both processes share one descriptor table until the child leaves it.
    childs: (OwnedFd, OwnedFd, UnixStream),
    command: String,
    /// Why the image cannot be started at all.
    refusal: Option<String>,
}

/// Forks the process. It shares our descriptor table, so the filter's listener appears in ours: the filter would catch
/// the process sending it, and taking it from outside needs rights a rootless sandbox lacks.
pub(super) fn hold(
    world: &World,
    program: &Program,
    who: Result<Identity, String>,
    (stdout, stderr): (OwnedFd, OwnedFd),
    wire: &Wire,
) -> Result<Held, Trouble> {
    let (line, far) = UnixStream::pair().doing("making a line to the engine's process")?;
    let command = program.argv.first().cloned().unwrap_or_default();
    let (who, mut refusal) = match who {
        Ok(who) => (who, None),
        Err(reason) => (Identity::default(), Some(reason)),
    };
    // An image that leaves no room for them, say with a link to nowhere as `/tmp`, only harms itself.
    if let Err(cause) = cell::furnish(program, &who, &[&stdout, &stderr]) {
        refusal = refusal.or(Some(format!("cannot place the task's files in the image: {cause}")));
    }
    // SAFETY: no stack or thread pointers are passed, so this is `fork` but for the shared descriptor table. This
    // process has one thread, so the child may go on as ordinary Rust; it closes nothing before it leaves the table.
    let pid = unsafe { libc::syscall(libc::SYS_clone, libc::CLONE_FILES | libc::SIGCHLD, 0, 0, 0, 0) };
    match pid {
        -1 => Err(io::Error::last_os_error()).doing("forking the engine's process"),
        0 => cell::enter(world, program, &who, [&stdout, &stderr], wire, &far),
        child => {
            let pid = i32::try_from(child).ok().and_then(Pid::from_raw).ok_or("no process id");
            let pid = pid.doing("forking the engine's process")?;
            Ok(Held { pid, line, childs: (stdout, stderr, far), command, refusal })
        }
    }
}

impl Held {
    /// Lets it build its cell and hands the filter's listener to the supervisor.
    pub(super) fn arm(&mut self, wire: &Wire) -> Result<(), Trouble> {
        self.line.write_all(&[0]).doing("talking to the engine's process")?;
        match hear(&self.line).doing("building the engine's cell")? {
            Some((word::FILTERED, number)) => {
                // SAFETY: the child made this descriptor in the table we share and never uses it.
                let listener = unsafe { OwnedFd::from_raw_fd(number.abs()) };
                wire.send(&InitReport::Filtered { steady: number > 0 }, &[listener.as_fd()])
                    .doing("handing over the filter's listener")
            }
            Some((_, errno)) => Err(io::Error::from_raw_os_error(errno)).doing("building the engine's cell"),
            None => Err("its process died").doing("building the engine's cell"),
        }
    }

    /// Lets it run, or not, and reports which.
    pub(super) fn release(mut self, wire: &Wire) -> Result<(), Trouble> {
        let report = match self.refusal.take() {
            Some(reason) => {
                let _ = rustix::process::kill_process(self.pid, rustix::process::Signal::KILL);
                InitReport::NotExecuted { reason }
            }
            None => self.execute().doing("starting the engine")?,
        };
        wire.send(&report, &[]).doing("reporting the engine's start")
    }

    fn execute(mut self) -> io::Result<InitReport> {
        self.line.write_all(&[0])?;
        hear(&self.line)?.ok_or_else(|| io::Error::other("its process died"))?;
        // The tables are apart now: our copies would hide that the engine closed its own.
        drop(self.childs);
        Ok(match hear(&self.line)? {
            None => InitReport::Executed,
            Some((_, errno)) => {
                let cause = io::Error::from_raw_os_error(errno);
                InitReport::NotExecuted { reason: format!("cannot start `{}`: {cause}", self.command) }
            }
        })
    }
}

/// The next word and number; `None` when the line is closed.
fn hear(mut line: &UnixStream) -> io::Result<Option<(i32, i32)>> {
    let mut bytes = [0; 8];
    match line.read_exact(&mut bytes) {
        Ok(()) => {
            let number = u64::from_ne_bytes(bytes);
            Ok(Some(((number >> 32) as i32, number as u32 as i32)))
        }
        Err(end) if end.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

/// Says a word and a number.
pub(super) fn say(mut line: &UnixStream, word: i32, number: i32) -> io::Result<()> {
    line.write_all(&((u64::from(word as u32) << 32) | u64::from(number as u32)).to_ne_bytes())
}
