//! Every sample engine gets the verdict it earns, for the reasons it earns it: the table of `engines/*/engine.toml` is
//! compared exactly, errors and warnings.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod house;

use std::collections::{BTreeSet, VecDeque};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Mutex;
use std::thread;

use house::House;
use house::engine::{self, Engine, Expect};
use serde_json::Value;

/// Engines judged at the same time: most of the time goes into waiting for what misbehaving engines do not do.
const AT_ONCE: usize = 4;

/// An engine that never gets ready need not be waited for a whole minute here.
const POLICY: &str = "number = 1\nname = \"samples\"\n\n[limits]\nready-seconds = 20\n";

/// Where the host that the engine `external` declares is served: an address of the loopback that nobody else uses.
const LEXICON: &str = "127.83.12.9";

#[test]
fn every_engine_gets_the_verdict_it_earns() {
    let house = House::with_demonstration_data();
    house.file("policy.toml", POLICY);
    serve_lexicon();
    let engines: Mutex<VecDeque<Engine>> = Mutex::new(engine::all().into());
    let count = engines.lock().unwrap().len();
    assert!(count > 20, "the engines were found");
    let wrong = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(engine) = next(&engines) {
                    wrong.lock().unwrap().extend(misjudged(&house, &engine));
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(
        wrong.is_empty(),
        "{} of {count} engines fare otherwise than expected:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    house.assert_nothing_left();
}

/// The next engine to judge. The queue is free again before the judging begins.
fn next(engines: &Mutex<VecDeque<Engine>>) -> Option<Engine> {
    engines.lock().unwrap().pop_front()
}

/// How the judgement differs from what the engine's file expects, if it does.
fn misjudged(house: &House, engine: &Engine) -> Option<String> {
    let image = engine.pack(house);
    let resolve = format!("lexicon.example.com={LEXICON}");
    let mut arguments = vec!["certify", &image, "--format", "json", "--quiet", "--policy", "policy.toml"];
    let profile = engine.profile_flags(house);
    arguments.extend(profile.iter().map(String::as_str));
    arguments.extend(["--resolve", &resolve, "--allow-address", LEXICON]);
    let output = house.assay(&arguments).output().unwrap();
    let Ok(report) = serde_json::from_slice::<Value>(&output.stdout) else {
        return Some(format!("{}: no report\n{}", engine.name, house.described(&output)));
    };
    let seen = seen(&report);
    let expected = expected(engine, &report);
    if seen == expected && output.status.code() == Some(code(&seen.verdict)) {
        return None;
    }
    let reasons = serde_json::to_string_pretty(&report["reasons"]).unwrap();
    Some(format!(
        "{}:\n  expected {expected:?}\n  seen     {seen:?}, exit {:?}\n  {reasons}",
        engine.name,
        output.status.code()
    ))
}

fn seen(report: &Value) -> Expect {
    let codes = |severity: &str| {
        let findings = report["findings"].as_array().unwrap().iter();
        let codes = findings.filter(|finding| finding["severity"] == severity);
        let codes: BTreeSet<String> =
            codes.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect();
        codes.into_iter().collect()
    };
    Expect {
        verdict: report["verdict"].as_str().unwrap().to_owned(),
        errors: codes("error"),
        warnings: codes("warning"),
    }
}

/// What the file expects, and the warning that judging by the demonstration data always draws.
fn expected(engine: &Engine, report: &Value) -> Expect {
    let security =
        report["stages"].as_array().unwrap().iter().find(|stage| stage["name"] == "security").unwrap();
    let judged = security["status"] != "skipped";
    let sorted = |codes: &[String], more: Option<&str>| {
        let all: BTreeSet<String> = codes.iter().cloned().chain(more.map(str::to_owned)).collect();
        all.into_iter().collect()
    };
    Expect {
        verdict: engine.expect.verdict.clone(),
        errors: sorted(&engine.expect.errors, None),
        warnings: sorted(&engine.expect.warnings, judged.then_some("SEC-004")),
    }
}

fn code(verdict: &str) -> i32 {
    match verdict {
        "approved" => 0,
        "disapproved" => 1,
        _ => 3,
    }
}

/// Serves the lexicon to the engine that fetches it, until the tests are over.
fn serve_lexicon() {
    let external = engine::named("external");
    let url = &external.env["LEXICON_URL"];
    let authority = url.trim_start_matches("http://").split('/').next().unwrap();
    let port: u16 = authority.split_once(':').map_or(80, |(_, port)| port.parse().unwrap());
    let listener = TcpListener::bind((LEXICON, port)).unwrap();
    let lexicon = std::fs::read(engine::folder().join("external/lexicon.tsv")).unwrap();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut request = [0; 4096];
            let _ = connection.read(&mut request);
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", lexicon.len());
            let _ = connection.write_all(head.as_bytes()).and_then(|()| connection.write_all(&lexicon));
        }
    });
}
