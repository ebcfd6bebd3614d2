//! Downloads and uploads beside the API.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::house::{ADMIN, House, Service, engine};
use super::http::{Answer, Connection};
use super::repository::{Repository, digest};
use super::sample::{REPOSITORY, Sample};

fn client(service: &Service) -> Connection {
    let mut connection = Connection::to(service.address());
    let basic = BASE64_STANDARD.encode(format!("{}:{}", ADMIN.user, ADMIN.password));
    connection.authorization = Some(format!("Basic {basic}"));
    connection
}

fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

/// Waits until the first build of the sample engine has one of these statuses.
fn until(service: &Service, statuses: &[&str]) -> Value {
    loop {
        let builds = service.told(&["build", "list", "--format", "json"]);
        let builds: Value = serde_json::from_str(&builds).unwrap();
        match builds.get(0) {
            Some(build) if statuses.contains(&build["status"].as_str().unwrap()) => return build.clone(),
            _ => thread::yield_now(),
        }
    }
}

#[test]
fn a_push_is_followed_to_its_report_and_its_evidence() {
    let service = Service::start_in(House::with_demonstration_data(), &[]);
    let sample = Sample::of(&service);
    sample.register(&service);
    let mut repository = Repository::at(service.address(), REPOSITORY, Some(ADMIN)).unwrap();
    sample.push_blobs(&mut repository).unwrap();
    let manifest = sample.variant("followed");
    let pushed = repository.push_manifest("v1", &manifest).unwrap();
    let notice = pushed.header("warning").expect("the pusher is told where to look");
    let follow = format!("/v3/pushes/{REPOSITORY}@{}", digest(&manifest));
    assert!(notice.contains(&follow), "{notice}");
    let build = until(&service, &["approved", "disapproved"])["id"].as_str().unwrap().to_owned();
    let mut client = client(&service);
    let mut get = |target: &str| client.ask("GET", target, &[], b"").unwrap();
    let followed = json(&get(&follow));
    assert_eq!((&followed["state"], &followed["builds"][0]["id"]), (&"built".into(), &build.clone().into()));
    let report = get(&format!("/v3/builds/{build}/report.json"));
    assert_eq!(
        (json(&report)["verdict"].as_str(), report.header("content-type")),
        (Some("approved"), Some("application/json"))
    );
    let sarif = json(&get(&format!("/v3/builds/{build}/report.sarif")));
    assert_eq!(sarif["version"], "2.1.0");
    let junit = get(&format!("/v3/builds/{build}/report.junit.xml"));
    assert!(String::from_utf8(junit.body).unwrap().contains("<testsuites"));
    let listed = json(&get(&format!("/v3/builds/{build}/evidence")));
    let files: Vec<(&str, u64)> = listed["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| (file["file"].as_str().unwrap(), file["bytes"].as_u64().unwrap()))
        .collect();
    assert!(files.iter().any(|(name, _)| name.ends_with("/report.json")), "{listed}");
    for (name, bytes) in files {
        let file = get(&format!("/v3/builds/{build}/evidence/{name}"));
        assert_eq!((file.status, file.body.len() as u64), (200, bytes), "{name}");
        assert_eq!(file.header("content-disposition"), Some("attachment"), "{name}");
    }
    for out in
        ["../../records.db", "%2e%2e/%2e%2e/records.db", "..%2f..%2frecords.db", "%2fetc%2fpasswd", "none"]
    {
        assert_eq!(get(&format!("/v3/builds/{build}/evidence/{out}")).status, 404, "{out}");
    }
}

#[test]
fn an_archive_becomes_a_build() {
    let service = Service::start_in(House::with_demonstration_data(), &[]);
    let sample = Sample::of(&service);
    sample.register(&service);
    let archive =
        std::fs::read(service.house.path().join(engine::packed("keyword", &service.house))).unwrap();
    let id = sample.engine_manifest()["engineId"].as_str().unwrap().to_owned();
    let target = format!("/v3/engines/{id}/builds?name=keyword-1.0.tar");
    let made = client(&service).ask("POST", &target, &[], &archive).unwrap().expect(201).unwrap();
    assert_eq!(
        (json(&made)["number"].as_u64(), json(&made)["engineId"].as_str()),
        (Some(1), Some(id.as_str()))
    );
    let build = until(&service, &["approved", "disapproved", "invalid"]);
    assert_eq!(build["status"], "approved", "{build}");
    let left: Vec<_> = std::fs::read_dir(service.data().join("archives")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn an_archive_that_is_too_large_or_breaks_off_leaves_nothing() {
    let service = Service::start_in(House::new(), &["registry.blob_size=64KiB"]);
    let made = service.told(&[
        "engine",
        "create",
        "x",
        "--org",
        "1",
        "--category",
        "transcription",
        "--format",
        "json",
    ]);
    let made: Value = serde_json::from_str(&made).unwrap();
    let target = format!("/v3/engines/{}/builds", made["id"].as_str().unwrap());
    let mut client = client(&service);
    let answer = client.ask("POST", &target, &[], &vec![7; 65_537]).unwrap();
    assert_eq!((answer.status, &json(&answer)["errors"][0]["data"]["code"]), (413, &"too-large".into()));
    let mut stream = TcpStream::connect(service.address()).unwrap();
    stream.write_all(client.head("POST", &target, &[], 1000).as_bytes()).unwrap();
    stream.write_all(b"some").unwrap();
    let archives = || std::fs::read_dir(service.data().join("archives")).map_or(0, Iterator::count);
    while archives() == 0 {
        thread::yield_now();
    }
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    while archives() > 0 {
        thread::yield_now();
    }
    assert_eq!(service.told(&["build", "list", "--format", "json"]).trim(), "[]");
}
