//! The two servers that are compared, each in a fresh folder.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::house::{ADMIN, House, Service};
use crate::process::Process;
use crate::repository::{Login, Repository};

/// Buckets so large that they never run empty: each request is counted as always, and none is turned away. Neither of
/// the two servers writes a line for each request.
pub const SETTINGS: [&str; 5] = [
    "log.level=warn",
    "limits.actor_rate=4000000",
    "limits.actor_burst=4000000",
    "limits.address_rate=4000000",
    "limits.address_burst=4000000",
];

/// One of the two, running.
pub enum Server {
    /// Debian's `docker-registry`, without authentication.
    Reference { process: Child, address: SocketAddr, _folder: TempDir },
    /// Ours, which wants a token for every request.
    Ours(Box<Service>),
}

impl Server {
    /// Starts the reference.
    pub fn reference() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let settings = folder.path().join("registry.yml");
        std::fs::write(&settings, configuration(&folder.path().display().to_string(), address)).unwrap();
        let mut command = Command::new("docker-registry");
        command.arg("serve").arg(&settings).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().expect("docker-registry is installed");
        while TcpStream::connect(address).is_err() {
            thread::sleep(Duration::from_millis(20));
        }
        Self::Reference { process, address, _folder: folder }
    }

    /// Starts ours.
    pub fn ours() -> Self {
        Self::Ours(Box::new(Service::start_in(House::with_demonstration_data(), &SETTINGS)))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        match self {
            Self::Reference { address, .. } => *address,
            Self::Ours(service) => service.address(),
        }
    }

    /// Who logs in there.
    pub fn login(&self) -> Option<Login<'static>> {
        match self {
            Self::Reference { .. } => None,
            Self::Ours(_) => Some(ADMIN),
        }
    }

    /// A new connection to one of its repositories.
    pub fn repository(&self, name: &str) -> Repository {
        Repository::at(self.address(), &format!("1/{name}"), self.login()).unwrap()
    }

    /// Its process.
    pub fn process(&self) -> Process {
        match self {
            Self::Reference { process, .. } => Process(process.id()),
            Self::Ours(service) => Process(service.pid()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Self::Reference { process, .. } = self {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// What Debian ships, with the folder and the port of its own and no log of each request.
fn configuration(folder: &str, address: SocketAddr) -> String {
    format!(
        r#"{{"version": "0.1", "log": {{"level": "error", "accesslog": {{"disabled": true}}}},
"storage": {{"cache": {{"blobdescriptor": "inmemory"}}, "filesystem": {{"rootdirectory": "{folder}"}},
"delete": {{"enabled": true}}}}, "http": {{"addr": "{address}", "secret": "bench"}}}}"#
    )
}
