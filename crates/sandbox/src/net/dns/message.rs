//! The few parts of the DNS wire format (RFC 1035) that a name server with one kind of answer needs.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::net::text::push_escaped;

/// Longest name on the wire, with its length bytes.
const LONGEST_WIRE_NAME: usize = 255;
const HEADER: usize = 12;
const INTERNET: u16 = 1;
/// Marks an EDNS record (RFC 6891) that directly follows the question: root name, type 41.
const EDNS_START: [u8; 3] = [0, 0, 41];
/// An empty EDNS record: payload size 1232, no options.
const EDNS_ANSWER: [u8; 11] = [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0];

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// IPv4 address.
    A,
    /// IPv6 address.
    Aaaa,
    /// Name of an address.
    Ptr,
    /// Everything else.
    Other(u16),
}

/// A query with one question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query {
    /// The name in lower case, odd bytes as `\DDD`, without trailing dot; `.` for the root.
    pub name: String,
    /// What is asked for.
    pub kind: Kind,
    id: u16,
    flags: u16,
    /// The question as it stood, to be given back byte by byte.
    question: Vec<u8>,
    internet: bool,
    edns: bool,
}

/// What is answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Record {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// A name, in labels without odd bytes.
    Ptr(String),
}

impl Query {
    /// Reads a query. `None` when `message` is none that a name server would answer: too short, an answer, no question, a
    /// name that is too long or has pointers.
    pub fn read(message: &[u8]) -> Option<Self> {
        let id = number(message, 0)?;
        let flags = number(message, 2)?;
        if flags & 0x8000 != 0 || number(message, 4)? == 0 {
            return None;
        }
        let (name, end) = read_name(message, HEADER)?;
        let kind = Kind::of(number(message, end)?);
        let internet = number(message, end + 2)? == INTERNET;
        let question = message.get(HEADER..end + 4)?.to_vec();
        let edns = message.get(end + 4..end + 7) == Some(&EDNS_START);
        Some(Self { name, kind, id, flags, question, internet, edns })
    }

    /// The answer to this query, with at most one record. Anything but a plain lookup of the Internet class is answered
    /// as not implemented, as name servers do.
    pub fn answer(&self, record: Option<&Record>, ttl: u32) -> Vec<u8> {
        let plain = self.flags & 0x7800 == 0;
        let record = record.filter(|_| plain && self.internet);
        let code = if plain { 0 } else { 4 };
        // An answer; recursion desired is given back, recursion is available.
        let flags = 0x8080 | (self.flags & 0x7900) | code;
        let counts = [1, u16::from(record.is_some()), 0, u16::from(self.edns)];
        let mut message = Vec::with_capacity(HEADER + self.question.len() + 64);
        for word in [self.id, flags].into_iter().chain(counts) {
            message.extend(word.to_be_bytes());
        }
        message.extend(&self.question);
        if let Some(record) = record {
            record.write(ttl, &mut message);
        }
        if self.edns {
            message.extend(EDNS_ANSWER);
        }
        message
    }
}

impl Kind {
    fn of(number: u16) -> Self {
        match number {
            1 => Self::A,
            28 => Self::Aaaa,
            12 => Self::Ptr,
            other => Self::Other(other),
        }
    }
}

impl Record {
    fn write(&self, ttl: u32, message: &mut Vec<u8>) {
        let (kind, data): (u16, Vec<u8>) = match self {
            Self::A(address) => (1, address.octets().to_vec()),
            Self::Aaaa(address) => (28, address.octets().to_vec()),
            Self::Ptr(name) => (12, write_name(name)),
        };
        // The owner is the name of the question, which stands right after the header.
        message.extend([0xc0, HEADER as u8]);
        message.extend(kind.to_be_bytes());
        message.extend(INTERNET.to_be_bytes());
        message.extend(ttl.to_be_bytes());
        message.extend((data.len() as u16).to_be_bytes());
        message.extend(data);
    }
}

fn number(message: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*message.get(at..)?.first_chunk()?))
}

