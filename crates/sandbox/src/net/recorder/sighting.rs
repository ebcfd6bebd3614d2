//! What the watching threads tell the recorder.

use std::net::IpAddr;

use assay_core::run::{Fate, Protocol};

/// A system call of the engine that tried to reach something, as the notification thread saw it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyscallAttempt {
    /// `Tcp`, `Udp`, `Icmp` or `OtherIp` for a call let through; for a denied one also `Socket`, `IoUring`, `Escape`.
    pub protocol: Protocol,
    /// Target, where the call names one.
    pub address: Option<IpAddr>,
    /// Target port.
    pub port: Option<u16>,
    /// What was denied: `AF_VSOCK`, `unshare`.
    pub name: Option<String>,
    /// Executable and arguments of the caller.
    pub process: Option<String>,
    /// Whether the call was refused.
    pub denied: bool,
    /// Whether the call would send something, where a `connect` on a datagram socket only chooses a target.
    pub sends: bool,
}

/// Something that left the engine by its network device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sighting {
    /// What the event says. `Dns` for a name lookup.
    pub protocol: Protocol,
    /// What carried it, to find the system call behind it: `Tcp`, `Udp`, `Icmp`, `OtherIp`.
    pub carrier: Protocol,
    /// Target.
    pub address: Option<IpAddr>,
    /// Target port.
    pub port: Option<u16>,
    /// Name looked up; filled from the synthetic address when `None`.
    pub name: Option<String>,
    /// Payload bytes.
    pub bytes_out: u64,
    /// What became of it.
    pub fate: Fate,
}

impl Sighting {
    /// A packet with so many payload bytes, which was captured and is its own carrier.
    pub fn new(protocol: Protocol, address: Option<IpAddr>, port: Option<u16>, bytes: usize) -> Self {
        let (name, bytes_out, fate) = (None, bytes as u64, Fate::Captured);
        Self { protocol, carrier: protocol, address, port, name, bytes_out, fate }
    }

    /// Adds a name.
    #[must_use]
    pub fn named(self, name: Option<String>) -> Self {
        Self { name, ..self }
    }

    /// Changes what became of it.
    #[must_use]
    pub fn fated(self, fate: Fate) -> Self {
        Self { fate, ..self }
    }

    /// Marks it as the kernel's own when `noise`.
    #[must_use]
    pub fn noise_if(self, noise: bool) -> Self {
        if noise { self.fated(Fate::Noise) } else { self }
    }
}
