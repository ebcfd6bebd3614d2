//! The real service in a house of its own: started on a free port of the loopback, gone when dropped.
#![allow(dead_code, unreachable_pub, reason = "shared by tests and benchmark, each of which uses some of it")]

#[path = "../house/mod.rs"]
mod home;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

#[allow(unused_imports, reason = "as above")]
pub use home::{House, engine, good_manifest};

use super::repository::Login;

/// The first administrator.
pub const ADMIN: Login<'static> = Login { user: "admin@localhost", password: "correct horse battery staple" };
/// What the service says when it can be reached.
const LISTENING: &str = "listening on ";

/// A running service and the folder it works in.
pub struct Service {
    pub house: House,
    settings: Vec<String>,
    process: Child,
    address: SocketAddr,
    said: Said,
}

/// What the service wrote to its standard error so far.
type Said = Arc<Mutex<String>>;

impl Service {
    /// A new one.
    pub fn start() -> Self {
        Self::start_in(House::new(), &[])
    }

    /// One in a house at hand, with settings such as `work.intake=1`.
    pub fn start_in(house: House, settings: &[&str]) -> Self {
        let settings: Vec<String> = settings.iter().map(ToString::to_string).collect();
        let said = Said::default();
        let (process, address) = spawn(&house, &settings, &said);
        Self { house, settings, process, address, said }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.house.path().join("data")
    }

    /// What it said so far.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }

    /// Starts it again on what is there.
    pub fn start_again(&mut self) {
        (self.process, self.address) = spawn(&self.house, &self.settings, &self.said);
    }

    /// Starts it again with other settings.
    pub fn start_again_with(&mut self, settings: &[&str]) {
        self.settings = settings.iter().map(ToString::to_string).collect();
        self.start_again();
    }

    /// A new API key of the first administrator, good for these scopes.
    pub fn key(&self, scopes: &[&str]) -> String {
        let mut arguments = vec!["key", "create", ADMIN.user, "--name", "test", "--format", "json"];
        arguments.extend(scopes.iter().flat_map(|scope| ["--scope", scope]));
        let told: serde_json::Value = serde_json::from_str(&self.told(&arguments)).unwrap();
        told["text"].as_str().unwrap().to_owned()
    }

    /// What a command prints that works on the service's own data folder.
    pub fn told(&self, arguments: &[&str]) -> String {
        let output = self.house.assay(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", self.house.described(&output));
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if thread::panicking() {
            eprintln!("the service said:\n{}", self.said());
        }
    }
}

fn spawn(house: &House, settings: &[String], said: &Said) -> (Child, SocketAddr) {
    let mut process = Command::new(assert_cmd::cargo::cargo_bin("assay"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", house.path())
        .env("ASSAY_ADMIN_PASSWORD", ADMIN.password)
        .current_dir(house.path())
        .args(["serve", "--data", "data", "--listen", "127.0.0.1:0"])
        .args(settings.iter().flat_map(|setting| {
            // A setting, or a flag of its own.
            if setting.starts_with("--") { vec![setting.as_str()] } else { vec!["--set", setting] }
        }))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut words = BufReader::new(process.stderr.take().unwrap());
    let address = address(&mut words, said);
    let said = said.clone();
    thread::spawn(move || while listen(&mut words, &said).is_some() {});
    (process, address)
}

/// Reads on until the service names its address.
fn address(words: &mut BufReader<ChildStderr>, said: &Said) -> SocketAddr {
    while let Some(line) = listen(words, said) {
        let here = line.split_once(LISTENING).and_then(|(_, url)| url.split_once("://"));
        if let Some((_, address)) = here {
            return address.trim().parse().unwrap();
        }
    }
    panic!("the service did not start:\n{}", said.lock().unwrap());
}

/// The next line of what the service says.
fn listen(words: &mut BufReader<ChildStderr>, said: &Said) -> Option<String> {
    let mut line = String::new();
    let read = words.read_line(&mut line).unwrap_or(0);
    said.lock().unwrap().push_str(&line);
    (read > 0).then_some(line)
}
