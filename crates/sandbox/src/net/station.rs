//! What happens to each packet: it is told to the recorder, and then answered as the run's mode says.

mod declared;

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::Duration;

use assay_core::run::{AddressClass, Fate, Protocol};
use etherparse::IpNumber;
use rustix::event::PollFlags;

use super::address::{classify, is_own};
use super::dns::{self, NameServer, Query};
use super::noise::is_chatter;
use super::outbox::Outbox;
use super::packet::{Body, Datagram, Packet, Segment};
use super::recent::Recent;
use super::recorder::{Recorder, Sighting};
use super::reply;
use super::tcp::{Answering, Ends, Flows, Lookups};
pub(super) use declared::Declared;

/// A name server a few routers away.
const NAME_SERVER_DELAY: Duration = Duration::from_millis(3);
/// A host some hundred kilometres away.
const HOST_DELAY: Duration = Duration::from_millis(11);
/// Ports on which names are asked for by multicast: mDNS and LLMNR.
const NAMES_BY_MULTICAST: [u16; 2] = [5353, 5355];

/// How the world behaves beyond the name server.
pub(super) enum Manner {
    /// It is not there.
    Dead,
    /// It answers.
    Answering,
    /// Some of it may be reached.
    Declared(Declared),
}

/// The far end of the device. Takes packets and the time, makes packets; knows nothing of devices and clocks.
pub(super) struct Station {
    recorder: Arc<Recorder>,
    names: NameServer,
    manner: Manner,
    flows: Flows,
    outbox: Outbox,
    requests: Recent,
}

impl Station {
    pub(super) fn new(recorder: Arc<Recorder>, manner: Manner, seed: u64, now: Duration) -> Self {
        let names = NameServer::new(Arc::clone(&recorder));
        let flows = Flows::new(seed, now);
        Self { recorder, names, manner, flows, outbox: Outbox::default(), requests: Recent::default() }
    }

    /// Takes a packet of the engine.
    pub(super) fn receive(&mut self, bytes: &[u8], now: Duration) {
        let packet = match Packet::read(bytes) {
            Ok(packet) => packet,
            Err(malformed) => {
                let name = Some("malformed packet".into());
                let sighting = Sighting::new(Protocol::OtherIp, malformed.target, None, bytes.len());
                return self.recorder.packet(sighting.named(name));
            }
        };
        if is_own(packet.target) {
            return;
        }
        match packet.body {
            Body::Tcp(segment) => self.receive_segment(&packet, segment, bytes, now),
            Body::Udp(datagram) => self.receive_datagram(&packet, datagram, bytes, now),
            Body::Icmp(message) => self.receive_icmp(&packet, message, now),
            Body::Fragment(number, port) => {
                let protocol = protocol_of(number);
                self.recorder.packet(Sighting::new(protocol, Some(packet.target), port, bytes.len()));
            }
            Body::Other(number) => {
                let name = number.keyword_str().map(str::to_ascii_lowercase);
                let sighting = Sighting::new(Protocol::OtherIp, Some(packet.target), None, bytes.len());
                self.recorder.packet(sighting.named(name));
            }
        }
    }

    /// Lets connections move on. Call it after each batch of packets and when [`Station::due`] is over.
    pub(super) fn turn(&mut self, now: Duration) {
        if let Manner::Declared(declared) = &mut self.manner {
            declared.welcome(&mut self.flows, &self.recorder, now);
        }
        self.flows.turn(&self.recorder, &self.names, now);
        let delay = match self.manner {
            Manner::Declared(_) => Duration::ZERO,
            _ => HOST_DELAY,
        };
        for packet in self.flows.take_outbound() {
            self.outbox.send(packet, now + delay);
        }
    }

    /// The packets to be written to the device now.
    pub(super) fn take_arrived(&mut self, now: Duration) -> VecDeque<Vec<u8>> {
        self.outbox.take_arrived(now)
    }

    /// When the station wants to be called though nothing happened.
    pub(super) fn due(&mut self, now: Duration) -> Option<Duration> {
        let dialling = match &self.manner {
            Manner::Declared(declared) => declared.due(),
            _ => None,
        };
        [self.outbox.due(), self.flows.due(now), dialling].into_iter().flatten().min()
    }

    /// The descriptors on which it waits.
    pub(super) fn interests(&self) -> impl Iterator<Item = (BorrowedFd<'_>, PollFlags)> {
        self.flows.interests()
    }

