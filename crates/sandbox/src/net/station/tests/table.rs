//! Single packets and the events they make.

use etherparse::{IpNumber, PacketBuilder};

use super::super::Manner;
use super::engine::Engine;
use crate::net::dns::sample::query;
use crate::net::packet::{Body, Packet};

fn v4() -> etherparse::PacketBuilderStep<etherparse::IpHeaders> {
    PacketBuilder::ip(etherparse::IpHeaders::Ipv4(
        etherparse::Ipv4Header::new(0, 64, IpNumber::UDP, [198, 18, 0, 1], [203, 0, 113, 5]).unwrap(),
        Default::default(),
    ))
}

fn v6(target: &str) -> etherparse::PacketBuilderStep<etherparse::IpHeaders> {
    let target: std::net::Ipv6Addr = target.parse().unwrap();
    PacketBuilder::ipv6(crate::net::address::ENGINE_V6.octets(), target.octets(), 64)
}

type Write<'a> = &'a dyn Fn(&mut Vec<u8>);

/// The packet that `write` makes.
fn made(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut packet = Vec::new();
    write(&mut packet);
    packet
}

#[test]
fn every_packet_has_its_event() {
    let syn = |p: &mut Vec<u8>| v4().tcp(1, 443, 7, 64_000).syn().write(p, b"").unwrap();
    let fast_open = |p: &mut Vec<u8>| v4().tcp(1, 80, 7, 64_000).syn().write(p, b"data").unwrap();
    let syn_v6 = |p: &mut Vec<u8>| v6("2001:db8::5").tcp(1, 443, 7, 64_000).syn().write(p, b"").unwrap();
    let metadata = |p: &mut Vec<u8>| v6("fd00:ec2::254").tcp(1, 80, 7, 64_000).syn().write(p, b"").unwrap();
    let reset = |p: &mut Vec<u8>| v4().tcp(9, 443, 7, 64_000).rst().write(p, b"").unwrap();
    let stray = |p: &mut Vec<u8>| v4().tcp(9, 443, 7, 64_000).ack(3).write(p, b"secret").unwrap();
    let udp = |p: &mut Vec<u8>| v4().udp(1, 443).write(p, b"x").unwrap();
    let mdns =
        |p: &mut Vec<u8>| v6("ff02::fb").udp(5353, 5353).write(p, &query(0, "printer.local", 12)).unwrap();
    let junk_to_53 = |p: &mut Vec<u8>| v4().udp(1, 53).write(p, b"junk").unwrap();
    let ping = |p: &mut Vec<u8>| v4().icmpv4_echo_request(1, 1).write(p, b"").unwrap();
    let ping_v6 = |p: &mut Vec<u8>| v6("fe80::1").icmpv6_echo_request(1, 1).write(p, b"").unwrap();
    let routers = |p: &mut Vec<u8>| v6("ff02::2").icmpv6_raw(133, 0, [0; 4]).write(p, b"").unwrap();
    let gre = |p: &mut Vec<u8>| {
        udp(p);
        p[9] = 47;
    };
    let broken = |p: &mut Vec<u8>| {
        udp(p);
        p[25] = 99;
    };
    let part = |p: &mut Vec<u8>| {
        udp(p);
        p[7] = 9;
    };
    let nonsense = |p: &mut Vec<u8>| p.extend([0xff; 30]);
    let own = |p: &mut Vec<u8>| {
        udp(p);
        p[16..20].copy_from_slice(&[198, 18, 0, 1]);
    };
    let table: [(&str, Write, &[&str]); 17] = [
        ("tcp", &syn, &["Tcp 203.0.113.5 443 Public Captured x1"]),
        ("tcp fast open", &fast_open, &["Tcp 203.0.113.5 80 Public Captured x1"]),
        ("tcp v6", &syn_v6, &["Tcp 2001:db8::5 443 Public Captured x1"]),
        ("metadata", &metadata, &["Tcp fd00:ec2::254 80 Metadata Captured x1"]),
        ("reset of nothing", &reset, &["Tcp 203.0.113.5 443 Public Noise x1"]),
        ("data of nothing", &stray, &["Tcp 203.0.113.5 443 Public Captured x1"]),
        ("udp", &udp, &["Udp 203.0.113.5 443 Public Captured x1"]),
        ("mdns", &mdns, &["Udp ff02::fb 5353 Multicast Captured x1 name=printer.local"]),
        ("no query", &junk_to_53, &["Udp 203.0.113.5 53 Public Captured x1"]),
        ("ping", &ping, &["Icmp 203.0.113.5 - Public Captured x1"]),
        ("ping v6", &ping_v6, &["Icmp fe80::1 - LinkLocal Captured x1"]),
        ("chatter", &routers, &["Icmp ff02::2 - Multicast Noise x1"]),
        ("gre", &gre, &["OtherIp 203.0.113.5 - Public Captured x1 name=gre"]),
        ("broken", &broken, &["OtherIp 203.0.113.5 - Public Captured x1 name=malformed packet"]),
        ("part", &part, &["Udp 203.0.113.5 - Public Captured x1"]),
        ("nonsense", &nonsense, &["OtherIp - - None Captured x1 name=malformed packet"]),
        ("own address", &own, &[]),
    ];
    for (what, write, expected) in table {
        let mut engine = Engine::new(Manner::Dead);
        engine.send(&made(write));
        engine.pass(50);
        assert_eq!(engine.events(), expected, "{what}");
        assert!(engine.received.is_empty(), "{what}: a dead network says nothing");
    }
}

