//! The head of an HTTP/1 request: which hosts it names, and how long its body is.

use super::text::host_name;

/// Longest method that is taken for one.
const LONGEST_METHOD: usize = 16;
/// Hosts kept of one request; more than one that differ is an attempt to confuse.
const MOST_HOSTS: usize = 8;

/// What the first bytes of a connection are, seen as HTTP.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reading {
    /// More bytes are needed.
    Unfinished,
    /// A whole head.
    Complete(Head),
    /// Not HTTP/1.
    Foreign,
}

/// The parts of a head that matter here.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Head {
    /// Every host named: in the request line, then in `Host` headers. Lower case, without port.
    pub hosts: Vec<String>,
    /// Length of the head, with the empty line that ends it.
    pub length: usize,
    /// Length of the body as far as it is told.
    pub body: u64,
    /// Whether it can be told where the next request begins: no transfer coding, no upgrade, no tunnel, one length.
    pub measurable: bool,
}

/// Reads the first bytes a client sent; the caller bounds `bytes`.
pub fn read(bytes: &[u8]) -> Reading {
    if !begins_like_http(bytes) {
        return Reading::Foreign;
    }
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let request = trimmed(lines.next().unwrap_or_default());
    let one_line = bytes.contains(&b'\n');
    if one_line && !is_request_line(request) {
        return Reading::Foreign;
    }
    let Some(length) = end_of_head(bytes) else { return Reading::Unfinished };
    let lines = bytes.get(request.len()..length).unwrap_or_default().split(|byte| *byte == b'\n');
    let measurable = !request.starts_with(b"CONNECT ");
    let mut head = Head { length, measurable, ..Head::default() };
    head.hosts.extend(host_of_request(request));
    lines.for_each(|line| head.header(trimmed(line)));
    Reading::Complete(head)
}

impl Head {
    fn header(&mut self, line: &[u8]) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { return };
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        match name.trim_ascii().to_ascii_lowercase().as_slice() {
            b"host" if self.hosts.len() < MOST_HOSTS => self.hosts.push(host_name(value)),
            b"content-length" => match std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()) {
                Some(length) if self.body == 0 || self.body == length => self.body = length,
                _ => self.measurable = false,
            },
            b"transfer-encoding" | b"upgrade" => self.measurable = false,
            _ => {}
        }
    }
}

/// A method of capital letters, then a blank: anything else is foreign as soon as it shows.
fn begins_like_http(bytes: &[u8]) -> bool {
    let method = bytes.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    method <= LONGEST_METHOD && bytes.get(method).is_none_or(|next| *next == b' ' && method > 0)
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let mut line = 0;
    for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
        if line > 0 && trimmed(bytes.get(line..at)?).is_empty() {
            return Some(at + 1);
        }
        line = at + 1;
    }
    None
}

fn trimmed(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn is_request_line(line: &[u8]) -> bool {
    line.rsplit(|byte| *byte == b' ').next().is_some_and(|version| version.starts_with(b"HTTP/1."))
}

/// The host in the request line of a request to a proxy: `CONNECT host:port`, `GET http://host/`.
fn host_of_request(line: &[u8]) -> Option<String> {
    let mut words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let method = words.next()?;
    let target = words.next()?;
    if method == b"CONNECT" {
        return Some(host_name(target));
    }
    let after = target.windows(3).position(|part| part == b"://")? + 3;
    if target.starts_with(b"/") {
        return None;
    }
    let authority = target.get(after..)?.split(|byte| matches!(byte, b'/' | b'?' | b'#')).next()?;
    let host = authority.rsplit(|byte| *byte == b'@').next()?;
    Some(host_name(host))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hosts(request: &str) -> Vec<String> {
        match read(request.as_bytes()) {
            Reading::Complete(head) => head.hosts,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn hosts_are_found_wherever_they_stand() {
        let table: [(&str, &[&str]); 8] = [
            ("GET / HTTP/1.1\r\nHost: A.example:81\r\n\r\n", &["a.example"]),
            ("GET / HTTP/1.1\nhOST:a.example.\n\n", &["a.example"]),
            ("GET / HTTP/1.0\r\n\r\n", &[]),
            ("GET http://b.example/x HTTP/1.1\r\nHost: a.example\r\n\r\n", &["b.example", "a.example"]),
            ("GET http://u:p@b.example:8?x HTTP/1.1\r\n\r\n", &["b.example"]),
            ("GET /?u=http://b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", &["a.example"]),
            ("CONNECT b.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n", &["b.example", "a.example"]),
            ("GET / HTTP/1.1\r\nHost: a.example\r\nHost : b.example\r\n\r\n", &["a.example", "b.example"]),
        ];
        for (request, expected) in table {
            assert_eq!(hosts(request), expected, "{request}");
        }
    }

    #[test]
    fn length_of_the_body_is_told() {
        let request = b"POST / HTTP/1.1\r\nContent-Length: 12\r\n\r\nhello";
        let Reading::Complete(head) = read(request) else { panic!("not complete") };
        assert_eq!((head.body, head.length), (12, request.len() - 5));
    }

    #[test]
    fn other_protocols_are_foreign() {
        for bytes in [
            &b"\x16\x03\x01"[..],
            b"get / HTTP/1.1",
            b" GET",
            b"SSH-2.0-OpenSSH",
            b"AAAAAAAAAAAAAAAAAAAA",
            b"EHLO a\r\n",
        ] {
            assert_eq!(read(bytes), Reading::Foreign, "{bytes:?}");
        }
        for bytes in [&b""[..], b"GE", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n"] {
            assert_eq!(read(bytes), Reading::Unfinished, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
            let _ = read(&[b"GET ", &bytes[..], b"\r\n\r\n"].concat());
        }

        #[test]
        fn a_complete_head_stays_complete(tail in "[ -~]{0,40}", cut in 0_usize..60) {
            let request = format!("GET / HTTP/1.1\r\nHost: a.example\r\nX: {tail}\r\n\r\n");
            let whole = read(request.as_bytes());
            let prefix = read(&request.as_bytes()[..cut.min(request.len() - 1)]);
            prop_assert_eq!(prefix, Reading::Unfinished);
            prop_assert_eq!(read(format!("{request}{tail}").as_bytes()), whole);
        }
    }
}
