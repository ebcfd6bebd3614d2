//! A host that is there and friendly: it hears an engine out, answers HTTP with an empty success, and closes.
//!
//! Success and not an error, because the question is whether an engine does something else when it can reach the world:
//! one that asks "am I online?" or "is my licence good?" must take the way it would take in the field.

use std::time::Duration;

use smoltcp::socket::tcp::Socket;

use super::{Scene, Talk};
use crate::net::greeting::Greeting;

/// Bytes heard before the answer.
const LONGEST_SPEECH: usize = 64 * 1024;
/// After so long without a byte the engine has said what it wanted to say.
const QUIET: Duration = Duration::from_millis(400);
/// An engine that waits for the other side to speak first waits so long.
const SILENCE: Duration = Duration::from_secs(20);
/// Time for the engine to close after the answer.
const FAREWELL: Duration = Duration::from_secs(5);
const HTTP_ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
/// Fatal alert `handshake_failure`: what a server says that has no key for the name.
const TLS_ANSWER: &[u8] = &[21, 3, 3, 0, 2, 2, 40];

/// Hears out, answers, closes.
pub(crate) struct Answering {
    heard: Vec<u8>,
    greeting: Greeting,
    /// When to stop waiting.
    until: Duration,
    answered: bool,
}

impl Answering {
    pub(crate) fn new(now: Duration) -> Self {
        Self { heard: Vec::new(), greeting: Greeting::Unfinished, until: now + SILENCE, answered: false }
    }

    fn hear(&mut self, socket: &mut Socket<'static>, scene: &Scene) {
        let mut buffer = [0; 4_096];
        let mut total = 0;
        while let Ok(length @ 1..) = socket.recv_slice(&mut buffer) {
            total += length as u64;
            let room = LONGEST_SPEECH - self.heard.len();
            self.heard.extend(buffer.iter().take(length.min(room)));
        }
        if total == 0 {
            return;
        }
        scene.note(|event| event.bytes_out += total);
        if !self.answered {
            self.until = scene.now + QUIET;
        }
        if self.greeting == Greeting::Unfinished {
            self.greeting = Greeting::read(&self.heard);
            scene.note(|event| {
                event.sni = self.greeting.sni().map(str::to_owned);
                event.host = self.greeting.host().map(str::to_owned);
            });
        }
    }

    /// Whether the engine has said all it had to say.
    fn is_finished(&self) -> bool {
        match &self.greeting {
            Greeting::Tls(_) | Greeting::Endless => true,
            Greeting::Http(head) => self.heard.len() as u64 >= (head.length as u64).saturating_add(head.body),
            Greeting::Other | Greeting::Unfinished => false,
        }
    }

    fn answer(&mut self, socket: &mut Socket<'static>, scene: &Scene) {
        let answer = match self.greeting {
            Greeting::Http(_) => HTTP_ANSWER,
            Greeting::Tls(_) => TLS_ANSWER,
            _ => &[],
        };
        if let Ok(sent) = socket.send_slice(answer) {
            scene.note(|event| event.bytes_in += sent as u64);
        }
        socket.close();
        self.answered = true;
        self.until = scene.now + FAREWELL;
    }
}

impl Talk for Answering {
    fn step(&mut self, socket: &mut Socket<'static>, scene: &Scene) {
        self.hear(socket, scene);
        let late = scene.now >= self.until;
        if self.answered {
            if late {
                socket.abort();
            }
        } else if late
            || !socket.may_recv() && socket.may_send()
            || self.is_finished()
            || self.heard.len() >= LONGEST_SPEECH
        {
            self.answer(socket, scene);
        }
    }

    fn due(&self) -> Option<Duration> {
        Some(self.until)
    }
}
