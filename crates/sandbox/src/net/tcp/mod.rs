//! The engine's TCP connections: who answers them, and for how long.

mod answering;
mod flows;
mod lookups;
mod stack;
pub(super) mod wire;

use std::os::fd::BorrowedFd;
use std::time::Duration;

use assay_core::run::NetworkEvent;
use rustix::event::PollFlags;
use smoltcp::socket::tcp::Socket;

use super::dns::NameServer;
use super::recorder::{Recorder, Ticket};
pub(super) use answering::Answering;
pub(super) use flows::{Ends, Flows};
pub(super) use lookups::Lookups;

/// What a conversation sees while it takes a step.
pub(super) struct Scene<'a> {
    pub(super) recorder: &'a Recorder,
    pub(super) names: &'a NameServer,
    pub(super) ticket: Ticket,
    pub(super) now: Duration,
}

impl Scene<'_> {
    /// Adds to what is known of the conversation.
    pub(super) fn note(&self, change: impl FnOnce(&mut NetworkEvent)) {
        self.recorder.amend(self.ticket, change);
    }
}

/// What one end of an accepted connection does. It never blocks.
pub(super) trait Talk: Send {
    /// Moves on as far as possible. To end, it closes or aborts the socket.
    fn step(&mut self, socket: &mut Socket<'static>, scene: &Scene);

    /// The time at which it wants to take a step though nothing happened.
    fn due(&self) -> Option<Duration> {
        None
    }

    /// A descriptor on which something may happen.
    fn interest(&self) -> Option<(BorrowedFd<'_>, PollFlags)> {
        None
    }
}
