//! A name server that knows every name: each has synthetic addresses, so that a connection to one of them tells the name.

mod loopback;
mod message;
#[cfg(test)]
pub(crate) mod sample;
mod stream;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use assay_core::run::Protocol;

use super::address::{ENGINE_V4, ENGINE_V6, RESOLVER_V4, RESOLVER_V6, is_own};
use super::recorder::{Recorder, Sighting};
pub(super) use loopback::Loopback;
pub use message::{Kind, Query, Record};
pub(super) use stream::Framing;

/// Port of name servers.
pub(super) const PORT: u16 = 53;
/// A time to live as ordinary hosts have it, in seconds.
const TTL: u32 = 300;

/// Answers and records lookups.
#[derive(Clone, Debug)]
pub(super) struct NameServer {
    recorder: Arc<Recorder>,
}

impl NameServer {
    pub(super) fn new(recorder: Arc<Recorder>) -> Self {
        Self { recorder }
    }

    /// The answer to `message`, which was sent to `server` by `carrier`. `None` when it is no query, of which nothing is
    /// recorded here.
    pub(super) fn answer(&self, message: &[u8], server: IpAddr, carrier: Protocol) -> Option<Vec<u8>> {
        let query = Query::read(message)?;
        let at_home = is_own(server) || is_resolver(server);
        let sighting = Sighting::new(Protocol::Dns, Some(server), Some(PORT), message.len());
        let routine = at_home && is_local(&query.name);
        let sighting = Sighting { carrier, ..sighting.named(Some(query.name.clone())).noise_if(routine) };
        self.recorder.packet(sighting);
        let record = self.record_for(&query);
        Some(query.answer(record.as_ref(), TTL))
    }

    fn record_for(&self, query: &Query) -> Option<Record> {
        if query.name == "." {
            return None;
        }
        let local = is_local(&query.name);
        let names = self.recorder.names();
        match query.kind {
            Kind::A if local => Some(Record::A(Ipv4Addr::LOCALHOST)),
            Kind::Aaaa if local => Some(Record::Aaaa(Ipv6Addr::LOCALHOST)),
            Kind::Ptr if local => Some(Record::Ptr("localhost".into())),
            Kind::A => Some(Record::A(names.pair(&query.name).v4)),
            Kind::Aaaa => Some(Record::Aaaa(names.pair(&query.name).v6)),
            Kind::Ptr => names.of(reversed(&query.name)?).map(Record::Ptr),
            Kind::Other(_) => None,
        }
    }
}

fn is_resolver(server: IpAddr) -> bool {
    server == IpAddr::V4(RESOLVER_V4) || server == IpAddr::V6(RESOLVER_V6)
}

/// Names that never leave a machine: `localhost`, and the way back from loopback or the engine's own address. Web servers
/// ask for these when they start.
fn is_local(name: &str) -> bool {
    const FIXED: [IpAddr; 6] = [
        IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        IpAddr::V4(ENGINE_V4),
        IpAddr::V6(ENGINE_V6),
    ];
    name == "localhost"
        || name.ends_with(".localhost")
        || reversed(name).is_some_and(|address| FIXED.contains(&address))
}

/// The address that a reverse name stands for.
fn reversed(name: &str) -> Option<IpAddr> {
    if let Some(labels) = name.strip_suffix(".in-addr.arpa") {
        let octets: Vec<u8> = labels.rsplit('.').map(str::parse).collect::<Result<_, _>>().ok()?;
        return Some(<[u8; 4]>::try_from(octets).ok()?.into());
    }
    let labels = name.strip_suffix(".ip6.arpa")?;
    if labels.len() != 63 {
        return None;
    }
    let digits: String = labels.rsplit('.').collect();
    u128::from_str_radix(&digits, 16).ok().map(|bits| Ipv6Addr::from_bits(bits).into())
}

#[cfg(test)]
mod tests {
    use assay_core::ManualClock;
    use assay_core::run::Fate;

    use super::sample::query;
    use super::*;

    fn server() -> (NameServer, Arc<Recorder>) {
        let clock = ManualClock::at("2026-01-01T00:00:00Z".parse().unwrap());
        let recorder = Arc::new(Recorder::new(Arc::new(clock)));
        (NameServer::new(Arc::clone(&recorder)), recorder)
    }

    fn ask(server: &NameServer, name: &str, kind: u16) -> Vec<u8> {
        server.answer(&query(1, name, kind), RESOLVER_V4.into(), Protocol::Udp).unwrap()
    }

    #[test]
    fn every_kind_has_its_answer() {
        let (server, _) = server();
        assert!(ask(&server, "a.example", 1).ends_with(&[198, 18, 1, 1]));
        assert!(ask(&server, "a.example", 28).ends_with(&[0xc6, 0x12, 1, 1]));
        assert!(ask(&server, "1.1.18.198.in-addr.arpa", 12).ends_with(b"\x01a\x07example\0"));
        assert!(ask(&server, "localhost", 1).ends_with(&[127, 0, 0, 1]));
        for (name, kind) in [("a.example", 16), ("a.example", 65), ("9.9.9.9.in-addr.arpa", 12)] {
            let answer = ask(&server, name, kind);
            assert_eq!((answer[3] & 0xf, answer[7]), (0, 0), "{name} {kind}: no error, no record");
        }
    }

    #[test]
    fn lookups_are_events_and_local_ones_are_noise() {
        let (server, recorder) = server();
        ask(&server, "a.example", 1);
        ask(&server, "A.example", 28);
        ask(&server, "1.0.0.127.in-addr.arpa", 12);
        server.answer(&query(1, "localhost", 1), "203.0.113.53".parse().unwrap(), Protocol::Udp);
        assert_eq!(server.answer(b"junk", "203.0.113.53".parse().unwrap(), Protocol::Udp), None);
        let (events, _) = recorder.finish();
        let seen: Vec<_> = events
            .iter()
            .map(|event| (event.protocol, event.name.as_deref(), event.count, event.fate))
            .collect();
        let expected = [
            (Protocol::Dns, Some("a.example"), 2, Fate::Captured),
            (Protocol::Dns, Some("1.0.0.127.in-addr.arpa"), 1, Fate::Noise),
            (Protocol::Dns, Some("localhost"), 1, Fate::Captured),
        ];
        assert_eq!(
            seen, expected,
            "a lookup at a foreign server is an attempt to reach it, whatever the name"
        );
    }

    #[test]
    fn reverse_names_are_understood() {
        let v6 = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa";
        assert_eq!(reversed(v6), Some(Ipv6Addr::LOCALHOST.into()));
        assert_eq!(reversed("4.3.2.1.in-addr.arpa"), Some(Ipv4Addr::new(1, 2, 3, 4).into()));
        for odd in ["3.2.1.in-addr.arpa", "x.3.2.1.in-addr.arpa", "1.ip6.arpa", "in-addr.arpa"] {
            assert_eq!(reversed(odd), None, "{odd}");
        }
    }
}
