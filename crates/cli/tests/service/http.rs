//! A plain HTTP/1.1 client on one connection: blocking, and no more work than the bytes need, so that a measurement of a
//! server is not one of its client.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long a silent server is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// Most headers an answer may have.
const HEADERS: usize = 64;

/// A connection, made when first used and again after the server has closed it.
pub struct Connection {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
    /// Value of the `Authorization` header.
    pub authorization: Option<String>,
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The answer, if its status is `wanted`.
    pub fn expect(self, wanted: u16) -> io::Result<Self> {
        if self.status == wanted {
            return Ok(self);
        }
        let told = String::from_utf8_lossy(&self.body);
        Err(io::Error::other(format!("{} instead of {wanted}: {told}", self.status)))
    }

    /// Where it points to, as path and query.
    pub fn location(&self) -> io::Result<String> {
        let location = self.header("location").ok_or_else(|| io::Error::other("no Location"))?;
        let Some((_, rest)) = location.split_once("://") else { return Ok(location.to_owned()) };
        Ok(rest.find('/').map_or("/", |at| &rest[at..]).to_owned())
    }

    fn length(&self) -> io::Result<usize> {
        let length = self.header("content-length").map(str::parse);
        length.transpose().map_err(io::Error::other)?.ok_or_else(|| io::Error::other("no Content-Length"))
    }
}

impl Connection {
    /// To the server at this address.
    pub fn to(address: SocketAddr) -> Self {
        Self { address, stream: None, authorization: None }
    }

    /// Asks and reads the whole answer.
    pub fn ask(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Answer> {
        let mut kept = Vec::new();
        let mut answer =
            self.pour(method, target, headers, body, &mut |piece| kept.extend_from_slice(piece))?;
        answer.body = kept;
        Ok(answer)
    }

    /// Asks and hands the answer's body on in pieces.
    pub fn pour(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        sink: &mut dyn FnMut(&[u8]),
    ) -> io::Result<Answer> {
        let head = self.head(method, target, headers, body.len());
        let mut stream = self.stream()?;
        stream.get_mut().write_all(head.as_bytes())?;
        stream.get_mut().write_all(body)?;
        let answer = read_head(&mut stream)?;
        if method != "HEAD" && answer.status != 204 && answer.status != 304 {
            read_body(&mut stream, &answer, sink)?;
        }
        if !answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")) {
            self.stream = Some(stream);
        }
        Ok(answer)
    }

    /// The request's head as it goes out.
    pub fn head(&self, method: &str, target: &str, headers: &[(&str, &str)], length: usize) -> String {
        let mut head = format!("{method} {target} HTTP/1.1\r\nHost: {}\r\n", self.address);
        if let Some(authorization) = &self.authorization {
            head.push_str(&format!("Authorization: {authorization}\r\n"));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if length > 0 || matches!(method, "POST" | "PUT" | "PATCH") {
            head.push_str(&format!("Content-Length: {length}\r\n"));
        }
        head.push_str("\r\n");
        head
    }

    fn stream(&mut self) -> io::Result<BufReader<TcpStream>> {
        if let Some(stream) = self.stream.take() {
            return Ok(stream);
        }
        let stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(BufReader::with_capacity(1 << 20, stream))
    }
}

fn read_head(stream: &mut BufReader<TcpStream>) -> io::Result<Answer> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_until(b'\n', &mut head)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut parsed = httparse::Response::new(&mut headers);
    parsed.parse(&head).map_err(io::Error::other)?;
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = parsed.headers.iter().map(|header| (header.name.to_owned(), text(header.value)));
    let headers = headers.collect();
    Ok(Answer { status: parsed.code.unwrap_or_default(), headers, body: Vec::new() })
}

fn read_body(
    stream: &mut BufReader<TcpStream>,
    answer: &Answer,
    sink: &mut dyn FnMut(&[u8]),
) -> io::Result<()> {
    if answer.header("transfer-encoding").is_none() {
        return read_piece(stream, answer.length()?, sink);
    }
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let length = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
        read_piece(stream, length, sink)?;
        stream.read_exact(&mut [0; 2])?;
        if length == 0 {
            return Ok(());
        }
    }
}

fn read_piece(
    stream: &mut BufReader<TcpStream>,
    mut left: usize,
    sink: &mut dyn FnMut(&[u8]),
) -> io::Result<()> {
    while left > 0 {
        let piece = stream.fill_buf()?;
        if piece.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let taken = piece.len().min(left);
        sink(&piece[..taken]);
        stream.consume(taken);
        left -= taken;
    }
    Ok(())
}
