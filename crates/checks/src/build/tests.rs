//! Tables over hand-made evidence.

use assay_core::profile::{DeploymentModel, EngineProfile};
use assay_core::run::{
    Answer, ExerciseKind, Exit, LogLine, Readiness, RunEvidence, Stream, TaskStatus, TaskStory,
};
use assay_core::{Finding, Severity};
use serde_json::json;

use super::{BuildJudgement, judge};
use crate::evidence::example::{self, exchange, response};
use crate::evidence::{Terms, Witnessed};

const GOOD: &str = r#"{"validationContracts":["keyword"],"object":[{"type":"keyword","label":"tide"}]}"#;
const OTHER: &str = r#"{"validationContracts":["keyword"],"object":[{"type":"keyword","label":"herring"}]}"#;

/// Judges a run whose folder holds `files`.
fn judged(run: &RunEvidence, files: &[(&str, &str)], model: DeploymentModel) -> BuildJudgement {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let profile = EngineProfile { deployment_model: model, ..EngineProfile::default() };
    let manifest = example::manifest();
    let now = "2026-11-23T00:00:00Z".parse().unwrap();
    let terms = Terms { profile: &profile, manifest: &manifest, ports: &[8080], now };
    judge(&[Witnessed { run, folder: folder.path() }], &terms)
}

/// A run that answered its sample with [`GOOD`] twice and printed a line.
fn good() -> RunEvidence {
    let sample =
        |repetition| exchange("sample", ExerciseKind::Sample, repetition, response(200, Some("good")));
    RunEvidence {
        exchanges: vec![sample(0), sample(1)],
        logs: vec![line(Stream::Stdout, "ready")],
        ..example::run()
    }
}

fn line(stream: Stream, text: &str) -> LogLine {
    LogLine { at_ms: 7, stream, text: text.into() }
}

fn findings(run: &RunEvidence) -> Vec<Finding> {
    judged(run, &[("good", GOOD), ("other", OTHER)], DeploymentModel::NetworkIsolated).findings
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code.as_str()).collect()
}

/// Spoils a good run and expects exactly these findings, the first of which says this.
fn expect(what: &str, codes_expected: &[&str], said: &str, spoil: impl FnOnce(&mut RunEvidence)) {
    let mut run = good();
    spoil(&mut run);
    let found = findings(&run);
    assert_eq!(codes(&found), codes_expected, "{what}: {found:#?}");
    let observed = found.first().map_or("", |finding| &finding.observed);
    assert!(observed.contains(said), "{what}: {observed}");
}

#[test]
fn a_good_engine_has_no_findings() {
    let judged = judged(&good(), &[("good", GOOD)], DeploymentModel::NetworkIsolated);
    assert_eq!(judged.findings, []);
    assert!(judged.output.valid);
    assert_eq!((judged.output.documents, judged.output.contracts), (1, vec!["keyword".to_owned()]));
}

#[test]
fn never_ready() {
    let unready = |readiness: Readiness, exit: Exit| {
        move |run: &mut RunEvidence| {
            run.readiness = readiness;
            run.exit = exit;
            run.exchanges.clear();
            run.still_ready = None;
            run.logs.push(line(Stream::Stderr, "model `x` not found\u{7}"));
        }
    };
    let gone = Exit { code: Some(3), unasked: true, ..Exit::default() };
    expect(
        "timed out",
        &["BLD-001"],
        "last said: 503; it last printed `model 'x' not found`",
        unready(Readiness::TimedOut { last: "503".into() }, good().exit),
    );
    expect(
        "refused",
        &["BLD-001"],
        "gives up: `no licence`",
        unready(Readiness::Refused { body: "no licence".into() }, good().exit),
    );
    expect("exited", &["BLD-001"], "ended with exit code 3 before", unready(Readiness::Exited, gone));
    let killed = Exit { signal: Some(9), unasked: true, out_of_memory: true, ..Exit::default() };
    expect(
        "out of memory",
        &["BLD-001", "BLD-008"],
        "was killed for want of memory",
        unready(Readiness::Exited, killed),
    );
}

