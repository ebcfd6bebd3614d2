//! HTTP/1.1 message heads and bodies, as far as both sides of the protocol need them.

use std::io::{self, BufRead, Read};

/// Longest head, in bytes.
const HEAD: u64 = 16 << 10;

/// First line and header fields of a message.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Head {
    pub(crate) first: String,
    fields: Vec<(String, String)>,
}

impl Head {
    /// Reads up to the empty line; `None` at the end of the stream.
    pub(crate) fn read(stream: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut head = Self::default();
        let mut limited = stream.take(HEAD);
        loop {
            let mut line = String::new();
            if limited.read_line(&mut line)? == 0 {
                return if head.first.is_empty() {
                    Ok(None)
                } else {
                    Err(bad("the head is cut or too long"))
                };
            }
            match line.trim_end_matches(['\r', '\n']) {
                "" if head.first.is_empty() => {}
                "" => return Ok(Some(head)),
                first if head.first.is_empty() => head.first = first.to_owned(),
                field => head.fields.push(split(field)?),
            }
        }
    }

    /// A header field, its name in lower case.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a field holds a word.
    pub(crate) fn says(&self, name: &str, word: &str) -> bool {
        self.field(name).is_some_and(|value| value.to_ascii_lowercase().contains(word))
    }

    /// Reads the body: chunked, of a given length, or up to the end of the stream when `to_end`.
    pub(crate) fn body(&self, stream: &mut impl BufRead, limit: u64, to_end: bool) -> io::Result<Vec<u8>> {
        if self.says("transfer-encoding", "chunked") {
            return chunked(stream, limit);
        }
        let length = match self.field("content-length").map(str::parse::<u64>) {
            Some(Ok(length)) => Some(length),
            Some(Err(_)) => return Err(bad("the length is no number")),
            None if to_end => None,
            None => Some(0),
        };
        if length.is_some_and(|length| length > limit) {
            return Err(bad("the body is too large"));
        }
        let mut body = Vec::new();
        stream.take(length.unwrap_or(limit)).read_to_end(&mut body)?;
        if length.is_some_and(|length| length != body.len() as u64) {
            return Err(bad("the body is cut"));
        }
        Ok(body)
    }
}

fn split(field: &str) -> io::Result<(String, String)> {
    let (name, value) = field.split_once(':').ok_or_else(|| bad("a header field without colon"))?;
    Ok((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
}

fn chunked(stream: &mut impl BufRead, limit: u64) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = short_line(stream)?;
        let digits = line.split(';').next().unwrap_or_default().trim();
        let length = u64::from_str_radix(digits, 16).map_err(|_| bad("a chunk without length"))?;
        if length > limit.saturating_sub(body.len() as u64) {
            return Err(bad("the body is too large"));
        }
        let before = body.len() as u64;
        stream.take(length).read_to_end(&mut body)?;
        if body.len() as u64 - before != length {
            return Err(bad("a chunk is cut"));
        }
        let end = short_line(stream)?;
        if length == 0 || !end.is_empty() {
            return Ok(body);
        }
    }
}

fn short_line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    stream.take(256).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// A message that cannot be read.
pub(crate) fn bad(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> io::Result<(Head, Vec<u8>)> {
        let mut stream = message.as_bytes();
        let head = Head::read(&mut stream)?.ok_or_else(|| bad("nothing"))?;
        let body = head.body(&mut stream, 100, false)?;
        Ok((head, body))
    }

    #[test]
    fn lengths_and_chunks_give_the_same_body() {
        let (head, body) = read("POST /p HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello").unwrap();
        assert_eq!((head.first.as_str(), body.as_slice()), ("POST /p HTTP/1.1", &b"hello"[..]));
        let (_, body) =
            read("POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x\r\nllo\r\n0\r\n\r\n")
                .unwrap();
        assert_eq!(body, b"hello");
    }

    #[test]
    fn cut_wrong_and_large_messages_are_refused() {
        for message in [
            "POST /p HTTP/1.1\r\nContent-Length: 5\r\n\r\nhell",
            "POST /p HTTP/1.1\r\nContent-Length: 500\r\n\r\n",
            "POST /p HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            "POST /p HTTP/1.1\r\nnonsense\r\n\r\n",
            "POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
            "POST /p HTTP/1.1\r\nHost",
        ] {
            assert!(read(message).is_err(), "{message}");
        }
        assert!(Head::read(&mut format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(20_000)).as_bytes()).is_err());
    }
}
