//! An IP packet, taken apart as far as anyone needs to know.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use etherparse::{IpNumber, IpSlice, Ipv6ExtensionSlice, TcpSlice, UdpSlice};

/// A packet with readable headers.
#[derive(Clone, Debug)]
pub struct Packet<'a> {
    /// Sender.
    pub source: IpAddr,
    /// Receiver.
    pub target: IpAddr,
    /// What it carries.
    pub body: Body<'a>,
}

/// What a packet carries.
#[derive(Clone, Debug)]
pub enum Body<'a> {
    /// A TCP segment.
    Tcp(Segment<'a>),
    /// A UDP datagram.
    Udp(Datagram<'a>),
    /// An ICMP or ICMPv6 message, type byte first.
    Icmp(&'a [u8]),
    /// A part of a larger packet, by protocol number. Ports are known in the first part only.
    Fragment(IpNumber, Option<u16>),
    /// Another protocol.
    Other(IpNumber),
}

/// The parts of a TCP segment that matter here.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// Port of the sender.
    pub source_port: u16,
    /// Port of the receiver.
    pub target_port: u16,
    /// Sequence number.
    pub sequence: u32,
    /// SYN without ACK: the wish to connect.
    pub opens: bool,
    /// FIN or RST.
    pub ends: bool,
    /// Content.
    pub payload: &'a [u8],
}

/// A UDP datagram.
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    /// Port of the sender.
    pub source_port: u16,
    /// Port of the receiver.
    pub target_port: u16,
    /// Content.
    pub payload: &'a [u8],
}

/// A packet that contradicts itself. The kernel makes none, so somebody did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Malformed {
    /// The receiver, when that much can be read.
    pub target: Option<IpAddr>,
}

impl<'a> Packet<'a> {
    /// Reads a packet as it comes from the device.
    ///
    /// # Errors
    /// [`Malformed`] when a length or header contradicts the rest.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let malformed = |_| Malformed { target: target_of(bytes) };
        let ip = IpSlice::from_slice(bytes).map_err(malformed)?;
        let (source, target) = (ip.source_addr(), ip.destination_addr());
        let content = match &ip {
            IpSlice::Ipv4(v4) => v4.payload().clone(),
            IpSlice::Ipv6(v6) => v6.payload().clone(),
        };
        let (number, content) = (content.ip_number, content.payload);
        let body = match fragment(&ip) {
            Some(Part::First) => Body::Fragment(number, target_port(number, content)),
            Some(Part::Later) => Body::Fragment(number, None),
            None => Body::read(number, content).ok_or(Malformed { target: Some(target) })?,
        };
        Ok(Self { source, target, body })
    }
}

impl<'a> Body<'a> {
    fn read(number: IpNumber, content: &'a [u8]) -> Option<Self> {
        Some(match number {
            IpNumber::TCP => Self::Tcp(segment(content)?),
            IpNumber::UDP => Self::Udp(datagram(content)?),
            IpNumber::ICMP | IpNumber::IPV6_ICMP if content.len() < 4 => return None,
            IpNumber::ICMP | IpNumber::IPV6_ICMP => Self::Icmp(content),
            other => Self::Other(other),
        })
    }
}

fn segment(content: &[u8]) -> Option<Segment<'_>> {
    let tcp = TcpSlice::from_slice(content).ok()?;
    Some(Segment {
        source_port: tcp.source_port(),
        target_port: tcp.destination_port(),
        sequence: tcp.sequence_number(),
        opens: tcp.syn() && !tcp.ack(),
        ends: tcp.fin() || tcp.rst(),
        payload: content.get(usize::from(tcp.data_offset()) * 4..)?,
    })
}

fn datagram(content: &[u8]) -> Option<Datagram<'_>> {
    let udp = UdpSlice::from_slice(content).ok()?;
    let (source_port, target_port) = (udp.source_port(), udp.destination_port());
    Some(Datagram { source_port, target_port, payload: content.get(8..)? })
}

enum Part {
    First,
    Later,
}

