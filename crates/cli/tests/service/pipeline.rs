//! From push to deployment with a real engine in the real sandbox, also when the service is killed on the way.
#![allow(clippy::disallowed_methods, reason = "other processes are waited for by the machine's own clock")]

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::house::{ADMIN, House, Service};
use super::repository::{Repository, digest};
use super::sample::{REPOSITORY, Sample};

/// How long anything that must happen is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// The build of all the tests here.
const BUILD: &str = "1/keyword#1";

/// A service that knows the sample engine, with these settings.
fn service(settings: &[&str]) -> (Service, Sample) {
    let service = Service::start_in(House::with_demonstration_data(), settings);
    let sample = Sample::of(&service);
    sample.register(&service);
    (service, sample)
}

fn push(service: &Service, sample: &Sample) -> String {
    let mut repository = Repository::at(service.address(), REPOSITORY, Some(ADMIN)).unwrap();
    sample.push_blobs(&mut repository).unwrap();
    let manifest = sample.variant("1");
    repository.push_manifest("v1", &manifest).unwrap();
    digest(&manifest)
}

fn asked(service: &Service, arguments: &[&str]) -> Value {
    serde_json::from_str(&service.told(&[arguments, &["--format", "json"]].concat())).unwrap()
}

fn builds(service: &Service) -> Vec<Value> {
    asked(service, &["build", "list"]).as_array().unwrap().clone()
}

