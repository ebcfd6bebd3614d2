//! NET-009.

use super::*;

/// Two runs whose one sample was answered with these bodies, the first run twice.
fn answered(first: &str, again: &str, answering: (u16, &str)) -> Vec<Finding> {
    let (dead, alive) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let sample = |repetition, status, body| {
        exchange("sample", ExerciseKind::Sample, repetition, response(status, Some(body)))
    };
    std::fs::write(dead.path().join("a"), first).unwrap();
    std::fs::write(dead.path().join("b"), again).unwrap();
    std::fs::write(alive.path().join("a"), answering.1).unwrap();
    let one = RunEvidence { exchanges: vec![sample(0, 200, "a"), sample(1, 200, "b")], ..example::run() };
    let two = RunEvidence { exchanges: vec![sample(0, answering.0, "a")], ..example::run() };
    let (profile, manifest) = (EngineProfile::default(), example::manifest());
    let terms = Terms { profile: &profile, manifest: &manifest, ports: &[], now: Default::default() };
    let runs = [Witnessed { run: &one, folder: dead.path() }, Witnessed { run: &two, folder: alive.path() }];
    judge(&runs, &terms)
}

#[test]
fn an_engine_must_not_care_whether_the_network_answers() {
    let date = |n| format!(r#"{{"generatedDateUTC":"2026-01-0{n}","object":[]}}"#);
    assert!(answered(&date(1), &date(2), (200, &date(3))).is_empty());
    let found = answered("{}", "{}", (200, r#"{"object":[]}"#));
    assert_eq!(codes(&found), ["NET-009"]);
    assert!(found[0].observed.contains("nothing at `/object`"), "{}", found[0].observed);
    assert_eq!(found[0].place.input.as_deref(), Some("sample"));
    assert_eq!(codes(&answered("{}", "{}", (500, "{}"))), ["NET-009"]);
    assert!(answered("1", "2", (200, "3")).is_empty(), "an engine that wavers by itself proves nothing");
}

#[test]
fn readiness_and_tasks_are_compared_too() {
    let mut late = example::run();
    late.readiness = Readiness::TimedOut { last: "503".into() };
    late.phases.retain(|span| matches!(span.phase, Phase::Start | Phase::Stop));
    let found = findings(ISOLATED, &[late, example::run()]);
    assert_eq!(codes(&found), ["NET-009"]);
    let ended = |status: &str| {
        let update = TaskStatus { at_ms: 1, status: status.into(), output: None };
        let story = TaskStory { statuses: vec![update], ..TaskStory::default() };
        RunEvidence { readiness: Readiness::NotAsked, task: Some(story), ..example::run() }
    };
    assert_eq!(codes(&findings(ISOLATED, &[ended("failed"), ended("complete")])), ["NET-009"]);
    assert!(findings(ISOLATED, &[ended("complete"), ended("complete")]).is_empty());
}
