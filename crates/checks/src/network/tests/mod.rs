//! Tables over hand-made evidence.

mod coverage;
mod likeness;

use std::net::IpAddr;

use assay_core::profile::{DeploymentModel, EngineProfile};
use assay_core::run::{
    AddressClass, ExerciseKind, Fate, Instrument, Listener, NetworkEvent, Phase, Protocol, Readiness,
    RunEvidence, Sleeper, TaskStatus, TaskStory,
};
use assay_core::{Finding, Severity};

use super::judge;
use crate::evidence::example::{self, exchange, response};
use crate::evidence::{Terms, Witnessed};

fn event(protocol: Protocol, address: &str, fate: Fate) -> NetworkEvent {
    let address: Option<IpAddr> = address.parse().ok();
    NetworkEvent {
        at_ms: 1200,
        phase: Phase::Work,
        exercise: Some("text/plain sample".into()),
        count: 1,
        protocol,
        address,
        port: Some(443),
        class: AddressClass::Public,
        name: None,
        sni: None,
        host: None,
        bytes_out: 0,
        bytes_in: 0,
        process: Some("/app/engine --serve".into()),
        fate,
    }
}

fn named(name: &str, event: NetworkEvent) -> NetworkEvent {
    NetworkEvent { name: Some(name.into()), ..event }
}

fn classed(class: AddressClass, event: NetworkEvent) -> NetworkEvent {
    NetworkEvent { class, ..event }
}

/// Judges runs of an engine that declares `api.example.com` and `*.cdn.example`.
fn findings(model: DeploymentModel, runs: &[RunEvidence]) -> Vec<Finding> {
    let folder = tempfile::tempdir().unwrap();
    let profile = EngineProfile { deployment_model: model, ..EngineProfile::default() };
    let mut manifest = example::manifest();
    manifest.external_calls = vec!["https://api.example.com/v1".into(), "*.cdn.example".into()];
    let terms = Terms { profile: &profile, manifest: &manifest, ports: &[8080], now: Default::default() };
    let runs: Vec<_> = runs.iter().map(|run| Witnessed { run, folder: folder.path() }).collect();
    judge(&runs, &terms)
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code.as_str()).collect()
}

fn with(events: Vec<NetworkEvent>) -> RunEvidence {
    RunEvidence { network: events, ..example::run() }
}

const ISOLATED: DeploymentModel = DeploymentModel::NetworkIsolated;
const EXTERNAL: DeploymentModel = DeploymentModel::ExternalAccess;

#[test]
fn each_attempt_breaks_its_rules() {
    use Protocol::{Dns, Icmp, IoUring, OtherIp, Socket, Tcp, Udp};
    let tcp = |fate| event(Tcp, "203.0.113.7", fate);
    let dns = |name: &str| named(name, event(Dns, "198.18.0.2", Fate::Captured));
    let metadata = classed(AddressClass::Metadata, event(Tcp, "169.254.169.254", Fate::Captured));
    let private = classed(AddressClass::Private, event(Udp, "10.0.0.1", Fate::Captured));
    let multicast = classed(AddressClass::Multicast, event(Udp, "224.0.0.251", Fate::Captured));
    let withheld =
        named("api.example.com", classed(AddressClass::Private, event(Tcp, "10.0.0.1", Fate::Withheld)));
    let proxied = named("api.example.com", tcp(Fate::Proxied));
    let posing = NetworkEvent { sni: Some("other.example".into()), ..proxied.clone() };
    let http3 = named("api.example.com", event(Udp, "198.18.4.1", Fate::Captured));
    let silent = named("api.example.com", tcp(Fate::Captured));
    let ported = NetworkEvent { host: Some("API.example.com:443".into()), ..proxied.clone() };
    let none: &[&str] = &[];
    let table: [(NetworkEvent, &[&str], &[&str]); 26] = [
        (tcp(Fate::Captured), &["NET-001"], &["NET-003"]),
        (tcp(Fate::Denied), &["NET-001"], &["NET-003"]),
        (tcp(Fate::Noise), none, none),
        (tcp(Fate::NoPacket), &["NET-001"], &["NET-003"]),
        (event(Udp, "203.0.113.7", Fate::NoPacket), none, none),
        (event(Udp, "203.0.113.7", Fate::Failed), &["NET-001"], &["NET-003"]),
        (http3, &["NET-001"], none),
        (silent, &["NET-001"], none),
        (event(Udp, "203.0.113.7", Fate::Captured), &["NET-001"], &["NET-003"]),
        (event(Icmp, "203.0.113.7", Fate::Captured), &["NET-001"], &["NET-003"]),
        (event(OtherIp, "2001:db8::1", Fate::Captured), &["NET-001"], &["NET-003"]),
        (multicast, &["NET-001"], &["NET-003"]),
        (metadata, &["NET-001", "NET-004"], &["NET-003", "NET-004"]),
        (private, &["NET-001", "NET-004"], &["NET-003", "NET-004"]),
        (withheld, &["NET-004"], &["NET-004"]),
        (proxied, none, none),
        (ported, none, none),
        (posing, &["NET-003"], &["NET-003"]),
        (dns("telemetry.example"), &["NET-002"], &["NET-003"]),
        (dns("API.example.com."), &["NET-002"], none),
        (dns("img.cdn.example"), &["NET-002"], none),
        (dns("cdn.example"), &["NET-002"], &["NET-003"]),
        (dns("localhost"), none, none),
        (dns("1.0.0.127.in-addr.arpa"), none, none),
        (named("AF_VSOCK", event(Socket, "", Fate::Denied)), &["NET-005"], &["NET-005"]),
        (event(IoUring, "", Fate::Denied), &["NET-005"], &["NET-005"]),
    ];
    for (event, isolated, external) in table {
        assert_eq!(codes(&findings(ISOLATED, &[with(vec![event.clone()])])), isolated, "{event:?}");
        assert_eq!(codes(&findings(EXTERNAL, &[with(vec![event.clone()])])), external, "{event:?}");
    }
}

