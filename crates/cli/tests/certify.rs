//! `assay certify`, through the front door: real images, the real sandbox.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod house;

use std::path::Path;
use std::process::{Child, Stdio};

use house::engine::{self, Engine};
use house::{House, good_manifest};
use insta::assert_snapshot;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

fn report(house: &House, arguments: &[&str]) -> Value {
    let fixed = ["certify", "--format", "json", "--quiet"];
    let output = house.assay(&[&fixed, arguments].concat()).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", house.described(&output)))
}

fn stage<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["stages"].as_array().unwrap().iter().find(|stage| stage["name"] == name).unwrap()
}

/// An image that holds one text file as its program.
fn tiny_image(house: &House, manifest: &str) -> &'static str {
    house.file("root/engine", "#!/no/such/shell\n");
    house.file("manifest.json", manifest);
    let pack = ["pack", "root", "-o", "tiny.tar", "--entrypoint", "/engine", "--manifest", "manifest.json"];
    house.assay(&pack).assert().success();
    "tiny.tar"
}

#[test]
fn a_good_engine_is_approved_with_a_whole_bundle_of_evidence() {
    let house = House::with_demonstration_data();
    let image = engine::packed("keyword", &house);
    let output = house.assay(&["certify", &image, "--report", "out"]).output().unwrap();
    let told = house.described(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("✓ Approved  keyword.tar"), "{told}");
    let out = house.path().join("out");
    for file in [
        "report.json",
        "report.sarif",
        "report.junit.xml",
        "report.txt",
        "manifest.json",
        "effective-manifest.json",
        "run/evidence.json",
        "run/log.txt",
        "run/network.pcap",
        "second-run/evidence.json",
    ] {
        assert!(out.join(file).metadata().unwrap().len() > 0, "{file}");
    }
    let read = |file: &str| std::fs::read_to_string(out.join(file)).unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().starts_with(read("report.txt").trim_end()));
    assert!(!read("report.txt").contains('\u{1b}'));
    let report: Value = serde_json::from_str(&read("report.json")).unwrap();
    fits_the_published_schema(&report);
    has_the_ten_keys(&report);
    is_sound_sarif(&serde_json::from_str(&read("report.sarif")).unwrap(), &report);
    house.assert_nothing_left();
}

fn fits_the_published_schema(report: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/report.schema.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(report).map(|error| error.to_string()).collect();
    assert_eq!(wrong, Vec::<String>::new());
    assert!(
        !validator.is_valid(&serde_json::json!({ "verdict": "approved" })),
        "the schema asks for something"
    );
}

fn has_the_ten_keys(report: &Value) {
    for key in [
        "engineId",
        "build",
        "uploadTime",
        "user",
        "image",
        "inspect",
        "vulnerabilities",
        "vulnerabilityCounts",
        "testLog",
        "success",
        "errors",
    ] {
        assert!(report.get(key).is_some(), "{key}");
    }
    assert_eq!(report["engineId"], report["manifest"]["engineId"]);
    assert_eq!(report["success"], true);
}

/// The structure that SARIF 2.1.0 demands of a log, a run and a result.
fn is_sound_sarif(sarif: &Value, report: &Value) {
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "assay");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), report["findings"].as_array().unwrap().len());
    for result in results {
        assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let artifact = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert!(artifact.is_string() && !artifact.as_str().unwrap().starts_with('/'), "{artifact}");
    }
}

#[test]
fn an_engine_that_calls_out_is_disapproved_and_the_attempt_is_told() {
    let house = House::with_demonstration_data();
    let image = engine::packed("bad-calls-tcp", &house);
    let output = house.assay(&["certify", &image, "--quiet"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("✗ Disapproved") && text.contains("error[NET-001]"), "{text}");
    assert!(text.contains("Network attempts") && text.contains("198.51.100.10:443"), "{text}");
}

/// Everything that may differ between two certifications of the same image: times, ids, measurements, and whether a
/// layer was still in the cache.
fn without_times(mut report: Value) -> Value {
    fn walk(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                let varies = |key: &str| {
                    key.ends_with("At")
                        || key.ends_with("Ms")
                        || matches!(key, "uploadTime" | "performance" | "cached")
                };
                fields.retain(|key, _| !varies(key));
                if fields.get("code").is_some_and(|code| code == "BEN-001") {
                    fields.remove("observed");
                }
                fields.values_mut().for_each(walk);
            }
            Value::Array(items) => items.iter_mut().for_each(walk),
            _ => {}
        }
    }
    walk(&mut report);
    report
}

