//! What a client says first, and which names it says.

use super::{head, hello};

/// First bytes that are looked at; a greeting that is longer is treated as unreadable.
pub(super) const LONGEST: usize = 16 * 1024;

/// The first bytes of a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Greeting {
    /// More bytes are needed to tell.
    Unfinished,
    /// A TLS ClientHello with its server name.
    Tls(Option<String>),
    /// An HTTP/1 request.
    Http(head::Head),
    /// Something else.
    Other,
    /// It began like TLS or HTTP and did not come to an end within [`LONGEST`].
    Endless,
}

impl Greeting {
    /// Reads the first bytes a client sent.
    pub(super) fn read(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::Unfinished;
        }
        let unfinished = match (hello::read(bytes), head::read(bytes)) {
            (hello::Hello::Complete(name), _) => return Self::Tls(name),
            (_, head::Reading::Complete(head)) => return Self::Http(head),
            (hello::Hello::Foreign, head::Reading::Foreign) => return Self::Other,
            _ => bytes.len() < LONGEST,
        };
        if unfinished { Self::Unfinished } else { Self::Endless }
    }

    /// The server name of TLS.
    pub(super) fn sni(&self) -> Option<&str> {
        match self {
            Self::Tls(name) => name.as_deref(),
            _ => None,
        }
    }

    /// The host of HTTP; the request line counts before the header, as it does for servers.
    pub(super) fn host(&self) -> Option<&str> {
        match self {
            Self::Http(head) => head.hosts.first().map(String::as_str),
            _ => None,
        }
    }

    /// Every name said.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let hosts = match self {
            Self::Http(head) => head.hosts.as_slice(),
            _ => &[],
        };
        self.sni().into_iter().chain(hosts.iter().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::hello::sample::client_hello;
    use super::*;

    #[test]
    fn greetings_are_told_apart() {
        let hello = client_hello(Some("a.example"), 100);
        assert_eq!(Greeting::read(&hello), Greeting::Tls(Some("a.example".into())));
        assert_eq!(Greeting::read(&hello[..9]), Greeting::Unfinished);
        assert_eq!(Greeting::read(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").host(), Some("a"));
        assert_eq!(Greeting::read(b"\x00\x01"), Greeting::Other);
        assert_eq!(Greeting::read(b""), Greeting::Unfinished);
        let endless = [b"GET / HTTP/1.1\r\nX: ", &[b'x'; LONGEST][..]].concat();
        assert_eq!(Greeting::read(&endless), Greeting::Endless);
    }
}
