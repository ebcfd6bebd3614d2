//! Sockets inside the engine's network namespace. A socket belongs for life to the namespace it was made in, so only its
//! making needs the help of a process that lives there; connecting and listening happen in the caller's own thread.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::net::{AddressFamily, SocketFlags, SocketType};

/// Makes bare sockets in some network namespace.
pub(crate) trait SocketSource: Send + Sync {
    /// A new socket, close-on-exec.
    fn socket(&self, family: AddressFamily, kind: SocketType) -> io::Result<OwnedFd>;
}

/// Sockets in the namespace of the caller.
#[derive(Debug)]
struct Here;

impl SocketSource for Here {
    fn socket(&self, family: AddressFamily, kind: SocketType) -> io::Result<OwnedFd> {
        Ok(rustix::net::socket_with(family, kind, SocketFlags::CLOEXEC, None)?)
    }
}

/// The engine's network namespace, entered one socket at a time.
pub struct EngineNamespace {
    source: Box<dyn SocketSource>,
}

impl std::fmt::Debug for EngineNamespace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EngineNamespace")
    }
}

impl EngineNamespace {
    pub(crate) fn new(source: impl SocketSource + 'static) -> Self {
        Self { source: Box::new(source) }
    }

    /// The caller's own namespace, for tests of what talks to an engine.
    pub fn here() -> Self {
        Self::new(Here)
    }

    /// A TCP connection to `address` as seen from inside, made within `timeout`.
    ///
    /// # Errors
    /// Those of `connect(2)`; `TimedOut` when nothing answered.
    pub fn connect(&self, address: SocketAddr, timeout: Duration) -> io::Result<TcpStream> {
        let socket = self.source.socket(family(address), SocketType::STREAM)?;
        rustix::io::ioctl_fionbio(&socket, true)?;
        match rustix::net::connect(&socket, &address) {
            Ok(()) => {}
            Err(rustix::io::Errno::INPROGRESS) => finish_connect(&socket, timeout)?,
            Err(trouble) => return Err(trouble.into()),
        }
        rustix::io::ioctl_fionbio(&socket, false)?;
        Ok(TcpStream::from(socket))
    }

    /// A TCP listener at `address` inside.
    ///
    /// # Errors
    /// Those of `bind(2)` and `listen(2)`.
    pub fn listen(&self, address: SocketAddr) -> io::Result<TcpListener> {
        let socket = self.source.socket(family(address), SocketType::STREAM)?;
        rustix::net::sockopt::set_socket_reuseaddr(&socket, true)?;
        rustix::net::bind(&socket, &address)?;
        rustix::net::listen(&socket, 128)?;
        Ok(TcpListener::from(socket))
    }

    /// A UDP socket bound to `address` inside.
    ///
    /// # Errors
    /// Those of `bind(2)`.
    pub fn bind_udp(&self, address: SocketAddr) -> io::Result<UdpSocket> {
        let socket = self.source.socket(family(address), SocketType::DGRAM)?;
        rustix::net::bind(&socket, &address)?;
        Ok(UdpSocket::from(socket))
    }
}

fn family(address: SocketAddr) -> AddressFamily {
    if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 }
}

/// Waits for a non-blocking `connect` to end and says how it did.
fn finish_connect(socket: &OwnedFd, timeout: Duration) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let wait = Timespec::try_from(timeout).unwrap_or(Timespec { tv_sec: i64::MAX, tv_nsec: 0 });
    let mut interest = [PollFd::new(socket, PollFlags::OUT)];
    let ready = rustix::io::retry_on_intr(|| poll(&mut interest, Some(&wait)))?;
    if ready == 0 {
        return Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in time"));
    }
    rustix::net::sockopt::socket_error(socket)?.map_err(io::Error::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    #[test]
    fn connects_and_refuses_as_the_kernel_does() {
        let here = EngineNamespace::here();
        let listener = here.listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let mut client = here.connect(address, Duration::from_secs(5)).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        client.write_all(b"x").unwrap();
        let mut got = [0];
        server.read_exact(&mut got).unwrap();
        assert_eq!(&got, b"x");
        drop((listener, server, client));
        let refused = here.connect(address, Duration::from_secs(5)).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    }
}
