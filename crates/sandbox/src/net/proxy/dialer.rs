//! How the supervisor reaches the world; tests put a world of their own here.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

/// Time for one address to answer.
const PATIENCE: Duration = Duration::from_secs(6);

/// Resolves and dials. Called on threads that may block.
pub trait Dialer: Send + Sync {
    /// The addresses of `name`.
    ///
    /// # Errors
    /// When the name has none or the resolver cannot be asked.
    fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;

    /// Opens a connection.
    ///
    /// # Errors
    /// As the operating system says.
    fn dial(&self, target: SocketAddr) -> io::Result<TcpStream>;
}

/// The machine's own resolver and network.
#[derive(Clone, Debug, Default)]
pub struct SystemDialer {
    fixed: BTreeMap<String, IpAddr>,
}

impl SystemDialer {
    /// `fixed` answers come before the system's resolver.
    pub fn new(fixed: BTreeMap<String, IpAddr>) -> Self {
        Self { fixed }
    }
}

impl Dialer for SystemDialer {
    fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        if let Some(address) = self.fixed.get(name) {
            return Ok(vec![*address]);
        }
        let addresses = (name, 0).to_socket_addrs()?;
        Ok(addresses.map(|address| address.ip()).collect())
    }

    fn dial(&self, target: SocketAddr) -> io::Result<TcpStream> {
        TcpStream::connect_timeout(&target, PATIENCE)
    }
}
