//! A name server's end of a TCP connection.

use std::net::IpAddr;

use assay_core::run::Protocol;
use smoltcp::socket::tcp::Socket;

use super::{Scene, Talk};
use crate::net::dns::Framing;

/// Answers for an engine that does not read them.
const MOST_WAITING: usize = 256 * 1024;

/// Answers lookups until the engine closes.
pub(crate) struct Lookups {
    server: IpAddr,
    framing: Framing,
    waiting: Vec<u8>,
}

impl Lookups {
    pub(crate) fn new(server: IpAddr) -> Self {
        Self { server, framing: Framing::default(), waiting: Vec::new() }
    }
}

impl Talk for Lookups {
    fn step(&mut self, socket: &mut Socket<'static>, scene: &Scene) {
        let mut buffer = [0; 4_096];
        while let Ok(length @ 1..) = socket.recv_slice(&mut buffer) {
            scene.note(|event| event.bytes_out += length as u64);
            let mut healthy = true;
            self.framing.take(buffer.get(..length).unwrap_or_default(), |message| {
                match scene.names.answer(message, self.server, Protocol::Tcp) {
                    Some(answer) => {
                        // The lookup is an event of its own and tells more than the connection that carried it.
                        scene.recorder.withdraw(scene.ticket);
                        self.waiting.extend(Framing::frame(&answer));
                    }
                    None => healthy = false,
                }
            });
            if !healthy || self.waiting.len() > MOST_WAITING {
                socket.abort();
                return;
            }
        }
        if let Ok(sent) = socket.send_slice(&self.waiting) {
            self.waiting.drain(..sent);
        }
        if !socket.may_recv() && socket.may_send() && self.waiting.is_empty() && socket.send_queue() == 0 {
            socket.close();
        }
    }
}