#[test]
fn a_finding_tells_who_what_when_and_on_which_input() {
    let lookup = named("telemetry.example", event(Protocol::Dns, "198.18.0.2", Fate::Captured));
    let contact = named("telemetry.example", event(Protocol::Tcp, "198.18.1.1", Fate::Captured));
    let found = findings(ISOLATED, &[with(vec![lookup, contact])]);
    let told: Vec<&str> = found.iter().map(|finding| finding.observed.as_str()).collect();
    let expected = [
        "`/app/engine --serve` tried to reach `telemetry.example` port 443 over TCP",
        "`/app/engine --serve` looked up `telemetry.example` at 198.18.0.2",
    ];
    assert_eq!(told, expected);
    let place = &found[0].place;
    assert_eq!(place.process.as_deref(), Some("/app/engine --serve"));
    assert_eq!((place.at_ms, place.phase), (Some(1200), Some(Phase::Work)));
    assert_eq!(place.input.as_deref(), Some("text/plain sample"));
}

#[test]
fn equal_attempts_of_both_runs_are_told_once() {
    let attempt = event(Protocol::Tcp, "203.0.113.7", Fate::Captured);
    let child = NetworkEvent { process: Some("/bin/sh".into()), count: 2, ..attempt.clone() };
    let later = event(Protocol::Tcp, "2001:db8::7", Fate::Captured);
    let found = findings(ISOLATED, &[with(vec![attempt.clone()]), with(vec![attempt, child, later])]);
    let told: Vec<&str> = found.iter().map(|finding| finding.observed.as_str()).collect();
    let expected = [
        "`/app/engine --serve` and `/bin/sh` tried to reach 203.0.113.7:443 over TCP, 3 times",
        "`/app/engine --serve` tried to reach [2001:db8::7]:443 over TCP, only with a network that answers",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_scan_is_summed_up() {
    let scan = (0..200).map(|last| event(Protocol::Tcp, &format!("203.0.113.{last}"), Fate::Captured));
    let found = findings(ISOLATED, &[with(scan.collect())]);
    assert_eq!(found.len(), 21);
    assert!(found[20].observed.starts_with("180 more targets"), "{}", found[20].observed);
}

#[test]
fn hostile_names_are_shown_harmlessly() {
    let name = format!("a\u{1b}[31m`\n{}", "x".repeat(500));
    let found = findings(ISOLATED, &[with(vec![named(&name, event(Protocol::Dns, "", Fate::Captured))])]);
    let observed = &found[0].observed;
    assert!(observed.len() < 300 && !observed.chars().any(char::is_control), "{observed}");
}

#[test]
fn listeners() {
    let listen = |transport: &str, address: &str, port| Listener {
        transport: transport.into(),
        address: address.parse().unwrap(),
        port,
    };
    let mut run = example::run();
    run.listeners = vec![
        listen("tcp", "0.0.0.0", 8080),
        listen("tcp", "127.0.0.1", 9000),
        listen("udp", "0.0.0.0", 40_000),
        listen("tcp", "::", 6379),
        listen("udp", "0.0.0.0", 5353),
    ];
    let found = findings(ISOLATED, &[run.clone(), run]);
    assert_eq!(codes(&found), ["NET-006", "NET-006"]);
    assert!(found[0].observed.contains("tcp port 6379"), "{}", found[0].observed);
}

#[test]
fn waiting_out_and_trying_the_walls() {
    let sleeper = |call: &str, asked_ms| Sleeper { process: "/app/x".into(), asked_ms, call: call.into() };
    let mut run = example::run();
    run.sleepers = vec![
        sleeper("clock_nanosleep", 9_999),
        sleeper("nanosleep", 3_600_000),
        sleeper("futex", 29_999),
        sleeper("epoll_wait", 1_800_000),
    ];
    run.network = vec![named("unshare", event(Protocol::Escape, "", Fate::Denied))];
    let found = findings(ISOLATED, &[run.clone(), run]);
    let told: Vec<_> = found.iter().map(|finding| (finding.code.as_str(), finding.severity)).collect();
    let expected = [("NET-010", Severity::Error), ("NET-010", Severity::Info), ("NET-010", Severity::Error)];
    assert_eq!(told, expected, "{found:#?}");
    assert!(found[0].observed.contains("`unshare`"));
}
