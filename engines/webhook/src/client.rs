//! A plain HTTP/1.1 client: one connection for each request, bounded in time and bytes.

use std::io::{self, BufReader, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use crate::head::{Head, bad};

/// Largest response body, in bytes.
const BODY: u64 = 64 << 20;
const PATIENCE: Duration = Duration::from_secs(10);

/// What came back.
#[derive(Debug)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// Fetches `url`.
///
/// # Errors
/// When the host cannot be found or reached, or does not speak HTTP.
pub fn get(url: &str) -> io::Result<Response> {
    request("GET", url, &[], &[])
}

/// Sends `body` to `url` with header fields.
///
/// # Errors
/// As [`get`].
pub fn post(url: &str, fields: &[(&str, &str)], body: &[u8]) -> io::Result<Response> {
    request("POST", url, fields, body)
}

fn request(method: &str, url: &str, fields: &[(&str, &str)], body: &[u8]) -> io::Result<Response> {
    let (host, port, path) = split(url)?;
    let mut stream = connect(host, port)?;
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in fields {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let mut reader = BufReader::new(stream);
    let head = Head::read(&mut reader)?.ok_or_else(|| bad("no answer"))?;
    let status = head.first.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| bad("an answer without status"))?;
    Ok(Response { status, body: head.body(&mut reader, BODY, true)? })
}

fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut last = bad("the host has no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => {
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn split(url: &str) -> io::Result<(&str, u16, String)> {
    let rest = url.strip_prefix("http://").ok_or_else(|| bad("the URL is not plain http"))?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().map_err(|_| bad("the port is no number"))?),
        None => (authority, 80),
    };
    Ok((host, port, format!("/{path}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_split() {
        assert_eq!(split("http://a.example:81/b?c").unwrap(), ("a.example", 81, "/b?c".into()));
        assert_eq!(split("http://a.example").unwrap(), ("a.example", 80, "/".into()));
        assert!(split("https://a.example/").is_err());
        assert!(split("http://a.example:x/").is_err());
    }
}
