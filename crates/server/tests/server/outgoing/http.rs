//! A receiver of webhook messages.

use std::collections::BTreeMap;
use std::io::{BufReader, Read};
use std::sync::Arc;

use rustls::ServerConfig;

use super::wire::{Line, Wire, read_line, say};

/// A request as it came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Request {
    pub(super) first: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

/// Answers every one of `times` requests with `answer`.
pub(super) fn receiver(times: usize, tls: Option<Arc<ServerConfig>>, answer: String) -> Wire<Request> {
    Wire::listen(times, tls, move |line| {
        let request = request(line);
        say(line, &answer);
        request
    })
}

pub(super) fn request(line: &mut BufReader<Box<dyn Line>>) -> Request {
    let first = read_line(line).unwrap_or_default();
    let headers: BTreeMap<String, String> =
        std::iter::from_fn(|| read_line(line).filter(|one| !one.is_empty()))
            .map(|header| {
                let (name, value) = header.split_once(':').unwrap();
                (name.to_ascii_lowercase(), value.trim().to_owned())
            })
            .collect();
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    line.read_exact(&mut body).unwrap();
    Request { first, headers, body: String::from_utf8(body).unwrap() }
}