#[test]
fn samples_without_an_answer() {
    let all = |answer: Answer| {
        move |run: &mut RunEvidence| run.exchanges.iter_mut().for_each(|it| it.answer = answer.clone())
    };
    expect("status", &["BLD-002"], "answered 500 and said `{\"val", all(response(500, Some("good"))));
    expect("ignored", &["BLD-002"], "answered 204", all(response(204, None)));
    expect("empty", &["BLD-002"], "answered 200 without a body", all(response(200, None)));
    let broken = Answer::Broken { reason: "timed out after 60 s".into() };
    expect("broken", &["BLD-002"], "no answer: timed out after 60 s", all(broken));
    expect(
        "not sent",
        &["BLD-002"],
        "could not be sent: the engine had ended; the engine was ended by signal 11",
        |run| {
            let reason = "the engine had ended".to_owned();
            run.exchanges.iter_mut().for_each(|it| it.answer = Answer::NotSent { reason: reason.clone() });
            run.exit = Exit { signal: Some(11), unasked: true, ..Exit::default() };
        },
    );
    expect("another format ignored", &["BLD-002"], "does not handle this `image/gif`", |run| {
        let mut other = exchange("gif", ExerciseKind::Sample, 0, response(204, None));
        other.mime = "image/gif".into();
        run.exchanges.push(other);
    });
}

