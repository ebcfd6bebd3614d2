//! The way out, to a host that lives in a namespace of its own behind a cable that leads nowhere else.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use assay_core::run::{DeclaredHosts, NetworkMode};
use assay_sandbox::net::Dialer;

use crate::place::Place;
use crate::scene::Scene;

/// Dials from the supervisor's side of the cable.
struct FromSide {
    side: Place,
    names: BTreeMap<&'static str, IpAddr>,
}

impl Dialer for FromSide {
    fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.names.get(name).map(|address| vec![*address]).ok_or(io::ErrorKind::NotFound.into())
    }

    fn dial(&self, target: SocketAddr) -> io::Result<TcpStream> {
        self.side.dial(target)
    }
}

/// Serves the files of the working folder, and tells when it is ready by accepting connections.
fn serve(place: &Place, folder: &std::path::Path) -> std::process::Child {
    let mut server = std::process::Command::new("python3");
    server.args(["-u", "-m", "http.server", "--bind", "10.77.0.2", "8080"]).current_dir(folder);
    server.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
    let mut child = place.enter(|| server.spawn().unwrap());
    let mut line = String::new();
    io::BufRead::read_line(&mut io::BufReader::new(child.stdout.as_mut().unwrap()), &mut line).unwrap();
    assert!(line.contains("8080"), "{line}");
    child
}

#[test]
fn only_declared_hosts_are_reached() {
    let (Some(engine), Some(side), Some(remote)) = (Place::new(), Place::new(), Place::new()) else { return };
    side.join("10.77.0.1/24", &remote, "10.77.0.2/24");
    let folder = tempfile::tempdir().unwrap();
    let content: Vec<u8> = (0..3_000_000_u32).map(|number| (number % 251) as u8).collect();
    std::fs::write(folder.path().join("big.bin"), &content).unwrap();
    let mut server = serve(&remote, folder.path());
    let guarded = remote.enter(|| TcpListener::bind("10.77.0.2:8081").unwrap());
    guarded.set_nonblocking(true).unwrap();

    let remote_address: IpAddr = "10.77.0.2".parse().unwrap();
    let names = BTreeMap::from([
        ("files.example", remote_address),
        ("inner.example", "10.88.0.1".parse().unwrap()),
        ("meta.example", "169.254.169.254".parse().unwrap()),
    ]);
    let hosts = DeclaredHosts {
        names: vec![
            "files.example".into(),
            "inner.example".into(),
            "meta.example".into(),
            "gone.example".into(),
        ],
        exceptions: vec!["10.77.0.2".parse().unwrap()],
        ..DeclaredHosts::default()
    };
    let engine = Arc::new(engine);
    let dialer = Arc::new(FromSide { side, names });
    let scene = Scene::at(&engine, NetworkMode::Declared(hosts), Some(dialer));
    let curl = |arguments: &[&str]| {
        let fixed = ["-sS4", "--max-time", "10"];
        let output = engine.client("198.18.0.2", "curl", &[&fixed, arguments].concat());
        (output.status.code().unwrap(), output.stdout)
    };

    let (code, heard) = curl(&["http://FILES.example:8080/big.bin"]);
    assert_eq!(code, 0);
    assert!(heard == content);
    assert_eq!(curl(&["-H", "Host: evil.example", "http://files.example:8080/big.bin"]).0, 56, "reset");
    assert_eq!(curl(&["http://inner.example:8081/"]).0, 7, "refused");
    assert_eq!(curl(&["http://meta.example/"]).0, 7);
    assert_eq!(curl(&["http://gone.example/"]).0, 7);
    assert_eq!(curl(&["http://other.example/"]).0, 7);
    assert_eq!(curl(&["http://203.0.113.5/"]).0, 7);
    assert_eq!(
        curl(&["http://10.77.0.2:8081/"]).0,
        7,
        "the exception is for names, not for literal addresses"
    );
    let datagram = "
import socket
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.connect(('203.0.113.7', 443)); u.settimeout(5); u.send(b'x')
try: u.recv(1)
except ConnectionRefusedError: print('refused')";
    assert_eq!(engine.python("198.18.0.2", datagram), "refused");

    let outcome = scene.stop();
    server.kill().unwrap();
    server.wait().unwrap();
    outcome.assert_whole();
    assert_eq!(guarded.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock, "nobody knocked");
    let contacts: Vec<String> = outcome.told().into_iter().filter(|line| !line.starts_with("Dns")).collect();
    assert_eq!(
        contacts,
        [
            "Tcp 10.77.0.2 8081 Captured",
            "Tcp 10.88.0.1 8081 Withheld name=inner.example",
            "Tcp 169.254.169.254 80 Withheld name=meta.example",
            "Tcp 198.18.1.1 8080 Captured name=evil.example host=evil.example",
            "Tcp 198.18.1.1 8080 Proxied name=files.example host=files.example",
            "Tcp 198.18.1.4 80 Proxied name=gone.example",
            "Tcp 198.18.1.5 80 Captured name=other.example",
            "Tcp 203.0.113.5 80 Captured",
            "Udp 203.0.113.7 443 Captured",
        ]
    );
    let fetched = outcome.events.iter().find(|event| event.bytes_in > 3_000_000).unwrap();
    assert_eq!(fetched.name.as_deref(), Some("files.example"));
}
