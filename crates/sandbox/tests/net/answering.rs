//! A network in which every host is there.

use std::sync::Arc;

use assay_core::run::{NetworkEvent, NetworkMode};

use crate::place::Place;
use crate::scene::Scene;

#[test]
fn real_clients_are_answered_and_their_names_heard() {
    let Some(place) = Place::new().map(Arc::new) else { return };
    let scene = Scene::at(&place, NetworkMode::Answering, None);
    let curl = |arguments: &[&str]| {
        let fixed = ["-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10"];
        let output = place.client("198.18.0.2", "curl", &[&fixed, arguments].concat());
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    assert_eq!(curl(&["-4", "http://a.example/licence"]), (0, "200".into()));
    assert_eq!(curl(&["-6", "-d", "secret", "http://a.example:8080/"]), (0, "200".into()));
    let (code, _) = curl(&["-4", "https://b.example/"]);
    assert_eq!(code, 35, "a server that has no key for the name");
    let outcome = scene.stop();
    outcome.assert_whole();
    assert_eq!(
        outcome.told(),
        [
            "Dns 198.18.0.2 53 Captured name=a.example",
            "Dns 198.18.0.2 53 Captured name=b.example",
            "Tcp 198.18.1.1 80 Captured name=a.example host=a.example",
            "Tcp 198.18.1.2 443 Captured name=b.example sni=b.example",
            "Tcp fd00:a55a::c612:101 8080 Captured name=a.example host=a.example",
        ]
    );
    let post = outcome.events.iter().find(|event| event.port == Some(8080)).map(bytes).unwrap();
    assert!(post.0 > 100 && post.1 > 30, "{post:?}");
}

fn bytes(event: &NetworkEvent) -> (u64, u64) {
    (event.bytes_out, event.bytes_in)
}

#[test]
fn a_ping_comes_back_after_a_plausible_time() {
    let Some(place) = Place::new().map(Arc::new) else { return };
    place.shell("echo '0 2147483647' > /proc/sys/net/ipv4/ping_group_range");
    let scene = Scene::at(&place, NetworkMode::Answering, None);
    let said = place.python(
        "198.18.0.2",
        r"
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
s.settimeout(5)
begin = time.monotonic()
s.sendto(b'\x08\0\0\0\0\0\0\1ping', ('203.0.113.5', 0))
answer = s.recv(100)
print(answer[8:].decode(), time.monotonic() - begin > 0.005)
",
    );
    assert_eq!(said, "ping True");
    let outcome = scene.stop();
    assert_eq!(outcome.told(), ["Icmp 203.0.113.5 - Captured"]);
}
