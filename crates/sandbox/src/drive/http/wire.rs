//! A stream under one deadline: a peer that trickles gains no time by it.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use assay_core::Clock;

/// Reads and writes fail with `TimedOut` once the deadline has passed.
pub(super) struct Wire<'a> {
    stream: TcpStream,
    clock: &'a dyn Clock,
    deadline: Duration,
}

impl<'a> Wire<'a> {
    /// Gives `stream` the time `limit` from now.
    pub(super) fn new(stream: TcpStream, clock: &'a dyn Clock, limit: Duration) -> Self {
        // Small requests must not wait for an acknowledgement. A failure here costs time, nothing else.
        let _ = stream.set_nodelay(true);
        Self { stream, clock, deadline: clock.elapsed().saturating_add(limit) }
    }

    fn left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_sub(self.clock.elapsed());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(buffer)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
