//! A client that sends exactly what a test says.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// How a body is sent.
#[derive(Clone, Debug)]
pub(crate) enum Sent<'a> {
    Nothing,
    Whole(&'a [u8]),
    Chunked(Vec<&'a [u8]>),
    /// Announced longer than it is; the connection is closed after it.
    BrokenOff(&'a [u8]),
}

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    /// The code of the error body.
    pub(crate) fn code(&self) -> String {
        self.json()["errors"][0]["code"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?} {}", self.headers, String::from_utf8_lossy(&self.body));
        self
    }

    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Self {
        let reply = self.expect(status);
        assert_eq!(reply.code(), code, "{}", String::from_utf8_lossy(&reply.body));
        reply
    }

    /// Path and query of the `Location`.
    pub(crate) fn location(&self) -> String {
        let location = self.header("location").unwrap();
        assert!(location.starts_with("/v2/"), "relative, so that no proxy can spoil it: {location}");
        location.to_owned()
    }

    /// The address of the next page.
    pub(crate) fn next(&self) -> Option<String> {
        let (target, relation) = self.header("link")?.split_once('>').unwrap();
        assert_eq!(relation, "; rel=\"next\"");
        Some(target.trim_start_matches('<').to_owned())
    }
}

#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) address: SocketAddr,
    pub(crate) token: Option<&'static str>,
}

impl Client {
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Sent<'_>) -> Reply {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.write_all(self.head(method, path, headers, &body, "close").as_bytes()).unwrap();
        // The server may have answered and closed already.
        let _ = send_body(&mut stream, &body);
        if let Sent::BrokenOff(_) = body {
            stream.shutdown(std::net::Shutdown::Write).unwrap();
        }
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply);
        read_reply(&reply)
    }

    pub(crate) fn head(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Sent<'_>,
        end: &str,
    ) -> String {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: {end}\r\n", self.address);
        if let Some(token) = self.token {
            head.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        match body {
            Sent::Nothing if method == "GET" || method == "HEAD" => {}
            Sent::Nothing => head.push_str("Content-Length: 0\r\n"),
            Sent::Whole(bytes) => head.push_str(&format!("Content-Length: {}\r\n", bytes.len())),
            Sent::Chunked(_) => head.push_str("Transfer-Encoding: chunked\r\n"),
            Sent::BrokenOff(bytes) => head.push_str(&format!("Content-Length: {}\r\n", bytes.len() + 1000)),
        }
        head + "\r\n"
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], Sent::Nothing)
    }

    pub(crate) fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send("GET", path, headers, Sent::Nothing)
    }

    pub(crate) fn ask(&self, path: &str) -> Reply {
        self.send("HEAD", path, &[], Sent::Nothing)
    }

    pub(crate) fn post(&self, path: &str) -> Reply {
        self.send("POST", path, &[], Sent::Nothing)
    }

    pub(crate) fn patch(&self, path: &str, bytes: &[u8]) -> Reply {
        self.send("PATCH", path, &[], Sent::Whole(bytes))
    }

    pub(crate) fn patch_range(&self, path: &str, range: &str, bytes: &[u8]) -> Reply {
        self.send("PATCH", path, &[("Content-Range", range)], Sent::Whole(bytes))
    }

    pub(crate) fn put(&self, path: &str, bytes: &[u8]) -> Reply {
        self.send("PUT", path, &[], Sent::Whole(bytes))
    }

    pub(crate) fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, &[], Sent::Nothing)
    }

    /// Begins an upload.
    pub(crate) fn begin(&self, name: &str) -> String {
        self.post(&format!("/v2/{name}/blobs/uploads/")).expect(202).location()
    }

    /// Pushes a blob as most clients do: `POST`, `PATCH` without a range, `PUT` without a body.
    pub(crate) fn push_blob(&self, name: &str, bytes: &[u8]) -> String {
        let digest = digest(bytes);
        let session = self.begin(name);
        let session = self.send("PATCH", &session, &[], Sent::Chunked(vec![bytes])).expect(202).location();
        self.put(&format!("{session}?digest={digest}"), b"").expect(201);
        digest
    }

    pub(crate) fn put_manifest(&self, name: &str, reference: &str, media_type: &str, bytes: &[u8]) -> Reply {
        let path = format!("/v2/{name}/manifests/{reference}");
        self.send("PUT", &path, &[("Content-Type", media_type)], Sent::Whole(bytes))
    }
}

fn send_body(stream: &mut TcpStream, body: &Sent<'_>) -> std::io::Result<()> {
    match body {
        Sent::Nothing => Ok(()),
        Sent::Whole(bytes) | Sent::BrokenOff(bytes) => stream.write_all(bytes),
        Sent::Chunked(parts) => {
            for part in parts.iter().filter(|part| !part.is_empty()) {
                stream.write_all(format!("{:x}\r\n", part.len()).as_bytes())?;
                stream.write_all(part)?;
                stream.write_all(b"\r\n")?;
            }
            stream.write_all(b"0\r\n\r\n")
        }
    }
}

pub(crate) fn read_reply(bytes: &[u8]) -> Reply {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer");
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(':').unwrap();
        (name.to_ascii_lowercase(), value.trim().to_owned())
    });
    Reply { status, headers: headers.collect(), body: bytes[end + 4..].to_vec() }
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    format!("sha256:{}", hex(&sha2::Sha256::digest(bytes)))
}

pub(crate) fn digest512(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    format!("sha512:{}", hex(&sha2::Sha512::digest(bytes)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes that look random and are always the same.
pub(crate) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
