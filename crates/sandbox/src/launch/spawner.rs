//! Starts shims from one thread that lives as long as the sandbox. The kernel's parent-death signal fires when the
//! *thread* that made the child ends, so a pool thread must never do this.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

/// The name it runs under: the engine may see it, so it says nothing.
pub(super) const NAME: &str = "init";

struct Job {
    wire: OwnedFd,
    reply: mpsc::Sender<io::Result<Child>>,
}

/// The thread and the way to ask it.
#[derive(Debug)]
pub(crate) struct Spawner {
    jobs: mpsc::Sender<Job>,
}

impl Spawner {
    /// Starts the thread; `program` is our own binary or one that calls `shim_main_if_asked` first thing.
    pub(crate) fn new(program: PathBuf) -> io::Result<Self> {
        let (jobs, inbox) = mpsc::channel::<Job>();
        std::thread::Builder::new().name("spawner".into()).spawn(move || {
            for Job { wire, reply } in inbox {
                // A receiver that is gone has given up; the shim ends when its wire closes.
                let _ = reply.send(spawn(&program, wire));
            }
        })?;
        Ok(Self { jobs })
    }

    /// A new shim at the other end of `wire`.
    pub(super) fn spawn(&self, wire: OwnedFd) -> io::Result<Child> {
        let (reply, answer) = mpsc::channel();
        self.jobs.send(Job { wire, reply }).map_err(|_| io::Error::other("the spawner is gone"))?;
        answer.recv().map_err(|_| io::Error::other("the spawner is gone"))?
    }
}

/// The wire takes the place of standard input. Nothing else is passed on and no code of ours runs between fork and exec, so
/// the memory of a large program need not be copied for it.
fn spawn(program: &PathBuf, wire: OwnedFd) -> io::Result<Child> {
    Command::new(program)
        .arg0(NAME)
        .env_clear()
        .stdin(Stdio::from(wire))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}