/// Waits until the one build there is has this status.
fn until(service: &Service, status: &str) -> Value {
    let begun = Instant::now();
    loop {
        let builds = builds(service);
        assert!(builds.len() <= 1, "{builds:?}");
        match builds.first() {
            Some(build) if build["status"] == status => return build.clone(),
            other => assert!(begun.elapsed() < PATIENCE, "{other:?} is not {status}: {}", service.said()),
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Names of the build's events, oldest first.
fn events(service: &Service) -> Vec<String> {
    let told = asked(service, &["build", "events", BUILD]);
    let events = told["events"].as_array().unwrap_or_else(|| panic!("{told}"));
    events.iter().map(|event| event["name"].as_str().unwrap().to_owned()).collect()
}

/// What happens to a build that goes all the way, each thing once.
const WAY: [&str; 9] = [
    "EngineBuildUpload",
    "EngineBuildManifestProcessing",
    "EngineBuildManifestProcessed",
    "EngineBuildSubmit",
    "EngineBuildVulnerabilityChecked",
    "EngineBuildTestReportDone",
    "EngineBuildApproved",
    "EngineBuildDeploy",
    "engineBuildDeploySuccess",
];

fn layouts(service: &Service) -> Vec<PathBuf> {
    let folders = |folder: PathBuf| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten();
        entries.map(|entry| entry.unwrap().path()).filter(|path| !path.ends_with("aside")).collect()
    };
    folders(service.data().join("runtime")).into_iter().flat_map(folders).collect()
}

/// Nothing half-made is left.
fn assert_tidy(service: &Service) {
    for folder in ["evidence/aside", "runtime/aside", "images/staging"] {
        let entries = fs::read_dir(service.data().join(folder)).into_iter().flatten();
        assert_eq!(entries.count(), 0, "{folder}");
    }
}

#[test]
fn an_engine_goes_from_push_into_service_and_is_judged_as_on_a_laptop() {
    let (service, sample) = service(&[]);
    let pushed = push(&service, &sample);
    until(&service, "approved");
    service.told(&["build", "deploy", BUILD]);
    let build = until(&service, "deployed");
    assert_eq!(build["digest"], pushed.as_str());
    assert_eq!(events(&service), WAY);
    assert_tidy(&service);

    let [layout] = &layouts(&service)[..] else { panic!("one image is in service") };
    let certified = |image: &str| -> Value {
        let output =
            service.house.assay(&["certify", image, "--format", "json", "--quiet"]).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let laptop = certified(layout.to_str().unwrap());
    assert_eq!(
        laptop["subject"]["digest"],
        pushed.as_str(),
        "the image in service is the one that was pushed"
    );
    let report: Value = serde_json::from_str(&service.told(&["build", "report", BUILD])).unwrap();
    for key in ["verdict", "reasons", "errors", "policy", "effectiveManifest", "manifest", "vulnerabilities"]
    {
        assert_eq!(report[key], laptop[key], "{key}");
    }
    let found = |report: &Value| -> Vec<(Value, Value)> {
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(|one| (one["code"].clone(), one["effect"].clone())).collect()
    };
    assert_eq!(found(&report), found(&laptop));
    assert_eq!((report["user"].as_str(), report["image"].as_str()), (Some(ADMIN.user), Some("1/keyword:v1")));
    let bundle = service.data().join("evidence").join(build["id"].as_str().unwrap());
    let [attempt] = &fs::read_dir(bundle).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>()[..]
    else {
        panic!("one attempt left its evidence")
    };
    for file in ["report.json", "report.sarif", "report.junit.xml", "manifest.json", "run/network.pcap"] {
        assert!(attempt.join(file).is_file(), "{file}");
    }
}

/// Killed at `place`, and started again: the build comes to the same end, by the same way, once.
fn survives_death_at(place: &str) {
    let (mut service, sample) = service(&[&format!("--crash-at={place}")]);
    let pushed = push(&service, &sample);
    if place.starts_with("deploy") {
        until(&service, "approved");
        service.told(&["build", "deploy", BUILD]);
    }
    assert!(!service.wait().success(), "it should die at {place}");
    service.start_again_with(&[]);
    if !place.starts_with("deploy") {
        until(&service, "approved");
        service.told(&["build", "deploy", BUILD]);
    }
    let build = until(&service, "deployed");
    assert_eq!(build["digest"], pushed.as_str(), "{place}");
    assert_eq!(events(&service), WAY, "{place}");
    assert_eq!(layouts(&service).len(), 1, "{place}");
    assert_tidy(&service);
    kill_with_judges(&mut service);
    service.house.assert_nothing_left();
}

/// Kills the service, and waits until its judges have noticed.
fn kill_with_judges(service: &mut Service) {
    let left = judges(service);
    service.kill();
    let begun = Instant::now();
    let alive = |pid: &i32| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        !status.is_empty() && !status.contains("State:\tZ")
    };
    while left.iter().any(alive) {
        assert!(begun.elapsed() < PATIENCE, "judges go on");
        thread::sleep(Duration::from_millis(20));
    }
    // The service tries the sandbox itself now and then; what that left is swept as at every start.
    service.told(&["sweep"]);
}

#[test]
fn a_death_during_intake_loses_nothing_and_doubles_nothing() {
    ["intake-read", "intake-committed"].into_iter().for_each(survives_death_at);
}

#[test]
fn a_death_during_certification_loses_nothing_and_doubles_nothing() {
    let places =
        ["certification-begun", "certification-judged", "certification-kept", "certification-committed"];
    places.into_iter().for_each(survives_death_at);
}

#[test]
fn a_death_during_deployment_loses_nothing_and_doubles_nothing() {
    ["deploy-copied", "deploy-probed", "deploy-committed"].into_iter().for_each(survives_death_at);
}

/// A judge that never says its last word: here it is stopped where it stands.
#[test]
fn a_build_that_is_taken_back_has_its_judge_ended_by_force() {
    let (service, sample) = service(&[]);
    let judge = judges(&service)[0];
    let pid = rustix::process::Pid::from_raw(judge).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
    push(&service, &sample);
    until(&service, "pending");
    service.told(&["org", "set", "1", "--auto-submit", "off"]);
    service.told(&["build", "withdraw", BUILD]);
    let begun = Instant::now();
    while judges(&service).contains(&judge) {
        assert!(begun.elapsed() < PATIENCE, "the judge goes on: {}", service.said());
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(until(&service, "available")["status"], "available");
    service.told(&["build", "submit", BUILD]);
    until(&service, "approved");
}

/// Processes that judge for this service.
fn judges(service: &Service) -> Vec<i32> {
    let service = service.pid().to_string();
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let is_ours = |pid: &i32| {
        let read = |file: &str| fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
        let status = read("status");
        let child =
            status.lines().any(|line| line.strip_prefix("PPid:").is_some_and(|of| of.trim() == service));
        let zombie = status.lines().any(|line| line.starts_with("State:\tZ"));
        child && !zombie && read("cmdline").contains("judge")
    };
    numbers.filter(is_ours).collect()
}

#[test]
fn a_service_that_dies_takes_its_judges_with_it() {
    let (mut service, sample) = service(&[]);
    push(&service, &sample);
    until(&service, "pending");
    assert!(!judges(&service).is_empty());
    kill_with_judges(&mut service);
    service.house.assert_nothing_left();
    service.start_again();
    until(&service, "approved");
}