#[test]
fn output_is_held_to_the_standard() {
    let mut run = good();
    run.exchanges.truncate(1);
    let bad = |text: &str| judged(&run, &[("good", text)], DeploymentModel::NetworkIsolated);
    let wrong = bad(r#"{"validationContracts":["keyword"],"object":[{"type":"keyword","label":5}]}"#);
    assert!(!wrong.output.valid && !wrong.output.validation_errors.is_empty());
    let found = codes(&wrong.findings);
    assert!(found.contains(&"BLD-003") && found.contains(&"OUT-KEYWORD"), "{:#?}", wrong.findings);
    assert!(wrong.findings.iter().all(|finding| finding.place.input.as_deref() == Some("sample")));
    let foreign = bad(r#"{"validationContracts":["summary"],"summary":"s"}"#);
    assert!(codes(&foreign.findings).contains(&"OUT-K1"), "{:#?}", foreign.findings);
    assert!(codes(&bad("plain text").findings).contains(&"OUT-JSON"));
    let backwards =
        bad(r#"{"validationContracts":["keyword"],"object":[],"series":[{"startTimeMs":5,"stopTimeMs":1}]}"#);
    let found = codes(&backwards.findings);
    assert!(found.contains(&"BLD-004") && found.contains(&"OUT-T1"), "{:#?}", backwards.findings);
}

#[test]
fn a_promise_of_a_later_result_is_an_answer_of_engines_that_send_data_out() {
    let mut run = good();
    run.exchanges.truncate(1);
    let files = [("good", r#"{"type":"schedule_poll_task"}"#)];
    assert!(codes(&judged(&run, &files, DeploymentModel::ExternalProcessing).findings).is_empty());
    assert!(!judged(&run, &files, DeploymentModel::NetworkIsolated).findings.is_empty());
}

#[test]
fn odd_inputs() {
    let odd = |kind, answer| exchange("odd", kind, 0, answer);
    for status in [200, 204, 400, 415, 500] {
        expect("clean", &[], "", |run| run.exchanges.push(odd(ExerciseKind::Broken, response(status, None))));
    }
    let closed = || Answer::Broken { reason: "closed without an answer".into() };
    expect("no answer", &["BLD-005"], "an empty input got no clean answer: closed", |run| {
        run.exchanges.push(odd(ExerciseKind::Empty, closed()));
    });
    expect(
        "crash",
        &["BLD-005"],
        "a damaged input got no clean answer: closed without an answer; the engine was ended by signal 11",
        |run| {
            run.exchanges.push(odd(ExerciseKind::Broken, closed()));
            let reason = "the engine had ended".into();
            run.exchanges.push(exchange("next", ExerciseKind::Oversized, 0, Answer::NotSent { reason }));
            run.exit = Exit { signal: Some(11), unasked: true, ..Exit::default() };
            run.still_ready = None;
        },
    );
    expect("gone", &["BLD-005"], "ended with exit code 1 between two unexpected inputs", |run| {
        run.exchanges.push(odd(ExerciseKind::Unsupported, response(204, None)));
        let reason = "the engine had ended".into();
        run.exchanges.push(exchange("next", ExerciseKind::Empty, 0, Answer::NotSent { reason }));
        run.exit = Exit { code: Some(1), unasked: true, ..Exit::default() };
    });
    expect(
        "ended by a good input",
        &["BLD-002"],
        "closed without an answer; later the engine ended",
        |run| {
            run.exchanges[0].answer = closed();
            let reason = "the engine had ended".to_owned();
            run.exchanges[1].answer = Answer::NotSent { reason: reason.clone() };
            run.exchanges.push(exchange("next", ExerciseKind::Empty, 0, Answer::NotSent { reason }));
            run.exit = Exit { code: Some(1), unasked: true, ..Exit::default() };
        },
    );
    expect("sick", &["BLD-005"], "no longer answers 200", |run| run.still_ready = Some(false));
}

#[test]
fn a_second_answer_that_differs() {
    expect("wavers", &["BLD-006"], "`\"tide\"` at `/object/0/label` became `\"herring\"`", |run| {
        run.exchanges[1].answer = response(200, Some("other"));
    });
}

#[test]
fn memory_and_processes() {
    let held = |mb: u64| move |run: &mut RunEvidence| run.metering.peak_anonymous_bytes = Some(mb << 20);
    expect("within", &[], "", held(400));
    expect("tight", &["BLD-008"], "held 480 MB at its peak, 93 %", held(480));
    expect("beyond", &["BLD-008"], "held 600 MB", held(600));
    expect("page cache is not the engine's", &[], "", |run| run.metering.peak_bytes = Some(512 << 20));
    expect("not measured", &["BLD-008"], "could not be measured", |run| {
        (run.metering.peak_bytes, run.metering.peak_anonymous_bytes) = (None, None);
    });
    expect("fork bomb", &["BLD-008"], "more processes", |run| run.metering.process_limit_hit = true);
}

#[test]
fn conduct_and_ending() {
    expect("writes", &["BLD-009"], "`/app/cache`", |run| run.files_written = vec!["/app/cache".into()]);
    expect("token", &["BLD-010"], "printed the task's token on standard error", |run| {
        let text = format!("auth {}", run.token);
        run.logs.push(line(Stream::Stderr, &text));
    });
    expect("floods", &["BLD-010"], "9 bytes", |run| run.log_bytes_dropped = 9);
    expect("silent", &["BLD-010"], "nothing on standard output", |run| run.logs.clear());
    expect("killed", &["BLD-010"], "had to be killed", |run| run.exit.killed = true);
    expect("slow", &["BLD-010"], "took 10001 ms", |run| run.exit.stop_ms = Some(10_001));
    expect("orphans", &["BLD-010"], "2 processes", |run| run.exit.left_behind = 2);
}

/// A batch run that told these statuses.
fn batch(statuses: &[(&str, serde_json::Value)], results: &[&str], code: i32) -> RunEvidence {
    let update = |(status, output): &(&str, serde_json::Value)| TaskStatus {
        at_ms: 1,
        status: (*status).into(),
        output: Some(output.clone()).filter(|output| !output.is_null()),
    };
    let story = TaskStory {
        statuses: statuses.iter().map(update).collect(),
        results: results.iter().map(|name| (*name).to_owned()).collect(),
        not_understood: vec!["GraphQL `createJob`: not served".into()],
    };
    RunEvidence {
        readiness: Readiness::NotAsked,
        still_ready: None,
        exchanges: Vec::new(),
        task: Some(story),
        exit: Exit { code: Some(code), unasked: true, ..Exit::default() },
        ..good()
    }
}

#[test]
fn batch_engines() {
    let none = serde_json::Value::Null;
    let inline: serde_json::Value = serde_json::from_str(GOOD).unwrap();
    let table: [(&str, RunEvidence, &[&str], &str); 7] = [
        ("good", batch(&[("running", none.clone()), ("complete", none.clone())], &["good"], 0), &[], ""),
        ("inline", batch(&[("complete", inline)], &[], 0), &[], ""),
        (
            "no status",
            batch(&[("running", none.clone())], &["good"], 0),
            &["BLD-002"],
            "told no final status",
        ),
        ("puzzled", batch(&[], &[], 1), &["BLD-002"], "the first not served was `GraphQL 'createJob'"),
        ("no result", batch(&[("complete", none.clone())], &[], 0), &["BLD-002"], "no result was uploaded"),
        (
            "failed",
            batch(&[("failed", json!({ "error": "oops" }))], &[], 1),
            &["BLD-002"],
            "`{\"error\":\"oops\"}`",
        ),
        ("code", batch(&[("complete", none)], &["good"], 2), &["BLD-002"], "exit code 2"),
    ];
    for (what, run, expected, said) in table {
        let found = findings(&run);
        assert_eq!(codes(&found), expected, "{what}: {found:#?}");
        assert!(found.first().is_none_or(|finding| finding.observed.contains(said)), "{what}: {found:#?}");
    }
    let code = findings(&batch(&[("complete", serde_json::Value::Null)], &["good"], 2));
    assert_eq!(code[0].severity, Severity::Warning);
}
