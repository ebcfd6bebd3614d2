//! Hears of the engine's system calls as they wait for us, says who made them and where they lead, and lets them go on or
//! not. What it cannot tell, the network device still sees.

mod judge;
pub(crate) mod memory;
mod target;

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread::JoinHandle;

use assay_core::run::{Instrument, Observer};
use rustix::event::{PollFd, PollFlags, poll};

use crate::net::Recorder;
use crate::seccomp::Listener;

/// The listening thread.
#[derive(Debug)]
pub(crate) struct Notifier {
    thread: JoinHandle<Tally>,
    /// Closing it ends the thread.
    stop: UnixStream,
    steady: bool,
}

/// What the thread has to say in the end.
#[derive(Debug, Default)]
struct Tally {
    /// Calls that went on without our knowing where they led.
    unread: u64,
    /// Why it ended early.
    trouble: Option<String>,
}

impl Notifier {
    /// Starts listening.
    pub(crate) fn start(listener: OwnedFd, steady: bool, recorder: Arc<Recorder>) -> io::Result<Self> {
        let (stop, stopped) = UnixStream::pair()?;
        let listener = Listener::new(listener);
        let thread = std::thread::Builder::new()
            .name("notify".into())
            .spawn(move || listen(&listener, &stopped, &recorder))?;
        Ok(Self { thread, stop, steady })
    }

    /// Stops listening. To be called when nothing that could call is alive.
    pub(crate) fn finish(self) -> Observer {
        drop(self.stop);
        let tally =
            self.thread.join().unwrap_or_else(|_| Tally { trouble: Some("it broke".into()), unread: 0 });
        let unsteady = "the kernel is older than 5.19: a call may be heard twice".to_owned();
        Observer {
            instrument: Instrument::SystemCalls,
            armed: tally.trouble.is_none(),
            lost: tally.unread,
            remark: tally.trouble.or((!self.steady).then_some(unsteady)),
        }
    }
}

fn listen(listener: &Listener, stopped: &UnixStream, recorder: &Recorder) -> Tally {
    let mut tally = Tally::default();
    loop {
        let mut interest = [PollFd::new(listener, PollFlags::IN), PollFd::new(stopped, PollFlags::IN)];
        if let Err(cause) = rustix::io::retry_on_intr(|| poll(&mut interest, None)) {
            tally.trouble = Some(format!("waiting for calls: {cause}"));
            return tally;
        }
        let [call, stop] = interest.map(|fd| fd.revents());
        if call.contains(PollFlags::IN) {
            if let Err(cause) = answer(listener, recorder, &mut tally) {
                tally.trouble = Some(format!("answering a call: {cause}"));
                return tally;
            }
        } else if !stop.is_empty() || !call.is_empty() {
            // Told to stop, or nothing under the filter is left.
            return tally;
        }
    }
}

fn answer(listener: &Listener, recorder: &Recorder, tally: &mut Tally) -> io::Result<()> {
    let Some(call) = listener.receive()? else { return Ok(()) };
    let judgement = judge::judge(&call);
    // Only now is it sure that the memory read was the caller's.
    if listener.still_waits(&call) {
        tally.unread += u64::from(judgement.unread);
        // First the record, then the deed: a packet may follow at once.
        judgement.attempts.into_iter().for_each(|attempt| recorder.syscall(attempt));
    }
    listener.reply(&call, judgement.reply)
}
