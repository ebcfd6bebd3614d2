//! A small registry on loopback: serves an OCI layout, asks for credentials if told to, and remembers who asked what.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};

use super::layout::sha256;

/// What the registry wants to see.
#[derive(Clone, PartialEq)]
pub enum Auth {
    Open,
    /// `user:secret` with every request.
    Basic,
    /// A token, given to anybody.
    Token,
    /// A token, given to `user:secret` only.
    TokenForUser,
}

/// How it behaves besides.
#[derive(Clone)]
pub struct Behaviour {
    pub auth: Auth,
    /// Blobs are redirected to this URL, with the digest behind it.
    pub blobs_at: Option<String>,
    /// The media type told for manifests instead of the right one.
    pub content_type: Option<String>,
    /// Every manifest request is answered with this status.
    pub status: Option<u16>,
    /// Blobs are cut to this many bytes while the length told stays.
    pub cut_blobs: Option<usize>,
    /// Blobs longer than this stop there: the sender is told, and nothing more comes.
    pub stall: Option<(usize, Sender<()>)>,
    /// Where tokens are said to be had, instead of here.
    pub realm: Option<String>,
}

impl Behaviour {
    pub fn asking(auth: Auth) -> Self {
        Self {
            auth,
            blobs_at: None,
            content_type: None,
            status: None,
            cut_blobs: None,
            stall: None,
            realm: None,
        }
    }
}

pub struct Registry {
    pub address: String,
    /// `PATH AUTHORIZATION` of every request.
    pub seen: Arc<Mutex<Vec<String>>>,
}

pub const TOKEN: &str = "Bearer good-token";
pub const USER: &str = "Basic dXNlcjpzZWNyZXQ=";

impl Registry {
    /// Serves the layout in `dir` as `acme/engine:latest` until the test ends.
    pub fn serve(dir: PathBuf, behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let server = Server { dir, behaviour, address: address.clone(), seen: Arc::clone(&seen) };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = server.clone();
                std::thread::spawn(move || server.talk(&stream));
            }
        });
        Self { address, seen }
    }

    pub fn reference(&self) -> String {
        format!("docker://{}/acme/engine:latest", self.address)
    }

    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

#[derive(Clone)]
struct Server {
    dir: PathBuf,
    behaviour: Behaviour,
    address: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn talk(&self, stream: &TcpStream) {
        let mut lines = BufReader::new(stream).lines();
        while let Some(Ok(request)) = lines.next() {
            let headers: Vec<String> =
                lines.by_ref().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let proof = headers.iter().find_map(|header| {
                let (name, value) = header.split_once(": ")?;
                name.eq_ignore_ascii_case("authorization").then(|| value.to_owned())
            });
            let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
            let proof = proof.unwrap_or_default();
            self.seen.lock().unwrap().push(format!("{path} {proof}"));
            self.answer(stream, &path, &proof);
        }
    }

    fn answer(&self, stream: &TcpStream, path: &str, proof: &str) {
        if path.starts_with("/token?") {
            let good = self.behaviour.auth != Auth::TokenForUser || proof == USER;
            let body = r#"{"token":"good-token"}"#;
            return if good { send(stream, 200, &[], body.as_bytes()) } else { send(stream, 401, &[], b"") };
        }
        let (wanted, challenge) = match self.behaviour.auth {
            Auth::Open => ("", String::new()),
            Auth::Basic => (USER, "Basic realm=\"here\"".to_owned()),
            Auth::Token | Auth::TokenForUser => {
                let realm = self.behaviour.realm.clone().unwrap_or(format!("http://{}/token", self.address));
                (
                    TOKEN,
                    format!(
                        "Bearer realm=\"{realm}\",service=\"here\",scope=\"repository:acme/engine:pull\""
                    ),
                )
            }
        };
        if proof != wanted {
            return send(stream, 401, &[("WWW-Authenticate", &challenge)], b"");
        }
        if let Some(version) = path.strip_prefix("/v2/acme/engine/manifests/") {
            self.manifest(stream, version);
        } else if let Some(digest) = path.strip_prefix("/v2/acme/engine/blobs/") {
            self.blob(stream, digest);
        } else {
            send(stream, 404, &[], b"");
        }
    }

    fn manifest(&self, stream: &TcpStream, version: &str) {
        if let Some(status) = self.behaviour.status {
            return send(stream, status, &[], b"");
        }
        let index = std::fs::read(self.dir.join("index.json")).unwrap();
        let index: serde_json::Value = serde_json::from_slice(&index).unwrap();
        let top = index["manifests"][0]["digest"].as_str().unwrap().to_owned();
        let digest = if version == "latest" { top } else { version.to_owned() };
        let Ok(bytes) = std::fs::read(self.dir.join("blobs").join(digest.replace(':', "/"))) else {
            return send(stream, 404, &[], b"");
        };
        let document: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let told = document["mediaType"].as_str().unwrap_or_default().to_owned();
        let told = self.behaviour.content_type.clone().unwrap_or(told);
        send(stream, 200, &[("Content-Type", &told), ("Docker-Content-Digest", &sha256(&bytes))], &bytes);
    }

    fn blob(&self, stream: &TcpStream, digest: &str) {
        if let Some(elsewhere) = &self.behaviour.blobs_at {
            return send(stream, 307, &[("Location", &format!("{elsewhere}{digest}"))], b"");
        }
        let Ok(bytes) = std::fs::read(self.dir.join("blobs").join(digest.replace(':', "/"))) else {
            return send(stream, 404, &[], b"");
        };
        if let Some((most, stalled)) = self.behaviour.stall.as_ref().filter(|(most, _)| bytes.len() > *most) {
            send_part(stream, &bytes, *most);
            let _ = stalled.send(());
            // Until the other side is gone.
            let _ = std::io::copy(&mut &*stream, &mut std::io::sink());
            return;
        }
        match self.behaviour.cut_blobs {
            None => send(stream, 200, &[], &bytes),
            Some(most) => {
                send_part(stream, &bytes, most);
                let _ = stream.shutdown(std::net::Shutdown::Both);
            }
        }
    }
}

fn send(mut stream: &TcpStream, status: u16, headers: &[(&str, &str)], body: &[u8]) {
    let mut head = format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    // The client may be gone already; that is its business.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

fn send_part(mut stream: &TcpStream, body: &[u8], most: usize) {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body[..most]));
}
