//! Tables over hand-made evidence.

mod answering;
mod batch;
mod output;

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
fn the_limit_of_processes_is_not_told_in_megabytes() {
    let mut run = good();
    run.metering.process_limit_hit = true;
    let found = findings(&run);
    assert_eq!(found[0].expected, "no more processes and threads at one time than the sandbox allows");
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
    expect("ends by itself", &["BLD-010"], "ended with exit code 0 by itself", |run| run.exit.unasked = true);
    expect("ends after its sample", &["BLD-010"], "ended with exit code 0 by itself", |run| {
        let reason = "the engine had ended".into();
        run.exchanges.push(exchange("odd", ExerciseKind::Empty, 0, Answer::NotSent { reason }));
        run.exit.unasked = true;
    });
    expect("orphans", &["BLD-010"], "2 processes", |run| run.exit.left_behind = 2);
}
