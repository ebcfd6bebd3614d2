//! The way out: what is proxied, withheld and refused. The world is a listener on loopback and a dialer that writes down
//! whom it was told to dial.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use assay_core::run::DeclaredHosts;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp::State;

use super::super::{Declared, Manner};
use super::engine::Engine;
use crate::net::bell::Bell;
use crate::net::dns::sample::query;
use crate::net::hello::sample::client_hello;
use crate::net::proxy::Dialer;

/// Answers a lookup with the next answer of the list; the last one stays.
struct World {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    listener: SocketAddr,
    dialled: Mutex<Vec<SocketAddr>>,
    /// Held by a test while port 82 does not answer.
    silence: Mutex<()>,
}

impl Dialer for World {
    fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let mut answers = self.answers.lock().unwrap();
        let answer = answers.pop_front().unwrap();
        if answers.is_empty() {
            answers.push_back(answer.clone());
        }
        Ok(answer)
    }

    fn dial(&self, target: SocketAddr) -> io::Result<TcpStream> {
        self.dialled.lock().unwrap().push(target);
        if target.port() == 81 {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let _heard = (target.port() == 82).then(|| self.silence.lock());
        TcpStream::connect(self.listener)
    }
}

struct Scene {
    engine: Engine,
    world: Arc<World>,
    listener: TcpListener,
    bell: Arc<Bell>,
}

/// A scene in which `a.example` is declared and resolves to `answers`, one after the other.
fn scene(answers: &[&[&str]]) -> Scene {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let parse = |list: &&[&str]| list.iter().map(|address| address.parse().unwrap()).collect();
    let world = Arc::new(World {
        answers: Mutex::new(answers.iter().map(parse).collect()),
        listener: listener.local_addr().unwrap(),
        dialled: Mutex::default(),
        silence: Mutex::default(),
    });
    let bell = Arc::new(Bell::new().unwrap());
    let hosts = DeclaredHosts {
        names: vec!["a.example".into(), "203.0.113.20".into(), "10.8.0.9".into()],
        exceptions: vec!["10.9.0.0/16".parse().unwrap()],
        ..DeclaredHosts::default()
    };
    let declared = Declared::new(hosts, Arc::clone(&world) as Arc<dyn Dialer>, Arc::clone(&bell));
    Scene { engine: Engine::new(Manner::Declared(declared)), world, listener, bell }
}

impl Scene {
    /// Looks `name` up and begins to connect to it. Names get their addresses in the order of the lookups.
    fn connect(&mut self, name: &str, port: u16) -> SocketHandle {
        self.engine.send_datagram("198.18.0.2:53", &query(1, name, 1));
        self.engine.pass(5);
        let address = self.engine.recorder.names().pair(&name.to_ascii_lowercase()).v4;
        self.engine.connect((address, port).into())
    }

    /// Lets things happen until `done`, which they must within ten seconds of real time.
    fn until(&mut self, what: &str, mut done: impl FnMut(&mut Engine) -> bool) {
        for _ in 0..1_000 {
            self.engine.pass(1);
            if done(&mut self.engine) {
                return;
            }
            self.bell.hush();
            let mut fds = vec![PollFd::new(&*self.bell, PollFlags::IN)];
            fds.extend(
                self.engine.station.interests().map(|(fd, flags)| PollFd::from_borrowed_fd(fd, flags)),
            );
            poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 10_000_000 })).unwrap();
        }
        panic!("never happened: {what}; {:?}", self.engine.events());
    }

    fn until_state(&mut self, handle: SocketHandle, state: State) {
        self.until(&format!("{state:?}"), |engine| engine.state(handle) == state);
    }

    fn accept(&self) -> TcpStream {
        let (stream, _) = self.listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream
    }

    /// The events that are no lookups.
    fn contacts(&self) -> Vec<String> {
        self.engine.events().into_iter().filter(|line| !line.starts_with("Dns")).collect()
    }

    fn dialled(&self) -> Vec<String> {
        self.world.dialled.lock().unwrap().iter().map(SocketAddr::to_string).collect()
    }
}

