//! A small, strict HTTP/1.1 client for a peer that may be hostile.
//!
//! Written by us on top of `httparse`, and not `ureq`, for two reasons. An engine may refuse a large input with 413 and
//! close before it has read all of it: a general client then reports the broken pipe and loses the answer, which is what
//! we came for. And what is measured must be the engine: a fresh connection for each request (a kept-alive one costs 44 ms
//! of delayed acknowledgements with common servers), one deadline over connecting, sending and receiving.

mod body;
mod head;
mod target;
mod wire;

use std::fmt;
use std::io::{self, BufReader, Write};
use std::time::Duration;

use assay_core::Clock;

use crate::EngineNamespace;
pub(super) use body::Received;
pub(super) use target::Target;
use wire::Wire;

/// Most bytes of a body that are kept; the size an asset may have (api.md §1).
pub(super) const BODY_LIMIT: u64 = 100 << 20;

/// A request; its body is sent piece by piece without being joined.
pub(super) struct Request<'a> {
    /// `GET` or `POST`.
    pub(super) method: &'static str,
    /// `Content-Type` of the body, when there is one.
    pub(super) content_type: Option<&'a str>,
    /// The body.
    pub(super) body: &'a [&'a [u8]],
    /// Most bytes taken of the answer's body.
    pub(super) most: u64,
}

/// The head of an answer and what came of its body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// Status code.
    pub(super) status: u16,
    /// `Content-Type`, cut to 200 characters; empty when absent.
    pub(super) content_type: String,
    /// The body's story; its bytes went into the sink.
    pub(super) received: Received,
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Nobody listens.
    Refused,
    /// The peer closed before the first byte of an answer.
    Silent,
    /// The answer ended too early.
    CutShort,
    /// The time was up.
    TimedOut(Duration),
    /// What came is not HTTP.
    Malformed(String),
    /// The connection broke.
    Broken(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => f.write_str("connection refused"),
            Self::Silent => f.write_str("closed without an answer"),
            Self::CutShort => f.write_str("closed in the middle of the answer"),
            Self::TimedOut(limit) => write!(f, "timed out after {} s", limit.as_secs_f64()),
            Self::Malformed(what) => write!(f, "answered something that is not HTTP: {what}"),
            Self::Broken(what) => write!(f, "connection broken: {what}"),
        }
    }
}

/// Sends `request` to `target` and writes the body of the answer to `sink`, all within `limit`.
pub(super) fn call(
    namespace: &EngineNamespace,
    clock: &dyn Clock,
    target: &Target,
    request: &Request<'_>,
    limit: Duration,
    sink: &mut dyn Write,
) -> Result<Reply, Failure> {
    exchange(namespace, clock, target, request, limit, sink).map_err(|error| failure(&error, limit))
}

fn exchange(
    namespace: &EngineNamespace,
    clock: &dyn Clock,
    target: &Target,
    request: &Request<'_>,
    limit: Duration,
    sink: &mut dyn Write,
) -> io::Result<Reply> {
    let stream = target.connect(namespace, limit)?;
    let mut wire = Wire::new(stream, clock, limit);
    // An early answer counts even when the rest of the request could not be sent.
    let sent = send(&mut wire, target, request);
    let mut reader = BufReader::with_capacity(64 << 10, wire);
    let head = match (head::read(&mut reader), sent) {
        (Ok(head), _) => head,
        (Err(error), Ok(())) => return Err(error),
        (Err(_), Err(error)) => return Err(error),
    };
    let received = body::receive(&mut reader, head.framing, request.most, sink)?;
    Ok(Reply { status: head.status, content_type: head.content_type, received })
}

fn send(wire: &mut Wire<'_>, target: &Target, request: &Request<'_>) -> io::Result<()> {
    let length: usize = request.body.iter().map(|part| part.len()).sum();
    let mut head = format!(
        "{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: assay/{}\r\nAccept: */*\r\nConnection: close\r\n",
        request.method,
        target.path,
        target.authority,
        env!("CARGO_PKG_VERSION")
    );
    if let Some(content_type) = request.content_type {
        head.push_str(&format!("Content-Type: {content_type}\r\nContent-Length: {length}\r\n"));
    }
    head.push_str("\r\n");
    wire.write_all(head.as_bytes())?;
    request.body.iter().try_for_each(|part| wire.write_all(part))
}

fn failure(error: &io::Error, limit: Duration) -> Failure {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::ConnectionRefused => Failure::Refused,
        Kind::TimedOut | Kind::WouldBlock => Failure::TimedOut(limit),
        Kind::InvalidData => Failure::Malformed(error.to_string()),
        Kind::UnexpectedEof => Failure::CutShort,
        Kind::ConnectionAborted => Failure::Silent,
        _ => Failure::Broken(error.to_string()),
    }
}