#[test]
fn the_same_image_and_seed_give_the_same_report() {
    let house = House::with_demonstration_data();
    for name in ["language", "bad-output-keyword"] {
        let image = engine::packed(name, &house);
        let run = || without_times(report(&house, &[&image, "--seed", "7"]));
        let (one, other) = (run(), run());
        assert_eq!(one, other, "{name}");
        assert!(one["findings"].as_array().is_some_and(|findings| !findings.is_empty()));
    }
}

#[test]
fn an_image_without_a_usable_manifest_is_invalid_and_never_run() {
    let house = House::with_demonstration_data();
    let image = tiny_image(&house, "{ \"engineId\": 7, }");
    assert_snapshot!(house.told(&["certify", image]));
}

#[test]
fn checks_left_out_show_as_not_judged() {
    let house = House::new();
    let image = engine::packed("keyword", &house);
    let report =
        report(&house, &[&image, "--without", "security", "--without", "network", "--without", "build"]);
    assert_eq!(stage(&report, "security")["status"], "skipped");
    let not_judged: Vec<&str> =
        report["notJudged"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect();
    assert_eq!(not_judged, ["check build", "check network", "check security"]);
    assert_eq!(report["verdict"], "inconclusive", "nobody knows what the engine does");
    assert_eq!(stage(&report, "benchmark")["status"], "passed", "it was asked for, so the engine ran");
}

#[test]
fn an_approval_says_that_vulnerabilities_were_left_out() {
    let house = House::new();
    let image = engine::packed("keyword", &house);
    let report = report(&house, &[&image, "--without", "security"]);
    assert_eq!(report["verdict"], "approved");
    assert!(report["reasons"][1].as_str().unwrap().contains("security check was left out"));
}

#[test]
fn without_a_database_nothing_is_approved() {
    let house = House::new();
    let image = engine::packed("keyword", &house);
    let only = ["--without", "network", "--without", "build", "--without", "benchmark"];
    let report = report(&house, &[&[image.as_str()], &only[..]].concat());
    assert_eq!((&report["verdict"], &report["buildStatus"]), (&"inconclusive".into(), &"pending".into()));
    assert!(report["errors"][0].as_str().unwrap().starts_with("SEC-004"));
}

#[test]
fn a_stream_engine_is_not_run_and_that_is_said() {
    let house = House::with_demonstration_data();
    let engine = engine::named("keyword");
    let manifest =
        good_manifest("transcription").replace("\"chunk\"", "\"stream\"").replace("text/plain", "audio/wav");
    let image = with_manifest(&house, &engine, &manifest);
    let report = report(&house, &[&image]);
    assert_eq!(report["verdict"], "inconclusive");
    assert!(stage(&report, "build")["reason"].as_str().unwrap().contains("stream"));
}

/// The image of `engine` with another manifest.
fn with_manifest(house: &House, engine: &Engine, manifest: &str) -> String {
    engine::pack(engine, house);
    house.file("other.json", manifest);
    let pack =
        ["pack", &engine.name, "-o", "other.tar", "--entrypoint", "/engine", "--manifest", "other.json"];
    house.assay(&pack).assert().success();
    "other.tar".into()
}

#[test]
fn an_own_input_is_sent_first() {
    let house = House::with_demonstration_data();
    let image = engine::packed("keyword", &house);
    house.file("talk.txt", "The tide turns at the harbour wall, and the harbour master rings the tide bell.");
    house.assay(&["certify", &image, "--input", "talk.txt", "--report", "out", "--quiet"]).assert().code(0);
    let evidence = std::fs::read(house.path().join("out/run/evidence.json")).unwrap();
    let evidence: Value = serde_json::from_slice(&evidence).unwrap();
    assert_eq!(evidence["exchanges"][0]["exercise"], "own input `talk.txt`");
    assert_eq!(evidence["exchanges"][0]["mime"], "text/plain");
}

#[test]
fn mistakes_of_the_caller_end_with_code_2_before_any_work() {
    let house = House::with_demonstration_data();
    assert_snapshot!("an_unknown_image", house.told(&["certify", "oci-archive:nowhere.tar"]));
    let image = tiny_image(&house, &good_manifest("keyword extraction"));
    house.file("precious/letter.txt", "dear");
    assert_snapshot!("a_foreign_report_folder", house.told(&["certify", image, "--report", "precious"]));
    house.file("soft.toml", "[effects]\n\"NET-008\" = \"warn\"\n");
    assert_snapshot!(
        "a_policy_that_softens_a_fixed_rule",
        house.told(&["certify", image, "--policy", "soft.toml"])
    );
    house.file("typo.toml", "[effects]\nNET-008 = \"wran\"\n");
    assert_snapshot!(
        "a_policy_with_a_typing_error",
        house.told(&["certify", image, "--policy", "typo.toml"])
    );
    let closed = house.told(&["certify", image, "--report", "/proc/assay/report"]);
    assert!(closed.starts_with("exit: 2") && closed.contains("error[folder-not-writable]"), "{closed}");
    house.assay(&["certify", image, "--without", "image"]).assert().code(2);
    house.assay(&["certify", image, "--allow-address", "10.0.0.0/33"]).assert().code(2);
    house.assay(&["certify", image, "--input", "x.unheard"]).assert().code(2);
}

#[test]
fn a_hostile_manifest_moves_no_cursor() {
    let house = House::with_demonstration_data();
    let hostile = "\\u001b]0;owned\\u0007\\u202etxt";
    let image = tiny_image(&house, &good_manifest("keyword extraction").replace("text/plain", hostile));
    let output = house.assay(&["certify", image]).output().unwrap();
    for text in [output.stdout, output.stderr] {
        let text = String::from_utf8(text).unwrap();
        assert!(!text.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text:?}");
    }
}

/// A certification under way whose engine has been started and takes its time.
fn under_way(house: &House) -> Child {
    let image = engine::packed("bad-never-ready", house);
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("assay"));
    command.args(["certify", &image, "--quiet"]).current_dir(house.path()).env_clear();
    command.env("ASSAY_DATA", house.path().join("data")).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let capture = || {
        let runs = std::fs::read_dir(house.path().join("data/runs")).into_iter().flatten().flatten();
        runs.map(|run| run.path().join("run/network.pcap")).any(|capture| capture.exists())
    };
    while !capture() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before the engine was started");
        std::thread::yield_now();
    }
    child
}

