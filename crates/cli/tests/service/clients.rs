//! The clients people have, for real: log in, push, pull, and what was pulled is what was pushed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::house::{ADMIN, Service, engine};
use super::repository::Repository;

/// How long docker's daemon may take to start.
const DAEMON: Duration = Duration::from_secs(60);

#[test]
fn docker_logs_in_tags_pushes_and_pulls() {
    let place = Place::new();
    let daemon = Daemon::start(&place);
    place.login_is_checked(&|password| {
        daemon.docker(&["login", "-u", ADMIN.user, "-p", password, &place.host()])
    });
    let reference = place.reference("docker");
    daemon.load("sample:latest", &place.image);
    daemon.told(&["tag", "sample:latest", &reference]);
    let id = daemon.told(&["image", "inspect", "--format", "{{.Id}}", &reference]);
    let pushed = daemon.told(&["push", &reference]);
    let digest = place.digest("docker");
    assert!(pushed.contains(&digest), "{digest}: {pushed}");
    daemon.told(&["image", "rm", "sample:latest", &reference]);
    daemon.told(&["pull", &reference]);
    assert_eq!(daemon.told(&["image", "inspect", "--format", "{{.Id}}", &reference]), id);
    let known = daemon.told(&["image", "inspect", "--format", "{{json .RepoDigests}}", &reference]);
    assert!(known.contains(&digest), "{digest}: {known}");
    containerd_pulls_and_pushes(&place, &daemon);
    daemon.told(&["logout", &place.host()]);
    daemon.refused(&["push", &reference]);
}

/// The library behind docker's newer ways to build and push, with docker's own daemon of it.
fn containerd_pulls_and_pushes(place: &Place, daemon: &Daemon) {
    let user = format!("{}:{}", ADMIN.user, place.key);
    let socket = daemon.folder.join("exec/containerd/containerd.sock").display().to_string();
    let ctr = |arguments: &[&str]| {
        place.ok("ctr", &[&["--address", &socket, "--namespace", "sample", "images"][..], arguments].concat())
    };
    let (from, to) = (place.reference("docker"), place.reference("ctr"));
    ctr(&["pull", "--plain-http", "--user", &user, "--snapshotter", "native", &from]);
    ctr(&["push", "--plain-http", "--user", &user, &to, &from]);
    assert_eq!(place.digest("ctr"), place.digest("docker"));
}

#[test]
fn skopeo_logs_in_pushes_and_pulls() {
    let place = Place::new();
    place.login_is_checked(&|password| place.login("skopeo", password));
    let image = format!("oci-archive:{}", place.image.display());
    let remote = format!("docker://{}", place.reference("skopeo"));
    place.ok("skopeo", &["copy", "--dest-tls-verify=false", "--digestfile=pushed", &image, &remote]);
    let digest = place.file("pushed");
    assert_eq!(place.digest("skopeo"), digest);
    place.ok("skopeo", &["copy", "--src-tls-verify=false", "--digestfile=pulled", &remote, "oci:copy"]);
    assert_eq!(place.file("pulled"), digest);
    let inspect = ["inspect", "--tls-verify=false", "--format={{.Digest}} {{.RepoTags}}", &remote];
    assert_eq!(place.ok("skopeo", &inspect).trim(), format!("{digest} [skopeo]"));
    place.ok("skopeo", &["logout", &place.host()]);
    place.refused("skopeo", &["copy", "--src-tls-verify=false", &remote, "oci:other"]);
}

#[test]
fn buildah_logs_in_pushes_and_pulls() {
    let place = Place::new();
    let buildah = |arguments: &[&str]| place.ok("buildah", &[&STORAGE, arguments].concat()).trim().to_owned();
    place.login_is_checked(&|password| place.login("buildah", password));
    let id = buildah(&["pull", "--quiet", &format!("oci-archive:{}", place.image.display())]);
    let remote = format!("docker://{}", place.reference("buildah"));
    buildah(&["push", "--quiet", "--tls-verify=false", "--digestfile=pushed", &id, &remote]);
    let digest = place.file("pushed");
    assert_eq!(place.digest("buildah"), digest);
    buildah(&["rmi", &id]);
    assert_eq!(buildah(&["pull", "--quiet", "--tls-verify=false", &remote]), id);
    let known = buildah(&["inspect", "--type=image", "--format={{.FromImageDigest}}", &id]);
    assert_eq!(known, digest);
}

#[test]
fn podman_logs_in_pushes_and_pulls() {
    let place = Place::new();
    let storage = [&STORAGE[..], &["--cgroup-manager=cgroupfs", "--events-backend=file"]].concat();
    let podman = |arguments: &[&str]| place.ok("podman", &[&storage, arguments].concat()).trim().to_owned();
    place.login_is_checked(&|password| place.login("podman", password));
    let id = podman(&["pull", "--quiet", &format!("oci-archive:{}", place.image.display())]);
    let reference = place.reference("podman");
    podman(&["tag", &id, &reference]);
    podman(&["push", "--quiet", "--tls-verify=false", "--digestfile=pushed", &reference]);
    let digest = place.file("pushed");
    assert_eq!(place.digest("podman"), digest);
    podman(&["rmi", "--force", &id]);
    assert_eq!(podman(&["pull", "--quiet", "--tls-verify=false", &reference]), id);
    assert_eq!(podman(&["image", "inspect", "--format={{.Digest}}", &reference]), digest);
}

