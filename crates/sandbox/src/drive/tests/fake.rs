//! An engine played by a thread: what it does with each request is a closure's choice.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it arrived.
#[derive(Clone, Default)]
pub(super) struct Heard {
    pub(super) line: String,
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

/// What to do with a request.
pub(super) enum Deed {
    /// Send these bytes and close.
    Say(Vec<u8>),
    /// Close at once.
    Close,
    /// Answer before the body is read, and close.
    SayEarly(Vec<u8>),
    /// Keep the connection and never say a word.
    Hang,
    /// Begin an answer and send byte after byte of it, for as long as somebody listens.
    Trickle,
}

pub(super) struct Fake {
    pub(super) address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Fake {
    /// Serves until the process ends; `choose` gets the number of the request and its first line.
    pub(super) fn start(mut choose: impl FnMut(usize, &str) -> Deed + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&heard);
        std::thread::spawn(move || {
            let mut hanging = Vec::new();
            for (number, stream) in listener.incoming().enumerate() {
                hanging.extend(serve(stream.unwrap(), |line| choose(number, line), &notes));
            }
        });
        Self { address, heard }
    }

    pub(super) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

fn serve(
    stream: TcpStream,
    choose: impl FnOnce(&str) -> Deed,
    notes: &Mutex<Vec<Heard>>,
) -> Option<TcpStream> {
    let mut reader = BufReader::new(stream);
    let mut heard = Heard::default();
    reader.read_line(&mut heard.line).unwrap();
    while !heard.head.ends_with("\r\n\r\n") && heard.head != "\r\n" {
        reader.read_line(&mut heard.head).unwrap();
    }
    let deed = choose(&heard.line);
    if let Deed::SayEarly(bytes) = deed {
        let mut stream = reader.into_inner();
        stream.write_all(&bytes).unwrap();
        return None;
    }
    let length = heard.head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
    heard.body = vec![0; length.map_or(0, |digits| digits.parse().unwrap())];
    reader.read_exact(&mut heard.body).unwrap();
    notes.lock().unwrap().push(heard);
    let mut stream = reader.into_inner();
    match deed {
        Deed::Say(bytes) => stream.write_all(&bytes).unwrap(),
        Deed::Hang => return Some(stream),
        Deed::Trickle => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").unwrap();
            while stream.write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        Deed::Close | Deed::SayEarly(_) => {}
    }
    None
}

/// A plain answer.
pub(super) fn say(status: u16, body: &str) -> Deed {
    Deed::Say(format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes())
}