#[test]
fn a_signal_ends_it_cleanly() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129), (Signal::QUIT, 131)] {
        let house = House::with_demonstration_data();
        let mut child = under_way(&house);
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code));
        house.assert_nothing_left();
    }
}

#[test]
fn what_a_killed_certification_leaves_is_swept_at_the_next_start() {
    let house = House::with_demonstration_data();
    let mut child = under_way(&house);
    kill_process(Pid::from_child(&child), Signal::KILL).unwrap();
    assert_eq!(child.wait().unwrap().code(), None);
    house.assay(&["sweep"]).assert().success();
    house.assert_nothing_left();
}

/// The image's user is root, which `strict` has a person look at; a waiver for this engine lifts that.
#[test]
fn a_policy_by_name_and_waivers_from_a_file_judge_as_in_the_service() {
    let house = House::with_demonstration_data();
    let image = tiny_image(&house, &good_manifest("keyword extraction"));
    let certified = |more: &[&str]| {
        let arguments =
            [&["certify", image, "--policy", "strict", "--format", "json", "--quiet"], more].concat();
        let output = house.assay(&arguments).output().unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let root = |report: &Value| {
        let findings = report["findings"].as_array().unwrap();
        findings.iter().find(|one| one["code"] == "IMG-006").unwrap().clone()
    };
    let plain = certified(&[]);
    assert_eq!((&plain["policy"]["name"], &root(&plain)["effect"]), (&"strict".into(), &"review".into()));

    let engine = plain["engineId"].as_str().unwrap();
    let waiver = |expires: &str| {
        format!(
            "[[waiver]]\ncode = \"IMG-006\"\nengine = \"{engine}\"\nreason = \"moves to another user next month\"\n\
             requester = \"dev@example.org\"\napprover = \"eva@example.org\"\nexpires = \"{expires}\"\n"
        )
    };
    house.file("waivers.toml", waiver("2999-01-01"));
    let waived = certified(&["--waivers", "waivers.toml"]);
    let finding = root(&waived);
    assert_eq!((&finding["effect"], &finding["severity"]), (&"info".into(), &"error".into()));
    assert_eq!(finding["waiver"]["approver"], "eva@example.org");
    assert_eq!(waived["waivers"][0]["lifted"][0], finding["id"]);

    house.file("waivers.toml", waiver("2001-01-01"));
    let expired = certified(&["--waivers", "waivers.toml"]);
    assert_eq!(root(&expired)["effect"], "review");
    assert_eq!(expired["waivers"][0]["remark"], "it expired at 2001-01-02T00:00:00Z");
}
