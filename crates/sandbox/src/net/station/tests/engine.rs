//! An engine for tests: a second stack at the near end of the device, and time that passes only when it is told to.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use assay_core::ManualClock;
use assay_core::run::NetworkEvent;
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::socket::tcp::{Socket, SocketBuffer, State};
use smoltcp::time::Instant;
use smoltcp::wire::{HardwareAddress, IpAddress, IpCidr, IpEndpoint};

use super::super::{Manner, Station};
use crate::net::address::{ENGINE_V4, ENGINE_V6, RESOLVER_V4, RESOLVER_V6};
use crate::net::recorder::Recorder;
use crate::net::reply;
use crate::net::tcp::wire::Wire;

pub(super) struct Engine {
    pub(super) station: Station,
    pub(super) recorder: Arc<Recorder>,
    clock: Arc<ManualClock>,
    pub(super) now: Duration,
    interface: Interface,
    device: Wire,
    sockets: SocketSet<'static>,
    next_port: u16,
    /// Packets received that are no TCP.
    pub(super) received: VecDeque<Vec<u8>>,
}

impl Engine {
    pub(super) fn new(manner: Manner) -> Self {
        let clock = Arc::new(ManualClock::at("2026-01-01T00:00:00Z".parse().unwrap()));
        let recorder = Arc::new(Recorder::new(Arc::clone(&clock) as Arc<dyn assay_core::Clock>));
        recorder.start();
        let mut device = Wire::default();
        let mut interface = Interface::new(Config::new(HardwareAddress::Ip), &mut device, Instant::ZERO);
        interface.update_ip_addrs(|own| {
            own.push(IpCidr::new(IpAddress::Ipv4(ENGINE_V4), 15)).unwrap();
            own.push(IpCidr::new(IpAddress::Ipv6(ENGINE_V6), 64)).unwrap();
        });
        interface.routes_mut().add_default_ipv4_route(RESOLVER_V4).unwrap();
        interface.routes_mut().add_default_ipv6_route(RESOLVER_V6).unwrap();
        Self {
            station: Station::new(Arc::clone(&recorder), manner, 1, Duration::ZERO),
            recorder,
            clock,
            now: Duration::ZERO,
            interface,
            device,
            sockets: SocketSet::new(Vec::new()),
            next_port: 40_000,
            received: VecDeque::new(),
        }
    }

    /// Sends bytes as they are.
    pub(super) fn send(&mut self, packet: &[u8]) {
        self.station.receive(packet, self.now);
    }

    pub(super) fn send_datagram(&mut self, target: &str, payload: &[u8]) {
        let target: SocketAddr = target.parse().unwrap();
        let own = own_address(target.ip());
        let packet = reply::datagram(SocketAddr::new(own, 5_000), target, payload).unwrap();
        self.send(&packet);
    }

    /// Begins to connect.
    pub(super) fn connect(&mut self, target: SocketAddr) -> SocketHandle {
        let buffer = || SocketBuffer::new(vec![0; 32 * 1024]);
        let mut socket = Socket::new(buffer(), buffer());
        socket.set_nagle_enabled(false);
        self.next_port += 1;
        let local = IpEndpoint::from(SocketAddr::new(own_address(target.ip()), self.next_port));
        socket.connect(self.interface.context(), IpEndpoint::from(target), local).unwrap();
        self.sockets.add(socket)
    }

    pub(super) fn socket(&mut self, handle: SocketHandle) -> &mut Socket<'static> {
        self.sockets.get_mut(handle)
    }

    pub(super) fn state(&mut self, handle: SocketHandle) -> State {
        self.socket(handle).state()
    }

    /// Everything that arrived on a connection.
    pub(super) fn read(&mut self, handle: SocketHandle) -> Vec<u8> {
        let mut buffer = vec![0; 64 * 1024];
        let length = self.socket(handle).recv_slice(&mut buffer).unwrap_or(0);
        buffer.truncate(length);
        buffer
    }

    /// Lets time pass.
    pub(super) fn pass(&mut self, millis: u64) {
        for _ in 0..millis {
            self.exchange();
            self.now += Duration::from_millis(1);
            self.clock.advance(Duration::from_millis(1));
        }
        self.exchange();
    }

    /// Carries packets both ways without letting time pass.
    fn exchange(&mut self) {
        let instant = Instant::from_micros(self.now.as_micros() as i64);
        self.interface.poll(instant, &mut self.device, &mut self.sockets);
        for packet in self.device.outbound.drain(..) {
            self.station.receive(&packet, self.now);
        }
        self.station.turn(self.now);
        for packet in self.station.take_arrived(self.now) {
            let is_tcp = packet[if packet[0] >> 4 == 4 { 9 } else { 6 }] == 6;
            let queue = if is_tcp { &mut self.device.inbound } else { &mut self.received };
            queue.push_back(packet);
        }
        self.interface.poll(instant, &mut self.device, &mut self.sockets);
    }

    /// What was recorded, in the words of [`told`].
    pub(super) fn events(&self) -> Vec<String> {
        self.recorder.finish().0.iter().map(told).collect()
    }
}

pub(super) fn own_address(target: IpAddr) -> IpAddr {
    if target.is_ipv4() { ENGINE_V4.into() } else { ENGINE_V6.into() }
}

/// An event as a line: what tests compare.
pub(super) fn told(event: &NetworkEvent) -> String {
    let address = event.address.map_or("-".into(), |address| address.to_string());
    let port = event.port.map_or("-".into(), |port| port.to_string());
    let mut line =
        format!("{:?} {address} {port} {:?} {:?} x{}", event.protocol, event.class, event.fate, event.count);
    for (what, text) in
        [("name", &event.name), ("sni", &event.sni), ("host", &event.host), ("by", &event.process)]
    {
        if let Some(text) = text {
            line += &format!(" {what}={text}");
        }
    }
    line
}
