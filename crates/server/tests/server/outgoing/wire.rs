//! A listener on this machine's loopback, plain or over TLS, with one thread that talks.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A conversation's other side.
pub(super) trait Line: Read + Write + Send {}
impl<T: Read + Write + Send> Line for T {}

/// A listener that talks with whoever connects, one after another, as often as it was asked to.
pub(super) struct Wire<T> {
    pub(super) address: SocketAddr,
    thread: JoinHandle<Vec<T>>,
}

impl<T: Send + 'static> Wire<T> {
    /// Talks `times` times.
    pub(super) fn listen(
        times: usize,
        tls: Option<Arc<ServerConfig>>,
        talk: impl Fn(&mut BufReader<Box<dyn Line>>) -> T + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let thread = std::thread::spawn(move || {
            (0..times)
                .map(|_| {
                    let (stream, _) = listener.accept().unwrap();
                    talk(&mut BufReader::new(line(stream, tls.as_ref())))
                })
                .collect()
        });
        Self { address, thread }
    }

    /// What all the conversations came to; waits for them.
    pub(super) fn heard(self) -> Vec<T> {
        self.thread.join().unwrap()
    }
}

fn line(stream: TcpStream, tls: Option<&Arc<ServerConfig>>) -> Box<dyn Line> {
    match tls {
        None => Box::new(stream),
        Some(config) => {
            let connection = ServerConnection::new(config.clone()).unwrap();
            Box::new(StreamOwned::new(connection, stream))
        }
    }
}

/// The next line without its end; nothing when the other side has gone.
pub(super) fn read_line(line: &mut BufReader<Box<dyn Line>>) -> Option<String> {
    let mut text = String::new();
    let read = line.read_line(&mut text).unwrap_or_default();
    (read > 0).then(|| text.trim_end_matches(['\r', '\n']).to_owned())
}

pub(super) fn say(line: &mut BufReader<Box<dyn Line>>, text: &str) {
    let line = line.get_mut();
    // Whoever was told enough may have hung up.
    let _ = line.write_all(text.as_bytes()).and_then(|()| line.flush());
}

/// TLS for `localhost` by an authority nobody knows, and the authority's certificate.
pub(super) fn tls() -> (Arc<ServerConfig>, Vec<u8>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    (Arc::new(config), certificate.to_vec())
}
