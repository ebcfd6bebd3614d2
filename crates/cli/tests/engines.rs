//! Every sample engine gets the verdict it earns, for the reasons it earns it: the table of `engines/*/engine.toml` is
//! compared exactly, errors and warnings.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod house;

use std::collections::VecDeque;
use std::sync::Mutex;
use std::thread;

use gallery::{Engine, LEXICON_ADDRESS, LEXICON_HOST, POLICY};
use house::{House, engine};
use serde_json::Value;

/// Engines judged at the same time: most of the time goes into waiting for what misbehaving engines do not do.
const AT_ONCE: usize = 4;

#[test]
fn every_engine_gets_the_verdict_it_earns() {
    let house = House::with_demonstration_data();
    house.file("policy.toml", POLICY);
    gallery::serve_lexicon().unwrap();
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
    let image = engine::pack(engine, house);
    let resolve = format!("{LEXICON_HOST}={LEXICON_ADDRESS}");
    let mut arguments = vec!["certify", &image, "--format", "json", "--quiet", "--policy", "policy.toml"];
    let profile = engine.profile_flags(house.path()).unwrap();
    arguments.extend(profile.iter().map(String::as_str));
    arguments.extend(["--resolve", &resolve, "--allow-address", LEXICON_ADDRESS]);
    let output = house.assay(&arguments).output().unwrap();
    let Ok(report) = serde_json::from_slice::<Value>(&output.stdout) else {
        return Some(format!("{}: no report\n{}", engine.name, house.described(&output)));
    };
    let (seen, expected) = (gallery::seen(&report), &engine.expect);
    if seen == *expected && output.status.code() == Some(code(&seen.verdict)) {
        return None;
    }
    let reasons = serde_json::to_string_pretty(&report["reasons"]).unwrap();
    Some(format!(
        "{}:\n  expected {expected:?}\n  seen     {seen:?}, exit {:?}\n  {reasons}",
        engine.name,
        output.status.code()
    ))
}

fn code(verdict: &str) -> i32 {
    match verdict {
        "approved" => 0,
        "disapproved" => 1,
        _ => 3,
    }
}

/// The page of engines is what the files say.
#[test]
fn the_page_of_engines_is_fresh() {
    let path = gallery::folder().join("../docs/engines.md");
    let page = std::fs::read_to_string(path).unwrap();
    let engines = gallery::all().unwrap();
    for engine in &engines {
        let row = gallery::row(engine);
        assert!(page.contains(&row), "docs/engines.md lacks this row:\n{row}");
    }
    let verdicts = ["| approved |", "| disapproved |", "| inconclusive |"];
    let rows = page.lines().filter(|line| verdicts.iter().any(|verdict| line.contains(verdict))).count();
    assert_eq!(rows, engines.len(), "docs/engines.md has rows of engines that are no more");
}