    fn receive_segment(&mut self, packet: &Packet, segment: Segment, bytes: &[u8], now: Duration) {
        let ends = Ends {
            source: SocketAddr::new(packet.source, segment.source_port),
            target: SocketAddr::new(packet.target, segment.target_port),
        };
        if self.flows.feed(&ends, bytes, now) {
            return;
        }
        if segment.opens {
            if !self.requests.is_repeated(ends, segment.sequence) {
                self.receive_request(ends, segment, bytes, now);
            }
            return;
        }
        // The last words of a connection that is over for us are no news.
        if self.requests.knows(&ends) {
            return;
        }
        let port = Some(segment.target_port);
        let sighting = Sighting::new(Protocol::Tcp, Some(packet.target), port, segment.payload.len());
        self.recorder.packet(sighting.noise_if(segment.ends));
    }

    /// A wish to connect that was not seen before.
    fn receive_request(&mut self, ends: Ends, segment: Segment, bytes: &[u8], now: Duration) {
        let lookups = segment.target_port == dns::PORT;
        let fate = match &self.manner {
            Manner::Declared(declared) if !lookups => declared.fate(ends.target, &self.recorder),
            _ => Fate::Captured,
        };
        let (address, port) = (Some(ends.target.ip()), Some(ends.target.port()));
        let sighting = Sighting::new(Protocol::Tcp, address, port, segment.payload.len());
        let ticket = self.recorder.sight(sighting.fated(fate));
        match &mut self.manner {
            _ if lookups => {
                let talk = Box::new(Lookups::new(ends.target.ip()));
                self.flows.accept(ends, bytes, ticket, talk, now);
            }
            Manner::Dead => self.recorder.close(ticket),
            Manner::Answering => self.flows.accept(ends, bytes, ticket, Box::new(Answering::new(now)), now),
            Manner::Declared(declared) if fate == Fate::Proxied => {
                declared.dial(ends, bytes, ticket, now, &self.recorder);
            }
            Manner::Declared(_) => {
                self.flows.refuse(bytes, now);
                self.recorder.close(ticket);
            }
        }
    }

    fn receive_datagram(&mut self, packet: &Packet, datagram: Datagram, bytes: &[u8], now: Duration) {
        let target = SocketAddr::new(packet.target, datagram.target_port);
        if datagram.target_port == dns::PORT
            && let Some(answer) = self.names.answer(datagram.payload, packet.target, Protocol::Udp)
        {
            let source = SocketAddr::new(packet.source, datagram.source_port);
            let reply = reply::datagram(target, source, &answer);
            return self.send(reply, now + NAME_SERVER_DELAY);
        }
        let name = NAMES_BY_MULTICAST
            .contains(&datagram.target_port)
            .then(|| Query::read(datagram.payload).map(|query| query.name))
            .flatten();
        let port = Some(target.port());
        let sighting = Sighting::new(Protocol::Udp, Some(packet.target), port, datagram.payload.len());
        self.recorder.packet(sighting.named(name));
        if matches!(self.manner, Manner::Declared(_)) && !is_group(packet.target) {
            self.send(reply::unreachable(packet.source, packet.target, bytes), now + HOST_DELAY);
        }
    }

    fn receive_icmp(&mut self, packet: &Packet, message: &[u8], now: Duration) {
        let chatter = is_chatter(packet.target, message);
        let sighting = Sighting::new(Protocol::Icmp, Some(packet.target), None, message.len());
        self.recorder.packet(sighting.noise_if(chatter));
        if matches!(self.manner, Manner::Answering) && !is_group(packet.target) {
            self.send(reply::echo(packet.source, packet.target, message), now + HOST_DELAY);
        }
    }

    fn send(&mut self, packet: Option<Vec<u8>>, arrival: Duration) {
        if let Some(packet) = packet {
            self.outbox.send(packet, arrival);
        }
    }
}

/// Whether `target` is many hosts: nobody answers or complains for all of them.
fn is_group(target: IpAddr) -> bool {
    classify(target) == AddressClass::Multicast
}

fn protocol_of(number: IpNumber) -> Protocol {
    match number {
        IpNumber::TCP => Protocol::Tcp,
        IpNumber::UDP => Protocol::Udp,
        IpNumber::ICMP | IpNumber::IPV6_ICMP => Protocol::Icmp,
        _ => Protocol::OtherIp,
    }
}

#[cfg(test)]
mod tests;
