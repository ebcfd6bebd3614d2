//! TCP for every address at once: smoltcp with sockets made for each connection as it arrives.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::socket::tcp::{Socket, SocketBuffer};
use smoltcp::time::Instant;
use smoltcp::wire::{HardwareAddress, IpAddress, IpCidr, IpEndpoint};

use super::wire::Wire;
use crate::net::address::{RESOLVER_V4, RESOLVER_V6};

/// Bytes of the engine that wait to be read, for each connection.
const RECEIVE_BUFFER: usize = 64 * 1024;
/// Bytes for the engine that wait to be sent, for each connection.
const SEND_BUFFER: usize = 64 * 1024;
/// A peer that does not answer for so long is gone.
const PATIENCE: smoltcp::time::Duration = smoltcp::time::Duration::from_secs(30);

/// Takes packets, makes packets; knows nothing of devices or clocks.
pub(super) struct Stack {
    interface: Interface,
    sockets: SocketSet<'static>,
    wire: Wire,
}

impl Stack {
    pub(super) fn new(seed: u64, now: Duration) -> Self {
        let mut wire = Wire::default();
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = seed;
        let mut interface = Interface::new(config, &mut wire, instant(now));
        interface.set_any_ip(true);
        interface.update_ip_addrs(|own| {
            // There is room for both: the capacity is at least two.
            let _ = own.push(IpCidr::new(IpAddress::Ipv4(RESOLVER_V4), 0));
            let _ = own.push(IpCidr::new(IpAddress::Ipv6(RESOLVER_V6), 0));
        });
        let _ = interface.routes_mut().add_default_ipv4_route(RESOLVER_V4);
        let _ = interface.routes_mut().add_default_ipv6_route(RESOLVER_V6);
        Self { interface, sockets: SocketSet::new(Vec::new()), wire }
    }

    /// A socket that accepts one connection to `target`. `None` for port 0, to which nothing listens.
    pub(super) fn listen(&mut self, target: SocketAddr) -> Option<SocketHandle> {
        let buffer = |size| SocketBuffer::new(vec![0; size]);
        let mut socket = Socket::new(buffer(RECEIVE_BUFFER), buffer(SEND_BUFFER));
        socket.set_nagle_enabled(false);
        socket.set_timeout(Some(PATIENCE));
        socket.listen(IpEndpoint::from(target)).ok()?;
        Some(self.sockets.add(socket))
    }

    pub(super) fn socket(&mut self, handle: SocketHandle) -> &mut Socket<'static> {
        self.sockets.get_mut(handle)
    }

    /// Forgets a socket; abort it and poll before, or the engine hears nothing of it.
    pub(super) fn remove(&mut self, handle: SocketHandle) {
        self.sockets.remove(handle);
    }

    /// A packet from the engine. Without a socket for it the next poll refuses it.
    pub(super) fn feed(&mut self, packet: &[u8]) {
        self.wire.inbound.push_back(packet.to_vec());
    }

    /// Works on everything fed, and on timers.
    pub(super) fn poll(&mut self, now: Duration) {
        self.interface.poll(instant(now), &mut self.wire, &mut self.sockets);
    }

    /// How long nothing needs to be done.
    pub(super) fn idle(&mut self, now: Duration) -> Option<Duration> {
        self.interface.poll_delay(instant(now), &self.sockets).map(Duration::from)
    }

    /// The packets for the engine.
    pub(super) fn take_outbound(&mut self) -> VecDeque<Vec<u8>> {
        std::mem::take(&mut self.wire.outbound)
    }
}

fn instant(now: Duration) -> Instant {
    Instant::from_micros(i64::try_from(now.as_micros()).unwrap_or(i64::MAX))
}
