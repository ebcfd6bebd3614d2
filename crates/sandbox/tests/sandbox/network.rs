//! Attempts to reach something are seen, named and given the right fate; everyday work is not.

use assay_core::run::{Fate, NetworkEvent, Protocol, RunEvidence};

use crate::engines;
use crate::stage::Stage;

fn attempts(evidence: &RunEvidence) -> Vec<&NetworkEvent> {
    evidence.network.iter().filter(|event| event.fate != Fate::Noise).collect()
}

fn calling(how: &str) -> RunEvidence {
    Stage::new().run_with("caller", &[how])
}

/// Exactly these targets, each by the engine and captured.
fn captured(how: &str, protocol: Protocol, targets: &[&str]) {
    let evidence = calling(how);
    let seen = attempts(&evidence);
    let mut addresses: Vec<String> =
        seen.iter().filter_map(|event| event.address).map(|a| a.to_string()).collect();
    addresses.sort();
    assert_eq!(addresses, targets, "{how}: {seen:#?}");
    for event in seen {
        assert_eq!((event.protocol, event.fate), (protocol, Fate::Captured), "{how}: {event:?}");
        assert_eq!(event.process.as_deref(), Some(&*format!("/engine {how}")), "{event:?}");
    }
}

pub(crate) fn every_way_of_calling_is_seen_and_attributed() {
    captured("tcp", Protocol::Tcp, &["203.0.113.7"]);
    captured("tcp6", Protocol::Tcp, &["2001:db8::7"]);
    captured("mapped", Protocol::Tcp, &["203.0.113.8"]);
    captured("sendto", Protocol::Udp, &["198.51.100.1"]);
    captured("sendmsg", Protocol::Udp, &["198.51.100.4"]);
    captured("sendmmsg", Protocol::Udp, &["198.51.100.2", "198.51.100.3"]);
    captured("ping", Protocol::Icmp, &["198.51.100.6"]);
    captured("daemon", Protocol::Tcp, &["203.0.113.7"]);
}

pub(crate) fn a_route_probe_makes_no_packet() {
    let evidence = calling("route-probe");
    let fates: Vec<Fate> = attempts(&evidence).iter().map(|event| event.fate).collect();
    assert_eq!(fates, [Fate::NoPacket]);
}

pub(crate) fn everyday_work_is_no_attempt() {
    let evidence = calling("quiet");
    assert_eq!(evidence.exit.code, Some(0));
    assert!(attempts(&evidence).is_empty(), "{:#?}", evidence.network);
}

/// The C library's own resolver: one lookup, no other attempt.
pub(crate) fn a_lookup_is_one_event() {
    let stage = Stage::new();
    let mut plan = stage.plan("hello");
    plan.rootfs.layers.push(engines::borrowed("getent", &stage.folder.path().join("layers")));
    plan.process.argv = ["getent", "ahosts", "telemetry.example.org"].map(String::from).to_vec();
    let evidence = stage.run(&plan);
    assert_eq!(evidence.exit.code, Some(0), "{:?}", evidence.logs);
    let seen = attempts(&evidence);
    assert!(seen.iter().all(|event| event.name.as_deref() == Some("telemetry.example.org")), "{seen:#?}");
    assert!(seen.iter().any(|event| event.protocol == Protocol::Dns && event.process.is_some()), "{seen:#?}");
    let loud = seen.iter().filter(|event| event.protocol != Protocol::Dns && event.fate != Fate::NoPacket);
    assert_eq!(loud.count(), 0, "{seen:#?}");
}
