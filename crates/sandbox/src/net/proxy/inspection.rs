//! Looks at what an engine says to a declared host before it is passed on: a name said inside a connection must be a
//! declared one too, or the declared host would be a door to others behind the same address.
//!
//! Every HTTP request is looked at as long as its length can be told. What follows a TLS hello, an upgrade or a body of
//! unknown length passes unseen: it reaches the declared host only.

use super::gate::Gate;
use crate::net::greeting::Greeting;

/// What may be done with bytes that wait.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Judgement {
    /// So many may pass.
    Pass(usize),
    /// They say too little yet.
    Wait,
    /// They name a host that was not declared, or hide the name.
    Refuse(Option<String>),
}

/// Where in the conversation an engine is.
#[derive(Debug, Default)]
enum Position {
    /// Nothing was said yet.
    #[default]
    Greeting,
    /// Before a further HTTP request.
    Request,
    /// So many bytes of a body are to come.
    Body(u64),
    /// Nothing can be told any more.
    Beyond,
}

/// The memory of one connection.
#[derive(Debug, Default)]
pub(super) struct Inspection {
    position: Position,
    /// The first greeting, for the record.
    pub(super) sni: Option<String>,
    /// The first host.
    pub(super) host: Option<String>,
}

impl Inspection {
    /// Judges the bytes that wait to be passed on. Bytes that pass must not be shown again.
    pub(super) fn judge(&mut self, waiting: &[u8], gate: &Gate) -> Judgement {
        match self.position {
            _ if waiting.is_empty() => Judgement::Wait,
            Position::Beyond => Judgement::Pass(waiting.len()),
            Position::Body(left) => {
                let passing = waiting.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                self.enter_body(left - passing as u64);
                Judgement::Pass(passing)
            }
            Position::Greeting | Position::Request => self.judge_greeting(waiting, gate),
        }
    }

    fn judge_greeting(&mut self, waiting: &[u8], gate: &Gate) -> Judgement {
        let greeting = Greeting::read(waiting);
        if greeting == Greeting::Unfinished {
            return Judgement::Wait;
        }
        self.sni = self.sni.take().or_else(|| greeting.sni().map(str::to_owned));
        self.host = self.host.take().or_else(|| greeting.host().map(str::to_owned));
        if let Some(stranger) = greeting.names().find(|name| !gate.is_declared(name)) {
            return Judgement::Refuse(Some(stranger.to_owned()));
        }
        match greeting {
            Greeting::Endless => Judgement::Refuse(None),
            Greeting::Http(head) if head.measurable => {
                self.enter_body(head.body);
                Judgement::Pass(head.length)
            }
            _ => {
                self.position = Position::Beyond;
                Judgement::Pass(waiting.len())
            }
        }
    }

    fn enter_body(&mut self, left: u64) {
        self.position = if left == 0 { Position::Request } else { Position::Body(left) };
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use assay_core::run::DeclaredHosts;

    use super::*;
    use crate::net::bell::Bell;
    use crate::net::hello::sample::client_hello;
    use crate::net::proxy::SystemDialer;

    fn gate() -> Arc<Gate> {
        let hosts =
            DeclaredHosts { names: vec!["a.example".into(), "b.example".into()], ..Default::default() };
        Gate::new(hosts, Arc::new(SystemDialer::default()), Arc::new(Bell::new().unwrap())).0
    }

    /// What passes of `said`, arriving in pieces, and how it ends.
    fn passed(said: &[u8], piece: usize) -> (Vec<u8>, Judgement) {
        let (gate, mut inspection) = (gate(), Inspection::default());
        let (mut waiting, mut through) = (Vec::new(), Vec::new());
        let mut last = Judgement::Wait;
        for piece in said.chunks(piece) {
            waiting.extend_from_slice(piece);
            loop {
                last = inspection.judge(&waiting, &gate);
                match last {
                    Judgement::Pass(count) => through.extend(waiting.drain(..count)),
                    Judgement::Wait => break,
                    Judgement::Refuse(_) => return (through, last),
                }
            }
        }
        (through, last)
    }

    #[test]
    fn declared_names_pass_in_any_pieces() {
        let get = b"GET / HTTP/1.1\r\nHost: A.example\r\n\r\n".to_vec();
        let post = b"POST / HTTP/1.1\r\nHost: b.example:80\r\nContent-Length: 7\r\n\r\nHELLO W".to_vec();
        let chunked =
            b"PUT / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n".to_vec();
        let table = [
            ("tls", client_hello(Some("a.example"), 50)),
            ("tls without a name", client_hello(None, 5_000)),
            ("three requests", [get.clone(), post, get].concat()),
            ("body of unknown length", chunked),
            ("another protocol", b"\x00binary".to_vec()),
            ("mail", b"EHLO engine\r\n".to_vec()),
        ];
        for (what, said) in table {
            for piece in [1, 7, 10_000] {
                assert_eq!(passed(&said, piece).0, said, "{what} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn strangers_are_refused_before_a_byte_of_theirs_passes() {
        let good = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
        let bad = "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n";
        let with_body = "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nabc";
        let two = "GET / HTTP/1.1\r\nHost: a.example\r\nHost: evil.example\r\n\r\n";
        let tunnel = "CONNECT evil.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n";
        let table = [
            ("tls", client_hello(Some("evil.example"), 60), 0),
            ("http", bad.into(), 0),
            ("second request", format!("{good}{bad}").into(), good.len()),
            ("after a body", format!("{with_body}{bad}").into(), with_body.len()),
            ("two hosts", two.into(), 0),
            ("tunnel", tunnel.into(), 0),
        ];
        for (what, said, through) in table {
            for piece in [1, 11, 10_000] {
                let (passed, end) = passed(&said, piece);
                assert_eq!(end, Judgement::Refuse(Some("evil.example".into())), "{what}");
                assert_eq!(passed.len(), through, "{what}");
            }
        }
    }

    #[test]
    fn a_greeting_without_end_is_refused() {
        let endless = [b"GET / HTTP/1.1\r\nX: ", &[b'x'; 20_000][..]].concat();
        assert_eq!(passed(&endless, 4_000), (Vec::new(), Judgement::Refuse(None)));
    }
}
