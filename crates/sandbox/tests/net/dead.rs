//! A network in which nothing answers but the name server.

use std::net::{TcpListener, UdpSocket};
use std::sync::Arc;

use assay_core::run::{Fate, NetworkMode, Protocol};

use crate::place::Place;
use crate::scene::Scene;

#[test]
fn everything_that_leaves_is_recorded() {
    let Some(place) = Place::new().map(Arc::new) else { return };
    let scene = Scene::at(&place, NetworkMode::Dead, None);
    let said = place.python(
        "198.18.0.2",
        r"
import socket
def attempt(family, target):
    s = socket.socket(family, socket.SOCK_STREAM)
    s.settimeout(0.3)
    try:
        s.connect(target)
        print('connected')
    except TimeoutError:
        print('timeout')
print(socket.gethostbyname('api.example.org'))
attempt(socket.AF_INET, ('api.example.org', 443))
attempt(socket.AF_INET, ('203.0.113.5', 80))
attempt(socket.AF_INET6, ('2001:db8::5', 80))
attempt(socket.AF_INET6, ('::ffff:203.0.113.6', 80))
attempt(socket.AF_INET, ('169.254.169.254', 80))
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.sendto(b'x', ('203.0.113.7', 9))
u.sendto(b'y' * 4000, ('203.0.113.8', 9))
u.sendto(b'x', ('224.0.0.251', 5353))
socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b'x', ('2001:db8::7', 443))
",
    );
    assert_eq!(said, "198.18.1.1\ntimeout\ntimeout\ntimeout\ntimeout\ntimeout");
    let outcome = scene.stop();
    outcome.assert_whole();
    assert_eq!(
        outcome.told(),
        [
            "Dns 198.18.0.2 53 Captured name=api.example.org",
            "Tcp 169.254.169.254 80 Captured",
            "Tcp 198.18.1.1 443 Captured name=api.example.org",
            "Tcp 2001:db8::5 80 Captured",
            "Tcp 203.0.113.5 80 Captured",
            "Tcp 203.0.113.6 80 Captured",
            "Udp 2001:db8::7 443 Captured",
            "Udp 203.0.113.7 9 Captured",
            "Udp 203.0.113.8 - Captured",
            "Udp 203.0.113.8 9 Captured",
            "Udp 224.0.0.251 5353 Captured",
        ]
    );
    assert_eq!(outcome.pcap[..4], [0xd4, 0xc3, 0xb2, 0xa1]);
    assert!(outcome.pcap.len() > 1_000);
}

#[test]
fn a_quiet_engine_leaves_nothing_but_the_kernels_chatter() {
    let Some(place) = Place::new().map(Arc::new) else { return };
    let scene = Scene::at(&place, NetworkMode::Dead, None);
    place.python("198.18.0.2", "import socket; s = socket.create_server(('127.0.0.1', 8080)); socket.create_connection(('127.0.0.1', 8080))");
    let outcome = scene.stop();
    outcome.assert_whole();
    assert_eq!(outcome.told(), Vec::<String>::new());
    assert!(outcome.events.iter().all(|event| event.fate == Fate::Noise && event.protocol == Protocol::Icmp));
}

#[test]
fn names_are_answered_on_loopback_by_udp_and_tcp() {
    let Some(place) = Place::new().map(Arc::new) else { return };
    let mut scene = Scene::at(&place, NetworkMode::Dead, None);
    let (datagrams, streams) = place
        .enter(|| (UdpSocket::bind("127.0.0.1:53").unwrap(), TcpListener::bind("127.0.0.1:53").unwrap()));
    scene.network.serve_dns(datagrams, streams).unwrap();
    // Without a resolv.conf the C library asks on loopback.
    let look_up = "import socket; print(socket.gethostbyname('a.example'))";
    assert_eq!(place.python("", look_up), "198.18.1.1");
    let over_tcp = r"
import socket
s = socket.create_connection(('127.0.0.1', 53), timeout=5)
q = b'\0\7\1\0\0\1\0\0\0\0\0\0\1b\7example\0\0\1\0\1'
s.sendall(len(q).to_bytes(2, 'big') + q)
print(s.recv(100)[-4:].hex())
";
    assert_eq!(place.python("", over_tcp), "c6120102");
    let outcome = scene.stop();
    outcome.assert_whole();
    let lookup = |name| format!("Dns 198.18.0.2 53 Captured name={name}");
    assert_eq!(outcome.told(), [lookup("a.example"), lookup("b.example")]);
}

#[test]
fn a_flood_is_counted_to_the_last_packet() {
    const SENT: u64 = 50_000;
    let Some(place) = Place::new().map(Arc::new) else { return };
    let scene = Scene::at(&place, NetworkMode::Dead, None);
    place.python(
        "198.18.0.2",
        &format!(
            "import socket
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range({SENT}): u.sendto(b'flood', ('203.0.113.5', 9))"
        ),
    );
    let outcome = scene.stop();
    assert_eq!(outcome.told(), ["Udp 203.0.113.5 9 Captured"]);
    let seen: u64 =
        outcome.events.iter().filter(|event| event.port == Some(9)).map(|event| event.count).sum();
    assert_eq!(seen + outcome.observer.lost, SENT, "{:?}", outcome.observer);
}
