//! Where a request comes from, also through proxies that are trusted to say so.

use std::net::{IpAddr, Ipv6Addr};

use assay_core::run::AddressBlock;
use axum::http::{Extensions, HeaderMap};

/// The other end of the connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PeerAddress(pub(crate) IpAddr);

/// The address whose allowance a request uses up.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl ClientAddress {
    /// The connection's other end; behind trusted proxies the last address before them in `X-Forwarded-For`.
    pub(crate) fn of(extensions: &Extensions, headers: &HeaderMap, trusted: &[AddressBlock]) -> Self {
        let unknown = PeerAddress(IpAddr::V6(Ipv6Addr::UNSPECIFIED));
        let peer = plain(extensions.get::<PeerAddress>().copied().unwrap_or(unknown).0);
        let trusts = |address: &IpAddr| trusted.iter().any(|block| block.contains(*address));
        if !trusts(&peer) {
            return Self(peer);
        }
        let named = forwarded(headers).into_iter().rev().find(|address| !trusts(address));
        Self(named.unwrap_or(peer))
    }

    /// Whether it is this machine itself.
    pub(crate) fn is_loopback(self) -> bool {
        self.0.is_loopback()
    }

    /// What shares one allowance: an IPv4 address, or the /64 that a single IPv6 customer has to himself.
    pub(crate) fn neighbourhood(self) -> IpAddr {
        match self.0 {
            IpAddr::V4(_) => self.0,
            IpAddr::V6(address) => {
                let kept = u128::from(address) & (u128::MAX << 64);
                IpAddr::V6(Ipv6Addr::from(kept))
            }
        }
    }
}

/// The addresses named by proxies, nearest last. What is no address ends the list: nothing before it can be believed.
fn forwarded(headers: &HeaderMap) -> Vec<IpAddr> {
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let words: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let believed = words.iter().rev().map_while(|word| word.parse().ok().map(plain));
    let mut addresses: Vec<IpAddr> = believed.collect();
    addresses.reverse();
    addresses
}

/// An IPv4 address that came in an IPv6 coat.
fn plain(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &str, trusted: &[&str]) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(PeerAddress(peer.parse().unwrap()));
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        let trusted: Vec<AddressBlock> = trusted.iter().map(|block| block.parse().unwrap()).collect();
        ClientAddress::of(&extensions, &headers, &trusted).0.to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(client("203.0.113.9", "10.1.1.1", &[]), "203.0.113.9");
        assert_eq!(client("::ffff:127.0.0.1", "198.51.100.7", &["127.0.0.0/8"]), "198.51.100.7");
        assert_eq!(client("127.0.0.1", "9.9.9.9, 198.51.100.7, 127.0.0.2", &["127.0.0.0/8"]), "198.51.100.7");
        assert_eq!(client("127.0.0.1", "9.9.9.9, nonsense, 127.0.0.2", &["127.0.0.0/8"]), "127.0.0.1");
    }

    #[test]
    fn a_customer_of_ipv6_is_one_neighbour() {
        let of = |text: &str| ClientAddress(text.parse().unwrap()).neighbourhood().to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::9"));
        assert_ne!(of("2001:db8:1:3::1"), of("2001:db8:1:2::1"));
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
    }
}
