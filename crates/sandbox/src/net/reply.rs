//! Packets that answer the engine's: as an ordinary host on the way would make them.

use std::net::{IpAddr, SocketAddr};

use etherparse::icmpv4::DestUnreachableHeader;
use etherparse::icmpv6::DestUnreachableCode;
use etherparse::{
    Icmpv4Header, Icmpv4Type, Icmpv6Header, Icmpv6Type, IpHeaders, IpNumber, Ipv4Header, Ipv6Header,
    PacketBuilder, PacketBuilderStep,
};

/// What ordinary hosts begin with.
const TIME_TO_LIVE: u8 = 64;
/// Bytes of a refused packet that a complaint quotes: it must fit the smallest IPv6 packet.
const LONGEST_QUOTE: usize = 1_200;
/// The same for IPv4 (RFC 1812 §4.3.2.3).
const LONGEST_QUOTE_V4: usize = 548;
const ECHO_REQUEST_V4: u8 = 8;
const ECHO_REQUEST_V6: u8 = 128;

/// A datagram. `None` when the two addresses are not of one family or the payload is too long.
pub(super) fn datagram(from: SocketAddr, to: SocketAddr, payload: &[u8]) -> Option<Vec<u8>> {
    let builder = PacketBuilder::ip(headers(from.ip(), to.ip())?).udp(from.port(), to.port());
    let mut packet = Vec::with_capacity(builder.size(payload.len()));
    builder.write(&mut packet, payload).ok()?;
    Some(packet)
}

/// "Port unreachable", from the host that `refused` was sent to.
pub(super) fn unreachable(source: IpAddr, target: IpAddr, refused: &[u8]) -> Option<Vec<u8>> {
    let quote = refused.get(..LONGEST_QUOTE).unwrap_or(refused);
    let builder = PacketBuilder::ip(headers(target, source)?);
    if target.is_ipv4() {
        let kind = Icmpv4Type::DestinationUnreachable(DestUnreachableHeader::Port);
        finish_v4(builder.icmpv4(kind), quote.get(..LONGEST_QUOTE_V4).unwrap_or(quote))
    } else {
        finish_v6(builder.icmpv6(Icmpv6Type::DestinationUnreachable(DestUnreachableCode::Port)), quote)
    }
}

/// The answer to a ping. `None` when `message` is no echo request.
pub(super) fn echo(source: IpAddr, target: IpAddr, message: &[u8]) -> Option<Vec<u8>> {
    let [kind, _, _, _, a, b, c, d] = *message.first_chunk::<8>()?;
    let payload = message.get(8..)?;
    let (id, sequence) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    let builder = PacketBuilder::ip(headers(target, source)?);
    match (target, kind) {
        (IpAddr::V4(_), ECHO_REQUEST_V4) => finish_v4(builder.icmpv4_echo_reply(id, sequence), payload),
        (IpAddr::V6(_), ECHO_REQUEST_V6) => finish_v6(builder.icmpv6_echo_reply(id, sequence), payload),
        _ => None,
    }
}

fn finish_v4(builder: PacketBuilderStep<Icmpv4Header>, payload: &[u8]) -> Option<Vec<u8>> {
    let mut packet = Vec::with_capacity(builder.size(payload.len()));
    builder.write(&mut packet, payload).ok()?;
    Some(packet)
}

fn finish_v6(builder: PacketBuilderStep<Icmpv6Header>, payload: &[u8]) -> Option<Vec<u8>> {
    let mut packet = Vec::with_capacity(builder.size(payload.len()));
    builder.write(&mut packet, payload).ok()?;
    Some(packet)
}

fn headers(from: IpAddr, to: IpAddr) -> Option<IpHeaders> {
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let header = Ipv4Header::new(0, TIME_TO_LIVE, IpNumber::UDP, from.octets(), to.octets()).ok()?;
            Some(IpHeaders::Ipv4(header, Default::default()))
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            let (source, destination) = (from.octets(), to.octets());
            let header = Ipv6Header { hop_limit: TIME_TO_LIVE, source, destination, ..Ipv6Header::default() };
            Some(IpHeaders::Ipv6(header, Default::default()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::packet::{Body, Packet};

    #[test]
    fn a_ping_is_answered_by_its_target() {
        let request = [8, 0, 0, 0, 0, 7, 0, 9, b'x', b'y'];
        let (engine, host) = (IpAddr::from([198, 18, 0, 1]), IpAddr::from([203, 0, 113, 5]));
        let bytes = echo(engine, host, &request).unwrap();
        let packet = Packet::read(&bytes).unwrap();
        assert_eq!((packet.source, packet.target), (host, engine));
        let Body::Icmp(message) = packet.body else { panic!("{packet:?}") };
        assert_eq!((message[0], &message[4..]), (0, &[0, 7, 0, 9, b'x', b'y'][..]));
        assert_eq!(echo(engine, host, &[0; 8]), None);
    }

    #[test]
    fn a_refusal_quotes_the_packet() {
        for (engine, host) in [("198.18.0.1", "203.0.113.5"), ("fd00:a55a::1", "2001:db8::5")] {
            let (engine, host): (IpAddr, IpAddr) = (engine.parse().unwrap(), host.parse().unwrap());
            let sent = datagram(SocketAddr::new(engine, 1), SocketAddr::new(host, 2), &[9; 1400]).unwrap();
            let bytes = unreachable(engine, host, &sent).unwrap();
            assert!(bytes.len() <= 1280, "{}", bytes.len());
            let packet = Packet::read(&bytes).unwrap();
            let Body::Icmp(message) = packet.body else { panic!("{packet:?}") };
            assert_eq!(message[8..40], sent[..32]);
        }
    }

    #[test]
    fn families_do_not_mix() {
        let (v4, v6) = ("198.18.0.1:1".parse().unwrap(), "[2001:db8::5]:1".parse().unwrap());
        assert_eq!(datagram(v4, v6, b""), None);
    }
}
