//! The head of an answer: status line, fields, and how long the body is (RFC 9112 §6).

use std::io::{self, BufRead};

/// Most bytes of a head, interim answers included.
const HEAD_LIMIT: usize = 64 << 10;
/// Most fields of a head.
const FIELDS: usize = 100;

/// How the end of a body is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Framing {
    /// There is none.
    Empty,
    /// So many bytes.
    Length(u64),
    /// In chunks.
    Chunked,
    /// Until the connection ends.
    UntilClose,
}

/// What matters of a head.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Head {
    /// Status code.
    pub(super) status: u16,
    /// `Content-Type`.
    pub(super) content_type: String,
    /// How long the body is.
    pub(super) framing: Framing,
}

/// Reads heads until a final one. `ConnectionAborted` when the peer said nothing, `InvalidData` when it said nonsense.
pub(super) fn read(reader: &mut impl BufRead) -> io::Result<Head> {
    let mut left = HEAD_LIMIT;
    loop {
        let bytes = block(reader, left)?;
        left = left.saturating_sub(bytes.len());
        let head = parse(&bytes)?;
        if head.status >= 200 {
            return Ok(head);
        }
    }
}

/// One head with its blank line.
fn block(reader: &mut impl BufRead, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let room = (limit - bytes.len()) as u64;
        let read = io::Read::take(&mut *reader, room).read_until(b'\n', &mut bytes);
        match read {
            Ok(0) if bytes.is_empty() => return Err(io::ErrorKind::ConnectionAborted.into()),
            Ok(_) if bytes.len() >= limit => return Err(invalid("its head is larger than 64 KiB")),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) if bytes.ends_with(b"\n\r\n") || bytes.ends_with(b"\n\n") => return Ok(bytes),
            Ok(_) => {}
            // A reset instead of a first byte is a way of saying nothing.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset && bytes.is_empty() => {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            Err(error) => return Err(error),
        }
    }
}

fn parse(bytes: &[u8]) -> io::Result<Head> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    match response.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Err(invalid("its head has no end")),
        Err(error) => return Err(invalid(&error.to_string())),
    }
    let status = response.code.filter(|code| (100..1000).contains(code)).ok_or_else(|| invalid("status"))?;
    let content_type = values(response.headers, "content-type").next().unwrap_or_default();
    Ok(Head {
        status,
        content_type: String::from_utf8_lossy(content_type).chars().take(200).collect(),
        framing: framing(status, response.headers)?,
    })
}

fn values<'a>(fields: &'a [httparse::Header<'a>], name: &'a str) -> impl Iterator<Item = &'a [u8]> {
    fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value)
}

fn framing(status: u16, fields: &[httparse::Header<'_>]) -> io::Result<Framing> {
    let lengths: Vec<&[u8]> = values(fields, "content-length").collect();
    let codings: Vec<&[u8]> = values(fields, "transfer-encoding").collect();
    if status < 200 || status == 204 || status == 304 {
        return Ok(Framing::Empty);
    }
    match (codings.as_slice(), lengths.as_slice()) {
        ([], []) => Ok(Framing::UntilClose),
        ([], [first, rest @ ..]) if rest.iter().all(|other| other == first) => length(first),
        ([], _) => Err(invalid("two different lengths")),
        ([coding], []) if coding.trim_ascii().eq_ignore_ascii_case(b"chunked") => Ok(Framing::Chunked),
        (_, []) => Err(invalid("a transfer encoding other than chunked")),
        _ => Err(invalid("a length beside a transfer encoding")),
    }
}

fn length(digits: &[u8]) -> io::Result<Framing> {
    let digits = digits.trim_ascii();
    let plain = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let value = std::str::from_utf8(digits).ok().filter(|_| plain).and_then(|text| text.parse().ok());
    value.map(Framing::Length).ok_or_else(|| invalid("its length is not a number"))
}

/// `InvalidData` with a reason.
pub(super) fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(head: &str) -> io::Result<Framing> {
        read(&mut head.as_bytes()).map(|head| head.framing)
    }

    #[test]
    fn bodies_end_as_the_head_says() {
        let table = [
            ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", Framing::Length(5)),
            ("HTTP/1.0 200 OK\n\n", Framing::UntilClose),
            ("HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n", Framing::Empty),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n", Framing::Chunked),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n", Framing::Length(0)),
        ];
        for (head, framing) in table {
            assert_eq!(framed(head).unwrap(), framing, "{head}");
        }
    }

    #[test]
    fn nonsense_is_told_from_silence() {
        let endless = format!("HTTP/1.1 200 OK\r\nA: {}", "a".repeat(HEAD_LIMIT));
        let table = [
            ("", io::ErrorKind::ConnectionAborted),
            ("HTTP/1.1 200 OK\r\n", io::ErrorKind::UnexpectedEof),
            ("garbage\r\n\r\n", io::ErrorKind::InvalidData),
            ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", io::ErrorKind::InvalidData),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", io::ErrorKind::InvalidData),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                io::ErrorKind::InvalidData,
            ),
            (&endless, io::ErrorKind::InvalidData),
        ];
        for (head, kind) in table {
            assert_eq!(framed(head).unwrap_err().kind(), kind, "{head:.80}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_taken_calmly(bytes: Vec<u8>) {
            let _ = read(&mut bytes.as_slice());
        }
    }
}
