//! One connection between the engine and a declared host.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

use assay_core::run::Fate;
use rustix::event::PollFlags;
use smoltcp::socket::tcp::Socket;

use super::gate::{Gate, Place};
use super::inspection::{Inspection, Judgement};
use crate::net::tcp::{Scene, Talk};

/// Bytes of the engine that wait to be judged or to be taken by the host.
const MOST_WAITING: usize = 64 * 1024;

/// Passes bytes both ways and counts them.
pub(crate) struct Splice {
    host: TcpStream,
    gate: Arc<Gate>,
    inspection: Inspection,
    /// Said by the engine and not yet judged.
    waiting: Vec<u8>,
    /// Judged and not yet taken by the host.
    passed: Vec<u8>,
    engine_ended: bool,
    host_ended: bool,
    /// Whether the host may have more to say and the engine room to hear it.
    listening: bool,
    _place: Place,
}

/// The connection is to be reset.
struct Broken;

impl Splice {
    pub(crate) fn new(host: TcpStream, gate: Arc<Gate>, place: Place) -> Self {
        Self {
            host,
            gate,
            inspection: Inspection::default(),
            waiting: Vec::new(),
            passed: Vec::new(),
            engine_ended: false,
            host_ended: false,
            listening: true,
            _place: place,
        }
    }

    fn advance(&mut self, socket: &mut Socket<'static>, scene: &Scene) -> Result<(), Broken> {
        self.hear_engine(socket, scene)?;
        self.judge(scene)?;
        self.tell_host()?;
        let engine_silent = !socket.may_recv() && socket.may_send();
        if engine_silent && !self.engine_ended && self.passed.is_empty() {
            self.engine_ended = true;
            self.host.shutdown(Shutdown::Write).map_err(|_| Broken)?;
        }
        self.hear_host(socket, scene)?;
        // Only when all was taken: once closing, the stack no longer hears that the engine has room for more.
        if self.host_ended && socket.send_queue() == 0 {
            socket.close();
        }
        Ok(())
    }

    fn hear_engine(&mut self, socket: &mut Socket<'static>, scene: &Scene) -> Result<(), Broken> {
        let mut buffer = [0; 8_192];
        let mut total = 0;
        while self.waiting.len() + self.passed.len() < MOST_WAITING {
            let Ok(length @ 1..) = socket.recv_slice(&mut buffer) else { break };
            self.waiting.extend(buffer.iter().take(length));
            total += length as u64;
        }
        if total > 0 {
            scene.note(|event| event.bytes_out += total);
        }
        if self.gate.count(total) { Ok(()) } else { Err(Broken) }
    }

    fn judge(&mut self, scene: &Scene) -> Result<(), Broken> {
        loop {
            let judgement = self.inspection.judge(&self.waiting, &self.gate);
            let (sni, host) = (self.inspection.sni.clone(), self.inspection.host.clone());
            match judgement {
                Judgement::Wait => return Ok(()),
                Judgement::Pass(count) => {
                    self.passed.extend(self.waiting.drain(..count));
                    scene.note(|event| (event.sni, event.host) = (sni, host));
                }
                Judgement::Refuse(stranger) => {
                    scene.note(|event| {
                        (event.sni, event.host, event.fate) = (sni, host, Fate::Captured);
                        event.name = stranger.or(event.name.take());
                    });
                    return Err(Broken);
                }
            }
        }
    }

    fn tell_host(&mut self) -> Result<(), Broken> {
        while !self.passed.is_empty() {
            match self.host.write(&self.passed) {
                Ok(0) => return Err(Broken),
                Ok(count) => drop(self.passed.drain(..count)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Broken),
            }
        }
        Ok(())
    }

    fn hear_host(&mut self, socket: &mut Socket<'static>, scene: &Scene) -> Result<(), Broken> {
        let mut buffer = [0; 16_384];
        let mut total = 0;
        while !self.host_ended && socket.may_send() {
            let room = (socket.send_capacity() - socket.send_queue()).min(buffer.len());
            let Some(space) = buffer.get_mut(..room).filter(|space| !space.is_empty()) else { break };
            match self.host.read(space) {
                Ok(0) => self.host_ended = true,
                Ok(length) => {
                    let heard = buffer.get(..length).unwrap_or_default();
                    total += socket.send_slice(heard).map_err(|_| Broken)? as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => return Err(Broken),
            }
        }
        self.listening =
            !self.host_ended && socket.may_send() && socket.send_queue() < socket.send_capacity();
        if total > 0 {
            scene.note(|event| event.bytes_in += total);
        }
        if self.gate.count(total) { Ok(()) } else { Err(Broken) }
    }
}

impl Talk for Splice {
    fn step(&mut self, socket: &mut Socket<'static>, scene: &Scene) {
        if self.advance(socket, scene).is_err() {
            socket.abort();
        }
    }

    fn interest(&self) -> Option<(BorrowedFd<'_>, PollFlags)> {
        let mut flags = PollFlags::empty();
        flags.set(PollFlags::IN, self.listening);
        flags.set(PollFlags::OUT, !self.passed.is_empty());
        (!flags.is_empty()).then(|| (self.host.as_fd(), flags))
    }
}
