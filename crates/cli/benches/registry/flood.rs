//! One request over and over on many connections, by one thread that never waits for any of them.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::fd::OwnedFd;

/// How it went.
pub struct Flood {
    /// Answers per second.
    pub rate: f64,
    /// 99 in 100 answers came within this many milliseconds.
    pub p99: f64,
}

struct Line {
    stream: TcpStream,
    asked: Instant,
    answer: Vec<u8>,
}

/// Asks on `connections` connections for as long as `lasting`.
pub fn flood(address: SocketAddr, request: &[u8], connections: usize, lasting: Duration) -> Flood {
    let poll = epoll::create(CreateFlags::CLOEXEC).unwrap();
    let mut lines: Vec<Line> = (0..connections).map(|_| Line::open(address, request)).collect();
    for (at, line) in lines.iter().enumerate() {
        epoll::add(&poll, &line.stream, EventData::new_u64(at as u64), EventFlags::IN).unwrap();
    }
    let begun = Instant::now();
    let mut took = Vec::with_capacity(1 << 20);
    while begun.elapsed() < lasting {
        for at in ready(&poll) {
            if lines[at].take() {
                took.push(lines[at].asked.elapsed());
                lines[at].ask(request);
            }
        }
    }
    let rate = took.len() as f64 / begun.elapsed().as_secs_f64();
    Flood { rate, p99: percentile(&mut took, 99).as_secs_f64() * 1e3 }
}

/// The least time that `share` in a hundred do not exceed.
pub fn percentile(times: &mut [Duration], share: usize) -> Duration {
    times.sort();
    times[(times.len() * share / 100).min(times.len() - 1)]
}

fn ready(poll: &OwnedFd) -> Vec<usize> {
    let mut events: Vec<epoll::Event> = Vec::with_capacity(64);
    epoll::wait(poll, rustix::buffer::spare_capacity(&mut events), None).unwrap();
    events.iter().map(|event| event.data.u64() as usize).collect()
}

impl Line {
    fn open(address: SocketAddr, request: &[u8]) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_nonblocking(true).unwrap();
        let mut line = Self { stream, asked: Instant::now(), answer: Vec::with_capacity(1 << 16) };
        line.ask(request);
        line
    }

    /// A request is small enough to fit into the kernel's buffer whole.
    fn ask(&mut self, request: &[u8]) {
        self.asked = Instant::now();
        self.answer.clear();
        self.stream.write_all(request).unwrap();
    }

    /// Takes what has come; true when the answer is whole. Anything but 200 is a broken measurement.
    fn take(&mut self) -> bool {
        let mut piece = [0; 1 << 14];
        match self.stream.read(&mut piece) {
            Ok(0) => panic!("the server hung up"),
            Ok(read) => self.answer.extend_from_slice(&piece[..read]),
            Err(why) if why.kind() == ErrorKind::WouldBlock => return false,
            Err(why) => panic!("{why}"),
        }
        whole(&self.answer)
    }
}

fn whole(answer: &[u8]) -> bool {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = parsed.parse(answer).unwrap() else { return false };
    assert_eq!(parsed.code, Some(200), "{}", String::from_utf8_lossy(answer));
    let length = parsed.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length: usize = std::str::from_utf8(length.unwrap().value).unwrap().parse().unwrap();
    answer.len() >= head + length
}
