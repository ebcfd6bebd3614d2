use std::time::Duration;

use assay_core::ManualClock;
use assay_core::run::{Fate, Phase, Protocol};

use super::*;

struct Scene {
    clock: Arc<ManualClock>,
    recorder: Recorder,
}

fn scene() -> Scene {
    let clock = Arc::new(ManualClock::at("2026-01-01T00:00:00Z".parse().unwrap()));
    clock.advance(Duration::from_secs(99));
    let recorder = Recorder::new(Arc::clone(&clock) as Arc<dyn Clock>);
    recorder.start();
    Scene { clock, recorder }
}

impl Scene {
    fn after(&self, millis: u64) -> &Self {
        self.clock.advance(Duration::from_millis(millis));
        self
    }

    fn call(&self, protocol: Protocol, target: &str, process: &str) -> &Self {
        let target: std::net::SocketAddr = target.parse().unwrap();
        self.recorder.syscall(SyscallAttempt {
            protocol,
            address: Some(target.ip()),
            port: Some(target.port()),
            name: None,
            process: Some(process.into()),
            denied: false,
            sends: false,
        });
        self
    }

    fn packet(&self, protocol: Protocol, target: &str) -> &Self {
        let target: std::net::SocketAddr = target.parse().unwrap();
        let (address, port) = (Some(target.ip()), Some(target.port()));
        self.recorder.packet(Sighting::new(protocol, address, port, 1));
        self
    }

    fn told(&self) -> Vec<(u64, Protocol, u64, Option<String>, Fate)> {
        let tell =
            |event: NetworkEvent| (event.at_ms, event.protocol, event.count, event.process, event.fate);
        self.recorder.finish().0.into_iter().map(tell).collect()
    }
}

fn by(process: &str) -> Option<String> {
    Some(process.into())
}

const HOST: &str = "203.0.113.5:443";

#[test]
fn a_packet_has_the_process_of_its_call() {
    let scene = scene();
    scene.call(Protocol::Tcp, "[::ffff:203.0.113.5]:443", "curl").after(3).packet(Protocol::Tcp, HOST);
    scene.packet(Protocol::Tcp, "[::ffff:203.0.113.5]:443");
    assert_eq!(
        scene.told(),
        [(3, Protocol::Tcp, 2, by("curl"), Fate::Captured)],
        "one address, however it is written"
    );
}

#[test]
fn a_call_of_unknown_transport_explains_its_packet_too() {
    let scene = scene();
    scene.call(Protocol::OtherIp, HOST, "curl").packet(Protocol::Udp, HOST);
    assert_eq!(scene.told(), [(0, Protocol::Udp, 1, by("curl"), Fate::Captured)]);
}

#[test]
fn a_call_told_late_still_explains_its_packet() {
    let scene = scene();
    scene.packet(Protocol::Tcp, HOST).after(30).call(Protocol::Tcp, HOST, "curl");
    assert_eq!(scene.told(), [(0, Protocol::Tcp, 1, by("curl"), Fate::Captured)]);
}

#[test]
fn a_packet_without_its_call_has_no_process() {
    let scene = scene();
    scene.call(Protocol::Tcp, HOST, "curl").after(1).packet(Protocol::Tcp, HOST);
    scene.after(60_000).packet(Protocol::Tcp, HOST);
    let expected =
        [(1, Protocol::Tcp, 1, by("curl"), Fate::Captured), (60_001, Protocol::Tcp, 1, None, Fate::Captured)];
    assert_eq!(scene.told(), expected, "a minute later it was somebody else, by a way that was not seen");
}

#[test]
fn a_connected_datagram_socket_may_speak_later() {
    let scene = scene();
    scene.call(Protocol::Udp, HOST, "late").after(60_000).packet(Protocol::Udp, HOST);
    assert_eq!(scene.told(), [(60_000, Protocol::Udp, 1, by("late"), Fate::Captured)]);
}

#[test]
fn each_packet_goes_to_the_latest_caller() {
    let scene = scene();
    scene.call(Protocol::Udp, HOST, "first").packet(Protocol::Udp, HOST).after(1);
    scene.call(Protocol::Udp, HOST, "second").packet(Protocol::Udp, HOST).packet(Protocol::Udp, HOST);
    let expected = [
        (0, Protocol::Udp, 1, by("first"), Fate::Captured),
        (1, Protocol::Udp, 2, by("second"), Fate::Captured),
    ];
    assert_eq!(scene.told(), expected);
}

