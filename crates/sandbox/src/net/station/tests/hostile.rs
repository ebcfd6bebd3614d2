//! Packets that nobody would send who means well.

use std::sync::Arc;

use assay_core::run::DeclaredHosts;
use etherparse::{IpNumber, Ipv4Header, PacketBuilder, TcpHeader};
use proptest::prelude::*;

use super::super::{Declared, Manner};
use super::engine::Engine;
use crate::net::bell::Bell;
use crate::net::proxy::SystemDialer;

fn manner(number: u8) -> Manner {
    match number {
        0 => Manner::Dead,
        1 => Manner::Answering,
        _ => {
            let bell = Arc::new(Bell::new().unwrap());
            Manner::Declared(Declared::new(DeclaredHosts::default(), Arc::new(SystemDialer::default()), bell))
        }
    }
}

prop_compose! {
    /// A segment with any flags and numbers, of one of few connections so that they meet.
    fn segment()(
        ports in (1_u16..3, prop_oneof![Just(53_u16), Just(80)]),
        numbers in (0_u32..4, 0_u32..4, any::<u16>()),
        flags in any::<[bool; 6]>(),
        payload in proptest::collection::vec(any::<u8>(), 0..40),
    ) -> Vec<u8> {
        let [syn, ack, fin, rst, psh, urg] = flags;
        let (sequence_number, acknowledgment_number, window_size) = numbers;
        let header = TcpHeader {
            sequence_number, acknowledgment_number, syn, ack, fin, rst, psh, urg,
            ..TcpHeader::new(ports.0, ports.1, sequence_number, window_size)
        };
        let ip = Ipv4Header::new(0, 64, IpNumber::TCP, [198, 18, 0, 1], [203, 0, 113, 5]).unwrap();
        let builder = PacketBuilder::ip(etherparse::IpHeaders::Ipv4(ip, Default::default())).tcp_header(header);
        let mut packet = Vec::new();
        builder.write(&mut packet, &payload).unwrap();
        packet
    }
}

fn packet() -> impl Strategy<Value = Vec<u8>> {
    let noise = proptest::collection::vec(any::<u8>(), 0..120);
    let damaged =
        (segment(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(mut packet, at, value)| {
            let at = at.index(packet.len());
            packet[at] = value;
            packet
        });
    prop_oneof![4 => segment(), 1 => noise, 2 => damaged]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn bytes_that_are_packets_by_chance_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        crate::net::trial::feed(&bytes);
    }

    #[test]
    fn nothing_shakes_the_station(mode in 0_u8..3, packets in proptest::collection::vec(packet(), 1..40)) {
        let mut engine = Engine::new(manner(mode));
        for packet in &packets {
            engine.send(packet);
            engine.pass(1);
        }
        engine.pass(30);
        prop_assert!(engine.station.flows.count() <= 256);
        let counted: u64 = engine.recorder.finish().0.iter().map(|event| event.count).sum();
        prop_assert!(counted as usize <= 2 * packets.len());
    }
}
