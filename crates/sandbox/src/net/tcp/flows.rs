//! The open connections and the stack that carries them.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use rustix::event::PollFlags;
use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp::State;

use super::stack::Stack;
use super::{Scene, Talk};
use crate::net::dns::NameServer;
use crate::net::recorder::{Recorder, Ticket};

/// Connections open at one time; the longest idle one is reset when there are more.
const MOST_OPEN: usize = 256;
/// A connection on which nothing moves for so long is reset.
const LONGEST_IDLE: Duration = Duration::from_secs(120);

/// The two ends of a connection, the engine's first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(in crate::net) struct Ends {
    pub(in crate::net) source: SocketAddr,
    pub(in crate::net) target: SocketAddr,
}

struct Flow {
    handle: SocketHandle,
    ticket: Ticket,
    touched: Duration,
    talk: Box<dyn Talk>,
}

/// Every open connection.
pub(in crate::net) struct Flows {
    stack: Stack,
    open: BTreeMap<Ends, Flow>,
}

impl Flows {
    pub(in crate::net) fn new(seed: u64, now: Duration) -> Self {
        Self { stack: Stack::new(seed, now), open: BTreeMap::new() }
    }

    /// Accepts the connection that `request` asks for; `talk` is the other end of it.
    pub(in crate::net) fn accept(
        &mut self,
        ends: Ends,
        request: &[u8],
        ticket: Ticket,
        talk: Box<dyn Talk>,
        now: Duration,
    ) {
        self.make_room(now);
        if let Some(handle) = self.stack.listen(ends.target) {
            self.open.insert(ends, Flow { handle, ticket, touched: now, talk });
        }
        self.stack.feed(request);
        // At once, so that the new socket and no later one takes the request.
        self.stack.poll(now);
    }

    /// A further segment of an open connection. False when there is none between `ends`.
    pub(in crate::net) fn feed(&mut self, ends: &Ends, packet: &[u8], now: Duration) -> bool {
        let Some(flow) = self.open.get_mut(ends) else { return false };
        flow.touched = now;
        self.stack.feed(packet);
        true
    }

    /// Answers a segment that belongs to no connection with a reset.
    pub(in crate::net) fn refuse(&mut self, packet: &[u8], now: Duration) {
        self.stack.feed(packet);
        self.stack.poll(now);
    }

    /// Lets every conversation move on, and buries those that are over.
    pub(in crate::net) fn turn(&mut self, recorder: &Recorder, names: &NameServer, now: Duration) {
        self.stack.poll(now);
        for flow in self.open.values_mut() {
            let socket = self.stack.socket(flow.handle);
            if now.saturating_sub(flow.touched) > LONGEST_IDLE {
                socket.abort();
            }
            let scene = Scene { recorder, names, ticket: flow.ticket, now };
            flow.talk.step(socket, &scene);
        }
        self.stack.poll(now);
        let stack = &mut self.stack;
        self.open.retain(|_, flow| {
            let over = matches!(stack.socket(flow.handle).state(), State::Closed | State::TimeWait);
            if over {
                stack.remove(flow.handle);
                recorder.close(flow.ticket);
            }
            !over
        });
    }

    /// When [`Flows::turn`] wants to be called though nothing happened.
    pub(in crate::net) fn due(&mut self, now: Duration) -> Option<Duration> {
        let timers = self.stack.idle(now).map(|idle| now + idle);
        let talks = self.open.values().map(|flow| {
            let idle = flow.touched + LONGEST_IDLE;
            flow.talk.due().map_or(idle, |due| due.min(idle))
        });
        timers.into_iter().chain(talks).min()
    }

    /// The descriptors on which conversations wait.
    pub(in crate::net) fn interests(&self) -> impl Iterator<Item = (BorrowedFd<'_>, PollFlags)> {
        self.open.values().filter_map(|flow| flow.talk.interest())
    }

    /// The packets for the engine.
    pub(in crate::net) fn take_outbound(&mut self) -> VecDeque<Vec<u8>> {
        self.stack.take_outbound()
    }

    /// How many connections are open.
    #[cfg(test)]
    pub(in crate::net) fn count(&self) -> usize {
        self.open.len()
    }

    fn make_room(&mut self, now: Duration) {
        while self.open.len() >= MOST_OPEN {
            let Some(ends) = self.open.iter().min_by_key(|(_, flow)| flow.touched).map(|(ends, _)| *ends)
            else {
                return;
            };
            if let Some(flow) = self.open.remove(&ends) {
                self.stack.socket(flow.handle).abort();
                self.stack.poll(now);
                self.stack.remove(flow.handle);
            }
        }
    }
}
