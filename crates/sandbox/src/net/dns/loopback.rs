//! The name server on the engine's own loopback: without a `resolv.conf` the C library asks there.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::thread::JoinHandle;

use assay_core::Fault;
use assay_core::run::Protocol;
use rustix::event::{PollFd, PollFlags, poll};

use super::{Framing, NameServer};
use crate::net::bell::Bell;

const SERVER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Connections served at one time; the oldest goes when there are more.
const MOST_STREAMS: usize = 32;

/// A thread that serves until it is dropped.
#[derive(Debug)]
pub(crate) struct Loopback {
    stop: Arc<Bell>,
    thread: Option<JoinHandle<()>>,
}

struct Service {
    server: NameServer,
    datagrams: UdpSocket,
    listener: TcpListener,
    streams: Vec<(TcpStream, Framing)>,
}

impl Loopback {
    pub(crate) fn start(
        server: NameServer,
        datagrams: UdpSocket,
        listener: TcpListener,
    ) -> Result<Self, Fault> {
        let doing = "serving names on the engine's loopback";
        datagrams.set_nonblocking(true).map_err(|cause| Fault::io(doing, cause))?;
        listener.set_nonblocking(true).map_err(|cause| Fault::io(doing, cause))?;
        let stop = Arc::new(Bell::new().map_err(|cause| Fault::io(doing, cause))?);
        let heard = Arc::clone(&stop);
        let mut service = Service { server, datagrams, listener, streams: Vec::new() };
        let thread = std::thread::Builder::new()
            .name("names".into())
            .spawn(move || {
                while service.wait(&heard) {
                    service.serve()
                }
            })
            .map_err(|cause| Fault::io(doing, cause))?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.stop.ring();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Service {
    /// Waits for something to do. False when it is time to stop.
    fn wait(&self, stop: &Bell) -> bool {
        let mut fds = vec![
            PollFd::new(stop, PollFlags::IN),
            PollFd::new(&self.datagrams, PollFlags::IN),
            PollFd::new(&self.listener, PollFlags::IN),
        ];
        fds.extend(self.streams.iter().map(|(stream, _)| PollFd::new(stream, PollFlags::IN)));
        match poll(&mut fds, None) {
            Ok(_) => fds.first().is_some_and(|bell| bell.revents().is_empty()),
            Err(error) => error == rustix::io::Errno::INTR,
        }
    }

    fn serve(&mut self) {
        let mut buffer = vec![0; usize::from(u16::MAX)];
        while let Ok((length, from)) = self.datagrams.recv_from(&mut buffer) {
            let message = buffer.get(..length).unwrap_or_default();
            if let Some(answer) = self.server.answer(message, SERVER, Protocol::Udp) {
                let _ = self.datagrams.send_to(&answer, from);
            }
        }
        while let Ok((stream, _)) = self.listener.accept() {
            if stream.set_nonblocking(true).is_ok() {
                if self.streams.len() >= MOST_STREAMS {
                    self.streams.remove(0);
                }
                self.streams.push((stream, Framing::default()));
            }
        }
        let server = self.server.clone();
        self.streams.retain_mut(|(stream, framing)| serve_stream(&server, stream, framing, &mut buffer));
    }
}

/// Answers what has arrived. False when the connection is over.
fn serve_stream(
    server: &NameServer,
    stream: &mut TcpStream,
    framing: &mut Framing,
    buffer: &mut [u8],
) -> bool {
    let length = match stream.read(buffer) {
        Ok(0) => return false,
        Ok(length) => length,
        Err(error) => return error.kind() == std::io::ErrorKind::WouldBlock,
    };
    let mut healthy = true;
    framing.take(buffer.get(..length).unwrap_or_default(), |message| {
        match server.answer(message, SERVER, Protocol::Tcp) {
            // An engine that asks but never reads fills its socket and is cut off.
            Some(answer) => healthy &= stream.write_all(&Framing::frame(&answer)).is_ok(),
            None => healthy = false,
        }
    });
    healthy
}