#[test]
fn a_declared_host_is_reached_and_bytes_are_counted() {
    let mut scene = scene(&[&["203.0.113.7"]]);
    let handle = scene.connect("A.example", 443);
    scene.until_state(handle, State::Established);
    let hello = client_hello(Some("a.example"), 100);
    scene.engine.socket(handle).send_slice(&hello).unwrap();
    scene.until("hello passes", |engine| engine.socket(handle).send_queue() == 0);
    let mut host = scene.accept();
    let mut heard = vec![0; hello.len()];
    host.read_exact(&mut heard).unwrap();
    assert_eq!(heard, hello);
    host.write_all(b"welcome").unwrap();
    drop(host);
    scene.until_state(handle, State::CloseWait);
    assert_eq!(scene.engine.read(handle), b"welcome");
    scene.engine.socket(handle).close();
    scene.until("the end", |engine| engine.station.flows.count() == 0);
    assert_eq!(scene.dialled(), ["203.0.113.7:443"]);
    let (events, _) = scene.engine.recorder.finish();
    let event = events.iter().find(|event| event.port == Some(443)).unwrap();
    assert_eq!((event.bytes_out, event.bytes_in), (hello.len() as u64, 7));
    assert_eq!(
        super::engine::told(event),
        "Tcp 198.18.1.1 443 Public Proxied x1 name=a.example sni=a.example"
    );
}

#[test]
fn a_large_transfer_arrives_whole_in_both_directions() {
    let mut scene = scene(&[&["203.0.113.7"]]);
    let handle = scene.connect("a.example", 9_000);
    scene.until_state(handle, State::Established);
    let sent: Vec<u8> = (0..600_000_u32).map(|number| ((number * 7) >> 3) as u8 | 0x80).collect();
    let mut host = scene.accept();
    let echo = std::thread::spawn(move || {
        let mut all = Vec::new();
        host.read_to_end(&mut all).unwrap();
        host.write_all(&all).unwrap();
    });
    let mut done = 0;
    scene.until("all said", |engine| {
        done += engine.socket(handle).send_slice(&sent[done..]).unwrap();
        done == sent.len()
    });
    scene.engine.socket(handle).close();
    let mut heard = Vec::new();
    scene.until("all heard", |engine| {
        heard.extend(engine.read(handle));
        heard.len() >= sent.len()
    });
    echo.join().unwrap();
    assert!(heard == sent);
}

#[test]
fn strangers_are_refused_at_once_and_never_dialled() {
    let mut scene = scene(&[&["203.0.113.7"]]);
    let handle = scene.connect("b.example", 443);
    scene.until_state(handle, State::Closed);
    let literal = scene.engine.connect("203.0.113.9:443".parse().unwrap());
    scene.until_state(literal, State::Closed);
    let hidden_lookups = scene.connect("a.example", 853);
    scene.until_state(hidden_lookups, State::Closed);
    assert_eq!(scene.dialled(), Vec::<String>::new());
    assert_eq!(
        scene.contacts(),
        [
            "Tcp 198.18.1.1 443 Public Captured x1 name=b.example",
            "Tcp 203.0.113.9 443 Public Captured x1",
            "Tcp 198.18.1.2 853 Public Captured x1 name=a.example",
        ]
    );
}

#[test]
fn a_host_may_be_declared_by_its_address() {
    let mut scene = scene(&[&["203.0.113.7"]]);
    let handle = scene.engine.connect("203.0.113.20:80".parse().unwrap());
    scene.until_state(handle, State::Established);
    let inside = scene.engine.connect("10.8.0.9:80".parse().unwrap());
    scene.until_state(inside, State::Closed);
    assert_eq!(scene.dialled(), ["203.0.113.20:80"]);
    let expected = ["Tcp 203.0.113.20 80 Public Proxied x1", "Tcp 10.8.0.9 80 Private Withheld x1"];
    assert_eq!(scene.contacts(), expected);
}

