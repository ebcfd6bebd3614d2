//! Where a webhook is: an absolute `http` URL of which only port and path matter, since the only host is the engine's
//! own loopback.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::EngineNamespace;

/// A webhook's address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::drive) struct Target {
    /// Host and port as written, for the `Host` header.
    pub(super) authority: String,
    /// Path and query, at least `/`.
    pub(super) path: String,
    addresses: [SocketAddr; 2],
}

impl Target {
    /// Reads `url`; the error says what is wrong with it.
    pub(in crate::drive) fn parse(url: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("`{url}` cannot be called: {why}");
        let rest = strip_scheme(url).ok_or_else(|| wrong("it does not begin with `http://`"))?;
        if rest.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
            return Err(wrong("it holds blanks or control characters"));
        }
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (host, port) = split_port(authority).ok_or_else(|| wrong("its port is not a number"))?;
        if host.is_empty() || host.contains('@') {
            return Err(wrong("it names no host"));
        }
        let slash = if path.starts_with('/') { "" } else { "/" };
        Ok(Self { authority: authority.into(), path: format!("{slash}{path}"), addresses: doors(host, port) })
    }

    /// Connects; the other address family is tried when nobody listens on the first.
    pub(super) fn connect(&self, namespace: &EngineNamespace, limit: Duration) -> io::Result<TcpStream> {
        let [first, second] = self.addresses;
        match namespace.connect(first, limit) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                // The first refusal is the telling one: a machine without IPv6 fails otherwise.
                namespace.connect(second, limit).map_err(|_| error)
            }
            other => other,
        }
    }
}

fn strip_scheme(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    scheme.eq_ignore_ascii_case("http").then_some(rest)
}

fn split_port(authority: &str) -> Option<(&str, u16)> {
    let host_ends = authority.rfind(']').map_or(0, |at| at + 1);
    match authority.get(host_ends..)?.rsplit_once(':') {
        Some((_, port)) => {
            let host = authority.get(..authority.len() - port.len() - 1)?;
            Some((host, port.parse().ok().filter(|port| *port != 0)?))
        }
        None => Some((authority, 80)),
    }
}

fn doors(host: &str, port: u16) -> [SocketAddr; 2] {
    let v4 = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    let v6 = SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), port);
    if host.starts_with('[') { [v6, v4] } else { [v4, v6] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let table = [
            ("http://0.0.0.0:8080/ready", "0.0.0.0:8080", "/ready", "127.0.0.1:8080"),
            ("HTTP://localhost/a?b=c#d", "localhost", "/a?b=c", "127.0.0.1:80"),
            ("http://[::]:81", "[::]:81", "/", "[::1]:81"),
            ("http://engine:82?x", "engine:82", "/?x", "127.0.0.1:82"),
        ];
        for (url, authority, path, address) in table {
            let target = Target::parse(url).unwrap();
            assert_eq!((target.authority.as_str(), target.path.as_str()), (authority, path));
            assert_eq!(target.addresses[0], address.parse().unwrap(), "{url}");
        }
    }

    #[test]
    fn refusals() {
        for url in ["", "/ready", "https://a/", "http://", "http://a:b/", "http://a:0/", "http://a/\r\nX: y"]
        {
            assert!(Target::parse(url).is_err(), "{url}");
        }
    }
}
