//! A thread for each connection, bounded in number, time and bytes.

use std::io::{self, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::address::Webhooks;
use crate::head::Head;
use crate::{Answer, Task, form};

/// Largest request body, in bytes.
const BODY: u64 = 64 << 20;
/// Connections served at one time; more are closed at once.
const CONNECTIONS: usize = 32;
/// How long a silent connection is kept.
const SILENCE: Duration = Duration::from_secs(60);

/// What answers the webhooks.
pub trait Engine: Send + Sync + 'static {
    /// Status of the ready webhook: 200 ready, 503 not yet, 500 give up.
    fn ready(&self) -> u16 {
        200
    }

    /// Works on one task.
    fn process(&self, task: Task) -> Answer;
}

impl<F: Fn(Task) -> Answer + Send + Sync + 'static> Engine for F {
    fn process(&self, task: Task) -> Answer {
        self(task)
    }
}

/// Serves the webhooks named in the environment, for ever. Returns only when the address cannot be listened on.
pub fn serve(engine: impl Engine) -> io::Error {
    let webhooks = Webhooks::from_env();
    let listener = match TcpListener::bind(&webhooks.address) {
        Ok(listener) => listener,
        Err(error) => return error,
    };
    println!("listening on {}", webhooks.address);
    accept(&listener, engine, webhooks)
}

/// A thread for each connection, for ever.
fn accept(listener: &TcpListener, engine: impl Engine, webhooks: Webhooks) -> ! {
    let shared = Arc::new((engine, webhooks));
    let open = Arc::new(AtomicUsize::new(0));
    loop {
        let Ok((stream, _)) = listener.accept() else { continue };
        if open.fetch_add(1, Ordering::SeqCst) >= CONNECTIONS {
            open.fetch_sub(1, Ordering::SeqCst);
            continue;
        }
        let (shared, open) = (Arc::clone(&shared), Arc::clone(&open));
        std::thread::spawn(move || {
            let (engine, webhooks) = &*shared;
            // A caller that breaks off is the caller's business.
            let _ = converse(engine, webhooks, stream);
            open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

fn converse(engine: &impl Engine, webhooks: &Webhooks, stream: TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(SILENCE))?;
    stream.set_nodelay(true)?;
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    while let Some(head) = Head::read(&mut reader)? {
        if head.says("expect", "100-continue") {
            writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let body = match head.body(&mut reader, BODY, false) {
            Ok(body) => body,
            Err(why) => return respond(&mut writer, Answer::Failed(413, why.to_string()), false),
        };
        let keep = !head.says("connection", "close");
        respond(&mut writer, answer(engine, webhooks, &head, &body), keep)?;
        if !keep {
            break;
        }
    }
    Ok(())
}

fn answer(engine: &impl Engine, webhooks: &Webhooks, head: &Head, body: &[u8]) -> Answer {
    let mut words = head.first.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default();
    match method {
        "GET" if path == webhooks.ready => Answer::Failed(engine.ready(), String::new()),
        "POST" if path == webhooks.process => {
            match form::read(head.field("content-type").unwrap_or_default(), body) {
                Some(task) => engine.process(task),
                None => Answer::Failed(400, "the request is no multipart form".into()),
            }
        }
        _ => Answer::Failed(404, "no such webhook".into()),
    }
}

fn respond(stream: &mut TcpStream, answer: Answer, keep: bool) -> io::Result<()> {
    let (status, kind, body) = answer.parts();
    let connection = if keep { "keep-alive" } else { "close" };
    let mut message =
        format!("HTTP/1.1 {status} {}\r\nconnection: {connection}\r\n", reason(status)).into_bytes();
    if status != 204 {
        message.extend(format!("content-type: {kind}\r\ncontent-length: {}\r\n", body.len()).bytes());
    }
    message.extend(b"\r\n");
    message.extend(body);
    stream.write_all(&message)
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        404 => "Not Found",
        400..500 => "Bad Request",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client;

    /// The URL of a server whose engine tells how many bytes it got.
    fn counting() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let engine = |task: Task| match task.chunk {
            Some(chunk) => Answer::Json(chunk.len().into()),
            None => Answer::Ignored,
        };
        let paths = Webhooks { address: String::new(), ready: "/ready".into(), process: "/process".into() };
        std::thread::spawn(move || accept(&listener, engine, paths));
        url
    }

    #[test]
    fn both_webhooks_answer_and_nothing_else_does() {
        let url = counting();
        assert_eq!(client::get(&format!("{url}/ready")).unwrap().status, 200);
        assert_eq!(client::get(&format!("{url}/process")).unwrap().status, 404);
        let form = [("content-type", "multipart/form-data; boundary=b")];
        let body = b"--b\r\ncontent-disposition: form-data; name=\"chunk\"\r\n\r\n12345\r\n--b--\r\n";
        let answer = client::post(&format!("{url}/process"), &form, body).unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (200, &b"5"[..]));
        assert_eq!(client::post(&format!("{url}/process"), &form, b"--b--\r\n").unwrap().status, 204);
        assert_eq!(client::post(&format!("{url}/process"), &[], b"{}").unwrap().status, 400);
    }
}