/// Storage of buildah and podman in the place's own folder, by plain copies: no kernel feature is asked for.
const STORAGE: [&str; 3] = ["--root=storage", "--runroot=running", "--storage-driver=vfs"];

/// A running service, a sample image, and a folder that clients take for their home.
struct Place {
    service: Service,
    image: PathBuf,
    /// An API key of the administrator.
    key: String,
}

impl Place {
    fn new() -> Self {
        let service = Service::start();
        let image = service.house.path().join(engine::packed("keyword", &service.house));
        let trusting = r#"{"default": [{"type": "insecureAcceptAnything"}]}"#;
        service.house.file(".config/containers/policy.json", trusting);
        let key = service.key(&["pull", "push"]);
        Self { service, image, key }
    }

    fn folder(&self) -> &Path {
        self.service.house.path()
    }

    fn host(&self) -> String {
        self.service.address().to_string()
    }

    fn reference(&self, tag: &str) -> String {
        format!("{}/1/keyword:{tag}", self.host())
    }

    fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder().join(name)).unwrap()
    }

    /// A client's program in the home, knowing nothing of the machine's settings.
    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder())
            .env("XDG_RUNTIME_DIR", self.folder())
            .env("REGISTRY_AUTH_FILE", self.folder().join("auth.json"))
            .current_dir(self.folder())
            .stdin(Stdio::null());
        command
    }

    /// What a client prints when all goes well.
    fn ok(&self, program: &str, arguments: &[&str]) -> String {
        told(&self.client(program).args(arguments).output().unwrap(), arguments)
    }

    /// Fails when a client is not refused for want of rights.
    fn refused(&self, program: &str, arguments: &[&str]) {
        assert_refused(&self.client(program).args(arguments).output().unwrap());
    }

    /// Login as skopeo, buildah and podman spell it.
    fn login(&self, program: &str, password: &str) -> Output {
        let arguments = ["login", "--tls-verify=false", "-u", ADMIN.user, "-p", password, &self.host()];
        self.client(program).args(arguments).output().unwrap()
    }

    /// A wrong password is refused; the right one is taken, and so is an API key, which is then the login that stays.
    fn login_is_checked(&self, login: &dyn Fn(&str) -> Output) {
        assert_refused(&login("not the password"));
        told(&login(ADMIN.password), &["login"]);
        assert_refused(&login(&format!("{}x", self.key)));
        told(&login(&self.key), &["login"]);
    }

    /// What the registry itself says a tag names.
    fn digest(&self, tag: &str) -> String {
        let mut repository = Repository::at(self.service.address(), "1/keyword", Some(ADMIN)).unwrap();
        repository.digest_of_tag(tag).unwrap().expect("the tag is there")
    }
}

fn told(output: &Output, arguments: &[&str]) -> String {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {error}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn assert_refused(output: &Output) {
    let error = String::from_utf8_lossy(&output.stderr).to_lowercase();
    let words =
        ["unauthorized", "authentication required", "invalid username/password", "credentials", "denied"];
    let why = words.iter().any(|word| error.contains(word));
    assert!(!output.status.success() && why, "{}: {error}", output.status);
}

/// Docker's daemon with folders of its own and no network for containers; it starts none.
struct Daemon<'a> {
    place: &'a Place,
    folder: PathBuf,
    process: Child,
}

impl<'a> Daemon<'a> {
    fn start(place: &'a Place) -> Self {
        let folder = place.folder().join("docker");
        std::fs::create_dir(&folder).unwrap();
        let told = std::fs::File::create(folder.join("log")).unwrap();
        let at = |flag: &str, name: &str| format!("{flag}{}", folder.join(name).display());
        let process = place
            .client("dockerd")
            .args([at("--data-root=", "data"), at("--exec-root=", "exec"), at("--pidfile=", "pid")])
            .args(["--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false"])
            .args(["--ip-masq=false", "--storage-driver=vfs", &at("--host=unix://", "socket")])
            .stdout(Stdio::null())
            .stderr(told)
            .spawn()
            .unwrap();
        let mut daemon = Self { place, folder, process };
        let begun = Instant::now();
        while !daemon.docker(&["version"]).status.success() {
            let runs = daemon.process.try_wait().unwrap().is_none();
            assert!(runs && begun.elapsed() < DAEMON, "{}", place.file("docker/log"));
            thread::sleep(Duration::from_millis(50));
        }
        daemon
    }

    fn docker(&self, arguments: &[&str]) -> Output {
        let socket = format!("unix://{}", self.folder.join("socket").display());
        let mut docker = self.place.client("docker");
        docker.args(["--host", &socket]).args(arguments).output().unwrap()
    }

    fn told(&self, arguments: &[&str]) -> String {
        told(&self.docker(arguments), arguments)
    }

    fn refused(&self, arguments: &[&str]) {
        assert_refused(&self.docker(arguments));
    }

    /// Loads an image in docker's own form of archive.
    fn load(&self, name: &str, image: &Path) {
        let from = format!("oci-archive:{}", image.display());
        self.place.ok("skopeo", &["copy", &from, &format!("docker-archive:docker/image.tar:{name}")]);
        self.told(&["load", "--input", &self.place.folder().join("docker/image.tar").display().to_string()]);
    }
}

impl Drop for Daemon<'_> {
    /// Asked to end, it takes its own containerd along.
    fn drop(&mut self) {
        let pid = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw);
        let _ = pid.map(|pid| kill_process(pid, Signal::TERM));
        let _ = self.process.wait();
    }
}