#[test]
fn addresses_inside_are_withheld() {
    let table = [
        ("10.8.0.1", "Tcp 10.8.0.1 80 Private Withheld x1 name=a.example"),
        ("127.0.0.1", "Tcp 127.0.0.1 80 Private Withheld x1 name=a.example"),
        ("::ffff:169.254.169.254", "Tcp 169.254.169.254 80 Metadata Withheld x1 name=a.example"),
        ("fe80::1", "Tcp fe80::1 80 LinkLocal Withheld x1 name=a.example"),
        ("198.18.0.2", "Tcp 198.18.0.2 80 Public Withheld x1 name=a.example"),
    ];
    for (address, expected) in table {
        let mut scene = scene(&[&[address]]);
        let handle = scene.connect("a.example", 80);
        scene.until_state(handle, State::Closed);
        assert_eq!(scene.contacts(), [expected], "{address}");
        assert_eq!(scene.dialled(), Vec::<String>::new(), "{address}");
    }
}

#[test]
fn a_name_that_changes_its_address_is_checked_each_time() {
    let mut scene =
        scene(&[&["203.0.113.7"], &["10.9.3.4"], &["169.254.169.254"], &["10.0.0.1", "203.0.113.8"]]);
    for expected in [State::Established, State::Established, State::Closed, State::Established] {
        let handle = scene.connect("a.example", 80);
        scene.until_state(handle, expected);
    }
    assert_eq!(
        scene.dialled(),
        ["203.0.113.7:80", "10.9.3.4:80", "203.0.113.8:80"],
        "the second is excepted"
    );
    assert_eq!(
        scene.contacts(),
        [
            "Tcp 198.18.1.1 80 Public Proxied x3 name=a.example",
            "Tcp 169.254.169.254 80 Metadata Withheld x1 name=a.example",
        ]
    );
}

#[test]
fn another_name_inside_the_connection_is_reset() {
    let http = b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n".to_vec();
    let table = [(client_hello(Some("evil.example"), 30), "sni=evil.example"), (http, "host=evil.example")];
    for (said, told) in table {
        let mut scene = scene(&[&["203.0.113.7"]]);
        let handle = scene.connect("a.example", 443);
        scene.until_state(handle, State::Established);
        let mut host = scene.accept();
        scene.engine.socket(handle).send_slice(&said).unwrap();
        scene.until_state(handle, State::Closed);
        let mut heard = Vec::new();
        // Reset or closed; in any case without a byte.
        let _ = host.read_to_end(&mut heard);
        assert_eq!(heard, b"");
        assert_eq!(
            scene.contacts(),
            [format!("Tcp 198.18.1.1 443 Public Captured x1 name=evil.example {told}")]
        );
    }
}

#[test]
fn a_host_that_refuses_is_seen_to_refuse() {
    let mut scene = scene(&[&["203.0.113.7"]]);
    let handle = scene.connect("a.example", 81);
    scene.until_state(handle, State::Closed);
    assert_eq!(scene.contacts(), ["Tcp 198.18.1.1 81 Public Proxied x1 name=a.example"]);
}

#[test]
fn patience_with_silent_hosts_ends_and_only_so_many_are_waited_for() {
    let mut scene = scene(&[&["203.0.113.7"]]);
    let world = Arc::clone(&scene.world);
    let silence = world.silence.lock().unwrap();
    let handles: Vec<_> = (0..80).map(|_| scene.connect("a.example", 82)).collect();
    scene.engine.pass(100);
    let closed = |scene: &mut Scene| {
        handles.iter().filter(|handle| scene.engine.state(**handle) == State::Closed).count()
    };
    assert_eq!(closed(&mut scene), 80 - 64);
    scene.engine.pass(20_000);
    assert_eq!(closed(&mut scene), 80);
    drop(silence);
    assert_eq!(scene.contacts(), ["Tcp 198.18.1.1 82 Public Proxied x80 name=a.example"]);
}

#[test]
fn datagrams_are_refused_by_the_book() {
    let mut scene = scene(&[&["203.0.113.7"]]);
    scene.engine.send_datagram("203.0.113.9:443", &[0xc0; 30]);
    scene.engine.send_datagram("224.0.0.251:5353", b"x");
    scene.engine.pass(20);
    assert_eq!(scene.engine.received.len(), 1, "groups do not complain");
    let complaint = scene.engine.received.pop_front().unwrap();
    assert_eq!(complaint[20..22], [3, 3], "port unreachable");
}
