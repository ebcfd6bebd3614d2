//! Whole connections with a network that answers, and lookups over TCP.

use smoltcp::socket::tcp::State;

use super::super::Manner;
use super::engine::Engine;
use crate::net::dns::sample::{framed, query};
use crate::net::hello::sample::client_hello;

/// Says `pieces` to 203.0.113.5, 20 ms apart, and tells what came back and what was recorded.
fn talk(port: u16, pieces: &[&[u8]], wait: u64) -> (Vec<u8>, State, Vec<String>) {
    let mut engine = Engine::new(Manner::Answering);
    let handle = engine.connect(([203, 0, 113, 5], port).into());
    engine.pass(40);
    for piece in pieces {
        engine.socket(handle).send_slice(piece).unwrap();
        engine.pass(20);
    }
    engine.pass(wait);
    let answer = engine.read(handle);
    let state = engine.state(handle);
    (answer, state, engine.events())
}

#[test]
fn http_is_answered_with_an_empty_success() {
    let (answer, state, events) =
        talk(80, &[b"POST /x HTTP/1.1\r\nHost: A.example\r\nContent-Length: 6\r\n\r\nsec", b"ret"], 60);
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
    assert_eq!(state, State::CloseWait);
    assert_eq!(events, ["Tcp 203.0.113.5 80 Public Captured x1 host=a.example"]);
}

#[test]
fn the_name_in_tls_is_heard_however_it_is_cut() {
    let hello = client_hello(Some("api.example.org"), 40);
    let (first, second) = hello.split_at(55);
    let (answer, _, events) = talk(443, &[first, second], 60);
    assert_eq!(answer, [21, 3, 3, 0, 2, 2, 40]);
    assert_eq!(events, ["Tcp 203.0.113.5 443 Public Captured x1 sni=api.example.org"]);
}

#[test]
fn other_speech_is_heard_out_and_counted() {
    let mut engine = Engine::new(Manner::Answering);
    let handle = engine.connect("203.0.113.5:6667".parse().unwrap());
    engine.pass(40);
    engine.socket(handle).send_slice(&[1; 20_000]).unwrap();
    engine.pass(800);
    assert_eq!(engine.state(handle), State::CloseWait);
    let (events, _) = engine.recorder.finish();
    assert_eq!((events.len(), events[0].bytes_out, events[0].bytes_in), (1, 20_000, 0));
}

#[test]
fn who_says_nothing_is_hung_up_on() {
    let (_, state, _) = talk(25, &[], 19_000);
    assert_eq!(state, State::Established, "a mail client waits for the server to speak first");
    let (_, state, _) = talk(25, &[], 21_000);
    assert_eq!(state, State::CloseWait);
}

#[test]
fn lookups_over_tcp_are_answered_in_a_dead_network() {
    let mut engine = Engine::new(Manner::Dead);
    let handle = engine.connect("[2001:db8::53]:53".parse().unwrap());
    engine.pass(40);
    let both = [framed(&query(1, "a.example", 1)), framed(&query(2, "b.example", 28))].concat();
    engine.socket(handle).send_slice(&both).unwrap();
    engine.pass(40);
    let answer = engine.read(handle);
    assert!(answer.windows(4).any(|part| part == [198, 18, 1, 1]));
    engine.socket(handle).close();
    engine.pass(100);
    assert_eq!(engine.station.flows.count(), 0);
    let lookup = |name| format!("Dns 2001:db8::53 53 Public Captured x1 name={name}");
    assert_eq!(engine.events(), [lookup("a.example"), lookup("b.example")]);
}

#[test]
fn a_connection_to_a_name_server_that_asks_nothing_is_still_an_event() {
    let mut engine = Engine::new(Manner::Dead);
    engine.connect("203.0.113.53:53".parse().unwrap());
    engine.pass(40);
    assert_eq!(engine.events(), ["Tcp 203.0.113.53 53 Public Captured x1"]);
}

#[test]
fn many_connections_are_bounded_and_each_counts() {
    let mut engine = Engine::new(Manner::Answering);
    let handles: Vec<_> = (0..400).map(|_| engine.connect("203.0.113.5:80".parse().unwrap())).collect();
    engine.pass(60);
    assert!(engine.station.flows.count() <= 256);
    let open = handles.iter().filter(|handle| engine.socket(**handle).state() == State::Established).count();
    assert_eq!(open, 256);
    assert_eq!(engine.events(), ["Tcp 203.0.113.5 80 Public Captured x400"]);
}

#[test]
fn who_waits_costs_nothing() {
    let mut engine = Engine::new(Manner::Answering);
    engine.connect("203.0.113.5:25".parse().unwrap());
    engine.pass(100);
    let due = engine.station.due(engine.now).unwrap();
    assert!(due > engine.now + std::time::Duration::from_secs(10), "{due:?} at {:?}", engine.now);
}