/// Which part of a larger packet this is; `None` for a whole one.
fn fragment(ip: &IpSlice) -> Option<Part> {
    let offset = match ip {
        IpSlice::Ipv4(v4) if v4.is_payload_fragmented() => v4.header().fragments_offset().value(),
        IpSlice::Ipv6(v6) if v6.is_payload_fragmented() => {
            let offset = v6.extensions().clone().into_iter().find_map(|extension| match extension {
                Ipv6ExtensionSlice::Fragment(fragment) => Some(fragment.fragment_offset().value()),
                _ => None,
            });
            offset.unwrap_or(0)
        }
        _ => return None,
    };
    Some(if offset == 0 { Part::First } else { Part::Later })
}

fn target_port(number: IpNumber, content: &[u8]) -> Option<u16> {
    let has_ports = matches!(number, IpNumber::TCP | IpNumber::UDP);
    content.get(2..).filter(|_| has_ports)?.first_chunk().map(|port| u16::from_be_bytes(*port))
}

/// The receiver of a packet that may be broken behind its addresses.
fn target_of(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.first()? >> 4 {
        4 => bytes.get(16..)?.first_chunk::<4>().map(|octets| Ipv4Addr::from(*octets).into()),
        6 => bytes.get(24..)?.first_chunk::<16>().map(|octets| Ipv6Addr::from(*octets).into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use etherparse::PacketBuilder;
    use proptest::prelude::*;

    use super::*;

    const PAYLOAD: &[u8] = b"hello";

    fn udp() -> Vec<u8> {
        let mut bytes = Vec::new();
        let builder = PacketBuilder::ipv4([198, 18, 0, 1], [203, 0, 113, 9], 64).udp(4000, 53);
        builder.write(&mut bytes, PAYLOAD).unwrap();
        bytes
    }

    #[test]
    fn a_datagram_is_read() {
        let bytes = udp();
        let packet = Packet::read(&bytes).unwrap();
        assert_eq!(packet.target, IpAddr::from([203, 0, 113, 9]));
        let Body::Udp(datagram) = packet.body else { panic!("{packet:?}") };
        assert_eq!((datagram.source_port, datagram.target_port, datagram.payload), (4000, 53, PAYLOAD));
    }

    #[test]
    fn a_segment_is_read() {
        let mut bytes = Vec::new();
        let builder = PacketBuilder::ipv6([1; 16], [2; 16], 64).tcp(1, 2, 77, 9).syn();
        builder.write(&mut bytes, PAYLOAD).unwrap();
        let packet = Packet::read(&bytes).unwrap();
        let Body::Tcp(segment) = packet.body else { panic!("{packet:?}") };
        assert!(segment.opens && !segment.ends);
        assert_eq!((segment.sequence, segment.payload), (77, PAYLOAD));
    }

    #[test]
    fn parts_of_packets_keep_what_is_known() {
        let mut first = udp();
        first[6] = 0x20;
        let mut later = udp();
        later[7] = 3;
        let port = |bytes: &[u8]| match Packet::read(bytes).unwrap().body {
            Body::Fragment(IpNumber::UDP, port) => port,
            other => panic!("{other:?}"),
        };
        assert_eq!(port(&first), Some(53));
        assert_eq!(port(&later), None);
    }

    #[test]
    fn a_broken_packet_still_tells_its_target() {
        let good = udp();
        let mut lying = good.clone();
        lying[25] = 200;
        let mut short = good.clone();
        short[3] = 10;
        for (what, bytes) in [("udp length", &lying[..]), ("total length", &short), ("cut", &good[..22])] {
            let error = Packet::read(bytes).unwrap_err();
            assert_eq!(error.target, Some([203, 0, 113, 9].into()), "{what}");
        }
        assert_eq!(Packet::read(&[]).unwrap_err().target, None);
        assert_eq!(Packet::read(&[0x95; 40]).unwrap_err().target, None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200), version in 4_u8..=6) {
            let mut bytes = bytes;
            if let Some(first) = bytes.first_mut() {
                *first = version << 4 | 5;
            }
            let _ = Packet::read(&bytes);
        }

        #[test]
        fn damaged_packets_are_survived(at in 0_usize..33, value in any::<u8>()) {
            let mut bytes = udp();
            bytes[at] = value;
            let _ = Packet::read(&bytes);
        }
    }
}
