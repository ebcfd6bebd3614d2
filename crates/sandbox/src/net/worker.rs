//! The thread that works on packets: between inbox, capture file, station and device.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use assay_core::Clock;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::bell::Bell;
use super::capture::Capture;
use super::inbox::{Ending, Inbox};
use super::station::Station;

/// Packets shown to the station between two turns: connections move on also during a flood.
const BATCH: usize = 64;

/// Everything the thread needs.
pub(super) struct Worker {
    device: Arc<OwnedFd>,
    inbox: Arc<Inbox>,
    bell: Arc<Bell>,
    clock: Arc<dyn Clock>,
    station: Station,
    capture: Capture,
}

/// How the work went.
#[derive(Debug)]
pub(super) struct Summary {
    pub(super) ended: Ending,
    /// Packets that found no room in the inbox.
    pub(super) lost: u64,
    /// What the capture file lacks.
    pub(super) incomplete: Option<String>,
}

impl Summary {
    /// Whether the observer stayed armed, and what it lost; remarks for what is worth saying.
    pub(super) fn judge(self, remarks: &mut Vec<String>) -> (bool, u64) {
        let armed = self.ended == Ending::Asked;
        if let Ending::Failed(cause) = self.ended {
            remarks.push(format!("the network device failed: {cause}"));
        }
        if self.lost > 0 {
            remarks.push(format!("{} packets came faster than they could be worked on", self.lost));
        }
        remarks.extend(self.incomplete);
        (armed, self.lost)
    }
}

impl Worker {
    pub(super) fn new(
        device: Arc<OwnedFd>,
        inbox: Arc<Inbox>,
        bell: Arc<Bell>,
        clock: Arc<dyn Clock>,
        station: Station,
        capture: Capture,
    ) -> Self {
        Self { device, inbox, bell, clock, station, capture }
    }

    /// Works until the reader has ended and everything it read is worked on.
    pub(super) fn work(mut self) -> Summary {
        loop {
            self.bell.hush();
            let mut batch = self.inbox.take();
            while !batch.packets.is_empty() {
                let many = batch.packets.len().min(BATCH);
                batch.packets.drain(..many).for_each(|packet| self.receive(&packet));
                self.turn();
            }
            self.turn();
            if let Some(ended) = batch.ended {
                return Summary { ended, lost: batch.lost, incomplete: self.capture.finish() };
            }
            self.wait();
        }
    }

    fn receive(&mut self, packet: &[u8]) {
        self.capture.keep(packet, self.clock.now().as_microsecond());
        self.station.receive(packet, self.clock.elapsed());
    }

    fn turn(&mut self) {
        let now = self.clock.elapsed();
        self.station.turn(now);
        for packet in self.station.take_arrived(now) {
            self.capture.keep(&packet, self.clock.now().as_microsecond());
            // A device that takes no packets has lost its engine, or its queue is full: lost like any packet.
            let _ = rustix::io::write(&*self.device, &packet);
        }
    }

    /// Waits for packets, hosts and timers.
    fn wait(&mut self) {
        let now = self.clock.elapsed();
        let timeout = self.station.due(now).map(|due| timespec(due.saturating_sub(now)));
        let mut fds = vec![PollFd::new(&*self.bell, PollFlags::IN)];
        fds.extend(self.station.interests().map(|(fd, flags)| PollFd::from_borrowed_fd(fd, flags)));
        // An interrupted wait is a short one.
        let _ = poll(&mut fds, timeout.as_ref());
    }
}

fn timespec(wait: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(wait.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(wait.subsec_nanos()),
    }
}
