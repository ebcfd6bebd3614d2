//! Packets between the thread that reads the device and the one that works on them. The device's own queue is short, so
//! the reader does nothing but read.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use super::bell::Bell;

/// Bytes that may wait to be worked on; packets beyond are counted as lost.
const MOST_BYTES: usize = 32 << 20;
const LONGEST_PACKET: usize = 65_536;

/// A bounded queue of packets.
#[derive(Debug)]
pub(super) struct Inbox {
    queue: Mutex<Queue>,
    bell: Arc<Bell>,
}

#[derive(Debug, Default)]
struct Queue {
    packets: VecDeque<Vec<u8>>,
    bytes: usize,
    lost: u64,
    /// Why no more packets come.
    ended: Option<Ending>,
}

/// Why the reader stopped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Ending {
    /// It was asked to.
    Asked,
    /// The device failed.
    Failed(String),
}

/// What waited in the inbox.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) packets: VecDeque<Vec<u8>>,
    pub(super) lost: u64,
    pub(super) ended: Option<Ending>,
}

impl Inbox {
    /// An empty inbox; `bell` rings when something comes.
    pub(super) fn new(bell: Arc<Bell>) -> Self {
        Self { queue: Mutex::default(), bell }
    }

    /// Everything that waits, packets lost so far, and whether this was the last of it: all at one moment, so that no
    /// packet is missed.
    pub(super) fn take(&self) -> Batch {
        let mut queue = self.queue();
        queue.bytes = 0;
        let packets = std::mem::take(&mut queue.packets);
        Batch { packets, lost: queue.lost, ended: queue.ended.clone() }
    }

    fn put(&self, packet: &[u8]) {
        let mut queue = self.queue();
        if queue.bytes + packet.len() > MOST_BYTES {
            queue.lost += 1;
            return;
        }
        queue.bytes += packet.len();
        queue.packets.push_back(packet.to_vec());
        let first = queue.packets.len() == 1;
        drop(queue);
        if first {
            self.bell.ring();
        }
    }

    fn end(&self, ending: Ending) {
        self.queue().ended = Some(ending);
        self.bell.ring();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads `device` into `inbox` until `stop` rings, then what is left in it.
pub(super) fn read_device(device: &OwnedFd, stop: &Bell, inbox: &Inbox) {
    let mut buffer = vec![0; LONGEST_PACKET];
    let ending = loop {
        let asked = match wait(device, stop) {
            Ok(asked) => asked,
            Err(error) => break Ending::Failed(error.to_string()),
        };
        match read_all(device, &mut buffer, inbox) {
            Err(cause) => break Ending::Failed(cause),
            Ok(()) if asked => break Ending::Asked,
            Ok(()) => {}
        }
    };
    inbox.end(ending);
}

/// Waits for packets or for the end. True when it is the end.
fn wait(device: &OwnedFd, stop: &Bell) -> Result<bool, Errno> {
    let mut fds = [PollFd::from_borrowed_fd(device.as_fd(), PollFlags::IN), PollFd::new(stop, PollFlags::IN)];
    match poll(&mut fds, None) {
        Ok(_) => Ok(fds.last().is_some_and(|stop| !stop.revents().is_empty())),
        Err(Errno::INTR) => Ok(false),
        Err(error) => Err(error),
    }
}

fn read_all(device: &OwnedFd, buffer: &mut [u8], inbox: &Inbox) -> Result<(), String> {
    loop {
        match rustix::io::read(device, &mut *buffer) {
            Ok(0) => return Err("the device was closed".into()),
            Ok(length) => inbox.put(buffer.get(..length).unwrap_or_default()),
            Err(Errno::INTR) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted() {
        let inbox = Inbox::new(Arc::new(Bell::new().unwrap()));
        let packet = vec![0; 1 << 20];
        (0..40).for_each(|_| inbox.put(&packet));
        let batch = inbox.take();
        assert_eq!((batch.packets.len(), batch.lost), (32, 8));
        inbox.put(&packet);
        assert_eq!(inbox.take().packets.len(), 1, "there is room again");
    }
}
