//! Running the service: its configuration, its front door, its end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::house::{ADMIN, House, Service};
use super::http::{Answer, Connection};
use super::repository::Repository;
use super::sample::{REPOSITORY, Sample};

/// How long anything that must end is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

fn get(service: &Service, target: &str, headers: &[(&str, &str)]) -> Answer {
    Connection::to(service.address()).ask("GET", target, headers, b"").unwrap()
}

fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

fn signal(service: &Service, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(service.pid()).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn mistakes_in_the_configuration_are_told_each_at_its_place() {
    let house = House::new();
    house.file(
        "assay.toml",
        "[server]\nlisten = \"somewhere\"\nlissten = \"127.0.0.1:1\"\n\n[tlss]\ncert = 5\n\n[mail]\npassword = 5\n",
    );
    let output = house.assay(&["config", "check", "assay.toml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = told(&output);
    for line in [
        "assay.toml:2:10: the value of `listen`, \"somewhere\", is not an address with a port",
        "assay.toml:3:1: there is no setting `lissten` in `[server]`; did you mean `listen`?",
        "assay.toml:5:2: there is no section `tlss`; did you mean `tls`?",
        "assay.toml:9:12: the value of `password` is not in quotes",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    house.file("broken.toml", "[server\n");
    let output = house.assay(&["config", "check", "broken.toml"]).output().unwrap();
    assert!(output.status.code() == Some(2) && self::told(&output).contains("broken.toml:1:"), "{output:?}");
    let output = house.assay(&["serve", "--set", "limits.grase=1s"]).output().unwrap();
    assert!(self::told(&output).contains("did you mean `limits.grace`?"), "{output:?}");
    let mut serve = house.assay(&["serve"]);
    let output = serve.env("ASSAY_LIMITS_GRACE", "soon").output().unwrap();
    assert!(self::told(&output).contains("ASSAY_LIMITS_GRACE: `soon` is not a length of time"), "{output:?}");
    let output = house.assay(&["serve", "--set", "tls.cert=x.pem"]).output().unwrap();
    assert!(self::told(&output).contains("`tls.cert` and `tls.key` go together"), "{output:?}");
}

#[test]
fn settings_are_shown_with_their_sources_and_secrets_are_not() {
    let house = House::new();
    house.file(
        "data/assay.toml",
        "[mail]\nuser = \"post\"\npassword = \"open sesame\"\n[limits]\ngrace = \"5s\"\n",
    );
    let mut show = house.assay(&["config", "show", "--sources", "--set", "log.level=warn"]);
    let output = show
        .env("ASSAY_METRICS_TOKEN", "hush hush")
        .env("ASSAY_LIMITS_GRACE", "6s")
        .env("ASSAY_SERVER_TRUSTED_PROXIES", "10.0.0.0/8,::1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let shown = String::from_utf8(output.stdout).unwrap();
    let line =
        |name: &str| shown.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{shown}"));
    assert!(line("grace = \"6s\"").ends_with("# environment ASSAY_LIMITS_GRACE"));
    assert!(line("level = \"warn\"").ends_with("# flag --set"));
    assert!(line("user = \"post\"").contains("assay.toml:2:8"));
    assert!(line("trusted_proxies = [\"10.0.0.0/8\", \"::1\"]").contains("environment"));
    assert!(line("# password = \"********\"").contains("assay.toml:3:12"));
    assert!(line("connections = ").ends_with("# built in"));
    assert!(!shown.contains("sesame") && !shown.contains("hush"), "{shown}");
    // What is shown is a configuration itself.
    house.file("again.toml", &shown);
    house.assay(&["config", "check", "again.toml"]).env("ASSAY_MAIL_PASSWORD", "again").assert().success();
}

#[test]
fn the_service_tells_how_it_is() {
    let service = Service::start_in(House::new(), &["metrics.token=figures"]);
    assert_eq!(json(&get(&service, "/healthz", &[])), serde_json::json!({ "alive": true }));
    let parts = json(&get(&service, "/readyz", &[]))["parts"].clone();
    let names: Vec<_> = parts.as_array().unwrap().iter().map(|part| part["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["database", "disk", "workers", "sandbox"]);
    for part in &parts.as_array().unwrap()[..3] {
        assert_eq!(part["ready"], true, "{part}");
    }
    let page = get(&service, "/metrics", &[]);
    let text = String::from_utf8(page.body.clone()).unwrap();
    assert!(page.header("content-type").unwrap().starts_with("application/openmetrics-text"));
    assert!(text.ends_with("# EOF\n"));
    for family in [
        "assay_http_requests_total{route=\"/healthz\",method=\"GET\",status=\"200\"} 1",
        "assay_http_request_duration_seconds_count{route=\"/readyz\"} 1",
        "assay_disk_free_bytes ",
        "assay_workers ",
        "assay_registry_upload_sessions 0",
    ] {
        assert!(text.contains(family), "{family}\n{text}");
    }
    let from_afar = ("x-forwarded-for", "203.0.113.9");
    assert_eq!(get(&service, "/metrics", &[from_afar]).status, 404);
    assert_eq!(get(&service, "/metrics", &[from_afar, ("authorization", "Bearer wrong")]).status, 404);
    assert_eq!(get(&service, "/metrics", &[from_afar, ("authorization", "Bearer figures")]).status, 200);
}

#[test]
fn certifications_are_counted_by_their_verdict() {
    let service = Service::start_in(House::with_demonstration_data(), &[]);
    let sample = Sample::of(&service);
    sample.register(&service);
    let mut repository = Repository::at(service.address(), REPOSITORY, Some(ADMIN)).unwrap();
    sample.push_blobs(&mut repository).unwrap();
    repository.push_manifest("v1", &sample.variant("counted")).unwrap();
    while !service.told(&["build", "list"]).contains("approved") {
        thread::yield_now();
    }
    let page = String::from_utf8(get(&service, "/metrics", &[]).body).unwrap();
    for figure in [
        "assay_certification_duration_seconds_count{verdict=\"approved\"} 1",
        "assay_work{kind=\"certification\",state=\"done\"} 1",
        "assay_advisories_age_seconds ",
        "assay_registry_uploads_total ",
    ] {
        assert!(page.contains(figure), "{figure}\n{page}");
    }
}

#[test]
fn metrics_can_have_a_listener_of_their_own() {
    let service = Service::start_in(House::new(), &["metrics.listen=127.0.0.1:0"]);
    assert_eq!(get(&service, "/metrics", &[]).status, 404);
    let said = service.said();
    let address = said.lines().find_map(|line| line.strip_prefix("metrics on http://")).unwrap();
    let address = address.trim_end_matches("/metrics").parse().unwrap();
    let page = Connection::to(address).ask("GET", "/metrics", &[], b"").unwrap();
    assert_eq!(page.status, 200);
    assert_eq!(Connection::to(address).ask("GET", "/v2/", &[], b"").unwrap().status, 404);
}

#[test]
fn a_data_folder_without_room_is_not_ready() {
    let service = Service::start_in(House::new(), &["registry.keep_free=1000000TiB"]);
    let answer = get(&service, "/readyz", &[]);
    let disk = json(&answer)["parts"].as_array().unwrap().iter().find(|part| part["name"] == "disk").cloned();
    assert_eq!((answer.status, &disk.unwrap()["ready"]), (503, &false.into()));
}

#[test]
fn who_asks_too_often_is_told_when_to_come_back() {
    let service = Service::start_in(House::new(), &["limits.address_rate=1", "limits.address_burst=2"]);
    let mut connection = Connection::to(service.address());
    let mut ask = |target: &str| connection.ask("GET", target, &[], b"").unwrap();
    // A second holds more requests than one a second allows.
    let refused = |ask: &mut dyn FnMut(&str) -> Answer, target: &str| {
        (0..1000).map(|_| ask(target)).find(|answer| answer.status == 429).expect("it is one too many")
    };
    let answer = refused(&mut ask, "/v2/");
    assert_eq!(json(&answer)["errors"][0]["code"], "TOOMANYREQUESTS");
    assert_eq!(answer.header("retry-after"), Some("1"));
    let answer = refused(&mut ask, "/v3/pushes/x");
    assert_eq!(json(&answer)["errors"][0]["name"], "rate_limited");
    assert!((0..100).all(|_| ask("/healthz").status == 200), "health checks are not counted");
}

#[test]
fn a_user_has_an_allowance_too() {
    let service = Service::start_in(House::new(), &["limits.actor_rate=1", "limits.actor_burst=3"]);
    let mut repository = Repository::at(service.address(), "1/x", Some(ADMIN)).unwrap();
    let mut ask = || repository.connection.ask("GET", "/v2/1/x/tags/list", &[], b"").unwrap();
    let refused = (0..1000).map(|_| ask()).find(|answer| answer.status == 429).expect("it is one too many");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(get(&service, "/v2/", &[]).status, 401, "others are not held back");
}

#[test]
fn requests_are_named_and_answers_are_guarded() {
    let service = Service::start();
    let answer = get(&service, "/nowhere", &[("x-request-id", "my-request.1")]);
    assert_eq!((answer.status, answer.header("x-request-id")), (404, Some("my-request.1")));
    assert_eq!(json(&answer)["errors"][0]["name"], "not_found");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cache-control", "no-store"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ] {
        assert_eq!(answer.header(name), Some(value));
    }
    let made = get(&service, "/nowhere", &[("x-request-id", "two words")]);
    assert_eq!(made.header("x-request-id").map(str::len), Some(32), "a name fit for forging is replaced");
    let mut connection = Connection::to(service.address());
    assert_eq!(connection.ask("DELETE", "/healthz", &[], b"").unwrap().status, 405);
    let large = vec![b' '; 100_000];
    let answer = connection.ask("POST", "/token", &[], &large).unwrap();
    let error = &json(&answer)["errors"][0];
    assert_eq!((answer.status, &error["data"]["limitInBytes"]), (413, &65_536.into()));
    assert_eq!((&error["name"], &error["data"]["requestSize"]), (&"invalid_input".into(), &"100000".into()));
}

#[test]
fn the_log_names_requests_and_keeps_secrets() {
    let service = Service::start_in(House::new(), &["log.format=json", "log.level=trace"]);
    let mut repository = Repository::at(service.address(), "1/x", Some(ADMIN)).unwrap();
    repository.connection.ask("GET", "/v2/1/x/tags/list", &[("x-request-id", "named")], b"").unwrap();
    get(&service, "/token?service=assay&account=eve&password=in-a-query", &[]);
    let token = repository.connection.authorization.unwrap().replace("Bearer ", "");
    let said = service.said();
    assert!(
        !said.contains(&token) && !said.contains(ADMIN.password) && !said.contains("in-a-query"),
        "{said}"
    );
    let lines = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let line = lines.into_iter().find(|line| line["span"]["id"] == "named" && line["status"] == 404);
    let line = line.unwrap_or_else(|| panic!("{said}"));
    assert_eq!((&line["span"]["actor"], &line["span"]["org"]), (&ADMIN.user.into(), &1.into()));
}

#[test]
fn slow_clients_are_left() {
    let service =
        Service::start_in(House::new(), &["limits.header_timeout=200ms", "limits.body_timeout=200ms"]);
    let open = |bytes: &[u8]| {
        let mut stream = TcpStream::connect(service.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8(answer).unwrap()
    };
    open(b"");
    open(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow:");
    let kept_open = open(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(kept_open.starts_with("HTTP/1.1 200"), "{kept_open}");
    let half = open(b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ngrant");
    assert!(!half.starts_with("HTTP/1.1 200"), "{half}");
}

#[test]
fn one_service_has_the_data_folder_and_commands_work_beside_it() {
    let service = Service::start();
    let output = service.house.assay(&["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    let told = told(&output);
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains("error[already-serving]") && told.contains(&service.pid().to_string()), "{told}");
    assert!(service.told(&["user", "list"]).contains(ADMIN.user));
}

#[test]
fn the_first_password_is_made_up_and_printed_once() {
    let house = House::new();
    let start = || {
        let mut process = Command::new(assert_cmd::cargo::cargo_bin("assay"))
            .env_clear()
            .env("HOME", house.path())
            .args(["serve", "--listen", "127.0.0.1:0", "--data", "data"])
            .current_dir(house.path())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines().map(Result::unwrap);
        let said: Vec<String> = lines.take_while(|line| !line.starts_with("listening")).collect();
        process.kill().unwrap();
        process.wait().unwrap();
        said.join("\n")
    };
    let first = start();
    let password = first.split("shown this once: ").nth(1).unwrap_or_else(|| panic!("{first}"));
    assert!(password.lines().next().unwrap().len() >= 16, "{first}");
    assert!(!start().contains("password"));
}

#[test]
fn the_end_waits_for_what_is_under_way() {
    let mut service = Service::start_in(House::new(), &["limits.grace=60s"]);
    let mut repository = Repository::at(service.address(), "1/x", Some(ADMIN)).unwrap();
    let upload = repository.open_upload().unwrap();
    let headers = [("Content-Type", "application/octet-stream")];
    let head = repository.connection.head("PATCH", &upload, &headers, 10);
    let mut stream = TcpStream::connect(service.address()).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(b"01234").unwrap();
    let mut connection = Connection::to(service.address());
    connection.ask("GET", "/healthz", &[], b"").unwrap();
    signal(&service, Signal::TERM);
    while TcpStream::connect(service.address()).is_ok() {
        thread::yield_now();
    }
    stream.write_all(b"56789").unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    assert_eq!(service.wait().code(), Some(0));
}

#[test]
fn a_second_signal_ends_at_once() {
    let mut service = Service::start_in(House::new(), &["limits.grace=1h"]);
    let mut repository = Repository::at(service.address(), "1/x", Some(ADMIN)).unwrap();
    let upload = repository.open_upload().unwrap();
    let head = repository.connection.head("PATCH", &upload, &[], 10);
    let mut stream = TcpStream::connect(service.address()).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    signal(&service, Signal::TERM);
    while !service.said().contains("ask again to end at once") {
        thread::yield_now();
    }
    signal(&service, Signal::INT);
    assert_eq!(service.wait().code(), Some(130));
}

/// Certificates for `localhost` by an authority made for this test: names of chain, key and the authority's own.
fn certificates(house: &House, name: &str) -> [String; 3] {
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.distinguished_name.push(rcgen::DnType::CommonName, format!("authority of the {name} chain"));
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let root = authority.self_signed(&authority_key).unwrap();
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    house.file("chain.pem", leaf.pem());
    house.file("key.pem", key.serialize_pem());
    let root = house.file(&format!("{name}.pem"), root.pem());
    ["chain.pem".into(), "key.pem".into(), root.display().to_string()]
}

#[test]
fn tls_is_spoken_with_the_certificates_given_and_with_new_ones_when_told() {
    let house = House::new();
    let [chain, key, root] = certificates(&house, "first");
    let settings = [format!("tls.cert={chain}"), format!("tls.key={key}")];
    let service = Service::start_in(house, &[&settings[0], &settings[1]]);
    let url = format!("https://localhost:{}/healthz", service.address().port());
    let curl = |root: &str, flags: &[&str]| {
        let mut curl = Command::new("curl");
        curl.args([
            "--silent",
            "--show-error",
            "--noproxy",
            "*",
            "--cacert",
            root,
            "--write-out",
            "%{http_version} %header{strict-transport-security}",
            "--output",
            "/dev/null",
        ]);
        curl.args(flags).arg(&url).output().unwrap()
    };
    let version = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let modern = curl(&root, &["--http2"]);
    assert!(version(&modern).starts_with("2"), "{modern:?}");
    let plain = curl(&root, &["--http1.1"]);
    assert_eq!(version(&plain).split(' ').next(), Some("1.1"), "{plain:?}");
    let old = curl(&root, &["--tls-max", "1.1"]);
    assert!(!old.status.success(), "TLS 1.1 is over");
    let [.., second] = certificates(&service.house, "second");
    assert!(!curl(&second, &[]).status.success(), "the old chain is in use still");
    signal(&service, Signal::HUP);
    while !service.said().contains("certificates read again") {
        thread::yield_now();
    }
    assert!(curl(&second, &[]).status.success());
    service.house.file("key.pem", "no key");
    signal(&service, Signal::HUP);
    while !service.said().contains("the certificates in use stay") {
        thread::yield_now();
    }
    assert!(curl(&second, &[]).status.success());
}

#[test]
fn traces_go_to_the_collector_that_is_named() {
    let collector = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("traces.endpoint=http://{}", collector.local_addr().unwrap());
    let mut service = Service::start_in(House::new(), &[&endpoint, "traces.header=x-key: hush"]);
    let heard = thread::spawn(move || {
        let (mut stream, _) = collector.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            reader.read_line(&mut head).unwrap();
        }
        let head = head.to_lowercase();
        let length = head.split("content-length: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
        (head, String::from_utf8_lossy(&body).into_owned())
    });
    get(&service, "/v2/", &[("x-request-id", "traced-request")]);
    signal(&service, Signal::TERM);
    assert_eq!(service.wait().code(), Some(0));
    let (head, body) = heard.join().unwrap();
    assert!(head.starts_with("post /v1/traces ") && head.contains("x-key: hush"), "{head}");
    assert!(body.contains("traced-request") && body.contains("assay"), "{body}");
}