#[test]
fn route_probes_are_told_as_such_with_their_name() {
    let scene = scene();
    let pair = scene.recorder.names().pair("a.example");
    scene.call(Protocol::Udp, &format!("{}:443", pair.v4), "python").after(1);
    scene.call(Protocol::Udp, &format!("{}:443", pair.v4), "python");
    let (events, _) = scene.recorder.finish();
    assert_eq!((events.len(), events[0].count, events[0].fate), (1, 2, Fate::NoPacket));
    assert_eq!(events[0].name.as_deref(), Some("a.example"));
}

#[test]
fn loopback_is_free_but_names_its_callers() {
    let scene = scene();
    scene.call(Protocol::Tcp, "127.0.0.1:8080", "x").call(Protocol::Tcp, "198.18.0.1:80", "x");
    scene.call(Protocol::Udp, "127.0.0.1:53", "asker").call(Protocol::Udp, "[::1]:53", "silent");
    scene.recorder.packet(Sighting {
        protocol: Protocol::Dns,
        carrier: Protocol::Udp,
        address: Some([127, 0, 0, 1].into()),
        port: Some(53),
        name: Some("a.example".into()),
        bytes_out: 1,
        fate: Fate::Captured,
    });
    let (events, _) = scene.recorder.finish();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].process.as_deref(), Some("asker"));
    assert_eq!(events[0].address, Some(RESOLVER_V4.into()));
}

#[test]
fn the_call_behind_noise_is_no_event_of_its_own() {
    let scene = scene();
    scene.call(Protocol::Udp, "198.18.0.2:53", "server");
    let lookup = Sighting::new(Protocol::Dns, Some(RESOLVER_V4.into()), Some(53), 1).noise_if(true);
    scene.recorder.packet(Sighting { carrier: Protocol::Udp, ..lookup });
    assert_eq!(scene.told(), [(0, Protocol::Dns, 1, by("server"), Fate::Noise)]);
}

#[test]
fn a_send_that_the_kernel_refused_is_no_route_probe() {
    let scene = scene();
    let target: std::net::SocketAddr = HOST.parse().unwrap();
    scene.recorder.syscall(SyscallAttempt {
        protocol: Protocol::Udp,
        address: Some(target.ip()),
        port: Some(target.port()),
        name: None,
        process: None,
        denied: false,
        sends: true,
    });
    assert_eq!(scene.told(), [(0, Protocol::Udp, 1, None, Fate::Failed)]);
}

#[test]
fn denied_calls_are_events_of_their_own() {
    let scene = scene();
    for _ in 0..3 {
        scene.recorder.syscall(SyscallAttempt {
            protocol: Protocol::Socket,
            address: None,
            port: None,
            name: Some("AF_VSOCK".into()),
            process: Some("x".repeat(9_000)),
            denied: true,
            sends: false,
        });
    }
    let (events, _) = scene.recorder.finish();
    assert_eq!((events.len(), events[0].count, events[0].fate), (1, 3, Fate::Denied));
    assert_eq!(events[0].process.as_ref().map(String::len), Some(255));
}

#[test]
fn events_carry_phase_and_exercise_of_their_first_sight() {
    let scene = scene();
    scene.after(10).recorder.enter(Phase::Work);
    scene.recorder.working_on(Some("text/plain sample"));
    scene.packet(Protocol::Udp, HOST).after(5);
    scene.recorder.working_on(None);
    scene.recorder.enter(Phase::Watch);
    scene.packet(Protocol::Udp, HOST).after(5);
    let (events, phases) = scene.recorder.finish();
    assert_eq!((events.len(), events[0].phase, events[0].count), (1, Phase::Work, 2));
    assert_eq!(events[0].exercise.as_deref(), Some("text/plain sample"));
    let spans: Vec<_> = phases.iter().map(|span| (span.phase, span.from_ms, span.to_ms)).collect();
    assert_eq!(spans, [(Phase::Start, 0, 10), (Phase::Work, 10, 15), (Phase::Watch, 15, 20)]);
}

#[test]
fn harmless_floods_do_not_push_out_the_grave() {
    let scene = scene();
    for number in 0..5_000_u32 {
        let target = std::net::Ipv4Addr::from_bits(0xcb00_7100 + number % 256);
        scene.call(Protocol::Udp, &format!("{target}:{}", 1_000 + number / 256), "flooder");
    }
    scene.packet(Protocol::Udp, HOST);
    assert_eq!(scene.recorder.overflow(), 3_000);
    let events = scene.told();
    assert!(events.len() <= 502, "{}", events.len());
    assert!(events.iter().any(|event| event.4 == Fate::Captured));
}