#[test]
fn names_are_answered_at_any_server_in_plausible_time() {
    for server in ["198.18.0.2:53", "203.0.113.53:53", "[2001:db8::53]:53"] {
        let mut engine = Engine::new(Manner::Dead);
        engine.send_datagram(server, &query(7, "a.example", 1));
        engine.pass(1);
        assert!(engine.received.is_empty(), "nobody answers at once");
        engine.pass(4);
        let answer = engine.received.pop_front().unwrap();
        let Body::Udp(datagram) = Packet::read(&answer).unwrap().body else { panic!() };
        assert_eq!((datagram.source_port, datagram.target_port), (53, 5_000));
        assert!(datagram.payload.ends_with(&[198, 18, 1, 1]));
        assert_eq!(answer[if answer[0] >> 4 == 4 { 8 } else { 7 }], 64, "time to live");
        let address = server.rsplit_once(':').unwrap().0.trim_matches(['[', ']']);
        assert_eq!(engine.events(), [format!("Dns {address} 53 Public Captured x1 name=a.example")]);
    }
}

#[test]
fn repeated_requests_are_one_attempt() {
    let mut engine = Engine::new(Manner::Dead);
    let handle = engine.connect("203.0.113.5:443".parse().unwrap());
    engine.pass(4_000);
    assert_eq!(engine.state(handle), smoltcp::socket::tcp::State::SynSent);
    assert_eq!(engine.events(), ["Tcp 203.0.113.5 443 Public Captured x1"]);
}

#[test]
fn last_words_of_a_connection_are_no_news() {
    let mut engine = Engine::new(Manner::Dead);
    engine.send(&made(|p| v4().tcp(1, 443, 7, 64_000).syn().write(p, b"").unwrap()));
    engine.send(&made(|p| v4().tcp(1, 443, 8, 64_000).ack(3).write(p, b"late").unwrap()));
    engine.send(&made(|p| v4().tcp(1, 443, 12, 64_000).rst().write(p, b"").unwrap()));
    assert_eq!(engine.events(), ["Tcp 203.0.113.5 443 Public Captured x1"]);
}

#[test]
fn a_flood_is_folded_and_its_variety_bounded() {
    let mut engine = Engine::new(Manner::Dead);
    for _ in 0..10_000 {
        engine.send_datagram("203.0.113.5:9", b"x");
    }
    assert_eq!(engine.recorder.overflow(), 0);
    for port in 1..=3_000 {
        engine.send_datagram(&format!("203.0.113.6:{}", 10_000 + port), b"x");
    }
    engine.send(&made(|p| v4().icmpv4_echo_request(1, 1).write(p, b"").unwrap()));
    assert!(engine.recorder.overflow() > 2_000);
    let events = engine.events();
    assert!(events.len() < 600, "{}", events.len());
    assert!(events.contains(&"Udp 203.0.113.5 9 Public Captured x10000".into()));
    assert!(events.iter().any(|line| line.starts_with("Icmp")), "other kinds keep their room");
}

#[test]
fn an_answering_network_answers_pings() {
    let mut engine = Engine::new(Manner::Answering);
    engine.send(&made(|p| v4().icmpv4_echo_request(3, 4).write(p, b"abc").unwrap()));
    engine.pass(20);
    let answer = engine.received.pop_front().unwrap();
    let Body::Icmp(message) = Packet::read(&answer).unwrap().body else { panic!() };
    assert_eq!((message[0], &message[8..]), (0, &b"abc"[..]));
}