/// The name at `at`, and where it ends.
fn read_name(message: &[u8], mut at: usize) -> Option<(String, usize)> {
    let begin = at;
    let mut name = String::new();
    loop {
        let length = usize::from(*message.get(at)?);
        at += 1;
        if at - begin + length > LONGEST_WIRE_NAME {
            return None;
        }
        match length {
            0 if name.is_empty() => return Some((".".into(), at)),
            0 => return Some((name, at)),
            1..=63 => {}
            _ => return None,
        }
        if !name.is_empty() {
            name.push('.');
        }
        for byte in message.get(at..at + length)? {
            push_escaped(&mut name, *byte, b".\\");
        }
        at += length;
    }
}

fn write_name(name: &str) -> Vec<u8> {
    let mut wire = Vec::new();
    for label in name.split('.').filter(|label| !label.is_empty() && label.len() <= 63) {
        wire.push(label.len() as u8);
        wire.extend(label.as_bytes());
    }
    wire.truncate(LONGEST_WIRE_NAME - 1);
    wire.push(0);
    wire
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::net::dns::sample::query;

    #[test]
    fn a_query_is_read_and_answered() {
        let asked = Query::read(&query(7, "WWW.Example.org", 1)).unwrap();
        assert_eq!((asked.name.as_str(), asked.kind), ("www.example.org", Kind::A));
        let answer = asked.answer(Some(&Record::A(Ipv4Addr::new(198, 18, 1, 1))), 300);
        assert_eq!(answer[..4], [0, 7, 0x81, 0x80]);
        assert_eq!(answer[6..8], [0, 1], "one answer");
        assert_eq!(answer[answer.len() - 4..], [198, 18, 1, 1]);
        assert_eq!(answer[12..32], query(7, "WWW.Example.org", 1)[12..32], "letter case is given back");
    }

    #[test]
    fn edns_is_answered_with_edns() {
        let mut message = query(1, "a.example", 28);
        message[11] = 1;
        message.extend(EDNS_ANSWER);
        let answer = Query::read(&message).unwrap().answer(None, 300);
        assert!(answer.ends_with(&EDNS_ANSWER));
        assert_eq!(answer[10..12], [0, 1]);
    }

    #[test]
    fn odd_labels_are_escaped() {
        let mut message = query(1, "x", 1);
        message.splice(12..15, [5, b'a', b'.', 0, 0xff, b'\\', 0]);
        assert_eq!(Query::read(&message).unwrap().name, "a\\046\\000\\255\\092");
    }

    #[test]
    fn what_is_no_query_is_not_read() {
        let good = query(1, "a.example", 1);
        let mut answer = good.clone();
        answer[2] |= 0x80;
        let mut no_question = good.clone();
        no_question[5] = 0;
        let mut pointer = good.clone();
        pointer[12] = 0xc0;
        let mut long = good[..12].to_vec();
        for _ in 0..5 {
            long.push(63);
            long.extend([b'a'; 63]);
        }
        long.extend([0, 0, 1, 0, 1]);
        for (what, message) in
            [("answer", answer), ("no question", no_question), ("pointer", pointer), ("long", long)]
        {
            assert_eq!(Query::read(&message), None, "{what}");
        }
        for end in 0..good.len() {
            assert_eq!(Query::read(&good[..end]), None, "cut at {end}");
        }
    }

    #[test]
    fn other_operations_are_not_implemented() {
        let mut update = query(1, "a.example", 1);
        update[2] |= 0x28;
        let answer = Query::read(&update).unwrap().answer(Some(&Record::A(Ipv4Addr::LOCALHOST)), 1);
        assert_eq!(answer[3] & 0xf, 4);
        assert_eq!(answer[7], 0);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            if let Some(asked) = Query::read(&bytes) {
                prop_assert!(asked.name.len() <= 4 * 255);
                let answer = asked.answer(Some(&Record::Ptr(asked.name.clone())), 1);
                prop_assert!(answer.len() < 1_200);
            }
        }

        #[test]
        fn good_names_survive_the_trip(name in "[a-z0-9-]{1,20}(\\.[a-z0-9-]{1,20}){0,6}") {
            let asked = Query::read(&query(1, &name, 1));
            prop_assert_eq!(asked.map(|asked| asked.name), Some(name));
        }
    }
}
