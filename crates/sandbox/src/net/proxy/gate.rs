//! Who may pass: a declared name, whose address is one that may be dialled.

use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use assay_core::run::DeclaredHosts;

use super::dialer::Dialer;
use crate::net::address::{may_dial, normalise};
use crate::net::bell::Bell;
use crate::net::tcp::Ends;

/// DNS over TLS: a resolver that would hide the names.
const DNS_OVER_TLS: u16 = 853;
/// Addresses of one name that are tried.
const MOST_ADDRESSES: usize = 4;
/// Connections to the world at one time, those being dialled included.
const MOST_CONNECTIONS: usize = 64;
/// Bytes to and from the world in one run.
const MOST_BYTES: u64 = 4 << 30;

/// The rules, and the threads that dial. Shared with every spliced connection.
pub(crate) struct Gate {
    hosts: DeclaredHosts,
    dialer: Arc<dyn Dialer>,
    results: SyncSender<(Ends, Dialled)>,
    bell: Arc<Bell>,
    connections: AtomicUsize,
    bytes: AtomicU64,
}

/// How dialling a declared name went.
#[derive(Debug)]
pub(crate) enum Dialled {
    /// Connected.
    Open(TcpStream, Place),
    /// The name leads to an address that is never dialled.
    Withheld(IpAddr),
    /// The name or the host could not be reached.
    Failed,
}

/// A place among the connections, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place(Arc<Gate>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gate").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

impl Gate {
    /// The gate, and where the results of dialling come out; `bell` rings for each.
    pub(crate) fn new(
        hosts: DeclaredHosts,
        dialer: Arc<dyn Dialer>,
        bell: Arc<Bell>,
    ) -> (Arc<Self>, Receiver<(Ends, Dialled)>) {
        let (results, out) = sync_channel(MOST_CONNECTIONS);
        let (connections, bytes) = (AtomicUsize::new(0), AtomicU64::new(0));
        (Arc::new(Self { hosts, dialer, results, bell, connections, bytes }), out)
    }

    /// Whether `name` was declared. Case and a trailing dot do not matter. A host may also be declared by its address.
    pub(crate) fn is_declared(&self, name: &str) -> bool {
        if let Ok(address) = name.parse::<IpAddr>() {
            return self.hosts.names.iter().any(|declared| declared.parse() == Ok(address));
        }
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        self.hosts.names.iter().any(|declared| match declared.strip_prefix("*.") {
            Some(parent) => {
                name.strip_suffix(parent).is_some_and(|child| child.len() > 1 && child.ends_with('.'))
            }
            None => *declared == name,
        })
    }

    /// Whether a connection to `port` of `name` may be dialled at all.
    pub(crate) fn admits(&self, name: &str, port: u16) -> bool {
        port != DNS_OVER_TLS && self.is_declared(name)
    }

    /// Dials `name` on a thread of its own; the result comes out of the channel. False when there are too many.
    pub(crate) fn dial(self: &Arc<Self>, ends: Ends, name: String) -> bool {
        let Some(place) = self.take_place() else { return false };
        let gate = Arc::clone(self);
        let work = move || {
            let result = gate.reach(&name, ends.target.port(), place);
            // Nobody listens any more when the run is over.
            if let Err(TrySendError::Full(_)) = gate.results.try_send((ends, result)) {
                tracing::warn!("a dialled connection found no room");
            }
            gate.bell.ring();
        };
        std::thread::Builder::new().name("dial".into()).spawn(work).is_ok()
    }

    /// Counts bytes that crossed. False when the run has used up its share.
    pub(crate) fn count(&self, bytes: u64) -> bool {
        self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes <= MOST_BYTES
    }

    fn take_place(self: &Arc<Self>) -> Option<Place> {
        let place = Place(Arc::clone(self));
        let before = self.connections.fetch_add(1, Ordering::Relaxed);
        (before < MOST_CONNECTIONS).then_some(place)
    }

    /// Resolves anew each time and dials exactly the address that was checked, so that a name cannot change its address in
    /// between (DNS rebinding).
    fn reach(&self, name: &str, port: u16, place: Place) -> Dialled {
        let addresses = match name.parse() {
            Ok(address) => Ok(vec![address]),
            Err(_) => self.dialer.resolve(name),
        };
        let Ok(addresses) = addresses else { return Dialled::Failed };
        let (open, closed): (Vec<IpAddr>, Vec<IpAddr>) = addresses
            .into_iter()
            .map(normalise)
            .partition(|address| may_dial(*address, &self.hosts.exceptions));
        if let (true, Some(address)) = (open.is_empty(), closed.first()) {
            return Dialled::Withheld(*address);
        }
        let stream = open
            .into_iter()
            .take(MOST_ADDRESSES)
            .find_map(|address| self.dialer.dial(SocketAddr::new(address, port)).ok());
        match stream.filter(|stream| stream.set_nonblocking(true).is_ok()) {
            Some(stream) => Dialled::Open(stream, place),
            None => Dialled::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::proxy::SystemDialer;

    fn gate(names: &[&str]) -> Arc<Gate> {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let hosts = DeclaredHosts { names, ..DeclaredHosts::default() };
        Gate::new(hosts, Arc::new(SystemDialer::default()), Arc::new(Bell::new().unwrap())).0
    }

    #[test]
    fn names_are_matched_as_hosts_are() {
        let gate = gate(&["api.example.org", "*.example.com", "203.0.113.9", "2001:db8::9"]);
        let table = [
            ("203.0.113.9", true),
            ("2001:DB8:0::9", true),
            ("203.0.113.8", false),
            ("api.example.org", true),
            ("API.Example.ORG.", true),
            ("example.org", false),
            ("x.api.example.org", false),
            ("a.example.com", true),
            ("a.b.example.com", true),
            ("example.com", false),
            (".example.com", false),
            ("notexample.com", false),
            ("a.example.com.evil.example", false),
            ("", false),
        ];
        for (name, expected) in table {
            assert_eq!(gate.is_declared(name), expected, "{name}");
        }
        assert!(!gate.admits("api.example.org", 853), "DNS over TLS hides names");
    }

    #[test]
    fn places_are_given_back() {
        let gate = gate(&[]);
        let places: Vec<Place> =
            std::iter::from_fn(|| gate.take_place()).take(2 * MOST_CONNECTIONS).collect();
        assert_eq!(places.len(), MOST_CONNECTIONS);
        drop(places);
        assert!(gate.take_place().is_some());
    }
}
