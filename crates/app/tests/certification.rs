//! Certification with a sandbox that breaks: whatever happens there, nothing is approved and the report says why.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::Path;

use assay_app::certification::{Certified, Request, Rooms, certify};
use assay_core::report::Stage;
use assay_core::run::{EngineRunner, RunEvidence, RunPlan};
use assay_core::{
    Check, EngineProfile, Fault, ManualClock, Policy, Progress, SequentialIds, Silent, Step, Verdict,
};
use assay_image::{OpenOptions, PackLayer, PackSpec, Store, pack};
use jiff::Timestamp;

const MANIFEST: &str = r#"{
  "engineId": "62f6f0ee-1111-4222-8333-444455556666", "category": "keyword extraction", "engineMode": "chunk",
  "outputFormats": ["application/json"], "clusterSize": "small",
  "preferredInputFormat": "text/plain", "supportedInputFormats": ["text/plain"]
}"#;

/// A sandbox that does what it is told to.
struct Scripted(fn() -> Result<RunEvidence, Fault>);

impl EngineRunner for Scripted {
    fn run(&self, _: &RunPlan, _: &dyn Progress, _: Step) -> Result<RunEvidence, Fault> {
        (self.0)()
    }
}

/// An image whose program is a script; the shell is there and executable, which is all that is looked at.
fn image(home: &Path) -> String {
    let layer = PackLayer::new()
        .file("/engine", "#!/bin/sh\n", 0o755)
        .file("/bin/sh", "#!/bin/sh\n", 0o755)
        .file("/var/manifest.json", MANIFEST, 0o644);
    let spec = PackSpec::new()
        .layer(layer)
        .entrypoint(["/engine"])
        .user("65534:65534")
        .env("VERITONE_WEBHOOK_READY", "http://0.0.0.0:8080/ready")
        .env("VERITONE_WEBHOOK_PROCESS", "http://0.0.0.0:8080/process");
    let path = home.join("image.tar");
    pack(&spec, &path).unwrap();
    path.display().to_string()
}

fn certified(runner: Result<&dyn EngineRunner, &Fault>) -> Certified {
    let home = tempfile::tempdir().unwrap();
    let request = Request {
        reference: image(home.path()),
        open: OpenOptions::default(),
        profile: EngineProfile::default(),
        policy: Policy::default(),
        waivers: Vec::new(),
        pushed_as: None,
        without: [Check::Security, Check::Hygiene].into(),
        input: None,
        exceptions: Vec::new(),
        resolve: Default::default(),
        seed: 0,
        evidence_dir: home.path().join("evidence"),
    };
    let rooms = Rooms {
        store: &Store::open(&home.path().join("images")).unwrap(),
        database: None,
        runner,
        clock: &ManualClock::at(Timestamp::UNIX_EPOCH),
        ids: &SequentialIds::default(),
        progress: &Silent,
        stored: None,
    };
    certify(&request, rooms).unwrap()
}

fn stage(certified: &Certified, check: Check) -> &Stage {
    certified.report.stages.iter().find(|stage| stage.name == check).unwrap()
}

fn is_errored_and_inconclusive(certified: &Certified, kind: &str) {
    for check in [Check::Network, Check::Build, Check::Benchmark] {
        let stage = stage(certified, check);
        assert_eq!(stage.status, "errored", "{check:?}: {stage:?}");
        assert_eq!(stage.fault.as_ref().unwrap().kind, kind);
    }
    assert_eq!(stage(certified, Check::Manifest).status, "passed");
    assert_eq!(certified.report.verdict, Verdict::Inconclusive);
    assert_eq!(certified.report.build_status, "pending");
    assert!(certified.report.reasons.iter().any(|reason| reason.starts_with("the network check broke")));
}

#[test]
fn a_fault_of_the_sandbox_is_no_verdict() {
    let runner = Scripted(|| Err(Fault::new("sandbox-not-armed", "arming", "no device")));
    is_errored_and_inconclusive(&certified(Ok(&runner)), "sandbox-not-armed");
}

#[test]
fn a_panic_of_the_sandbox_is_no_verdict() {
    is_errored_and_inconclusive(&certified(Ok(&Scripted(|| panic!("broken")))), "panic");
}

#[test]
fn a_machine_without_a_sandbox_gives_no_verdict() {
    let missing = Fault::new("no-sandbox", "opening the sandbox", "not here");
    is_errored_and_inconclusive(&certified(Err(&missing)), "no-sandbox");
}

/// Evidence in which nothing was observed must never read as "nothing happened".
#[test]
fn a_run_that_saw_nothing_is_not_approved() {
    let certified = certified(Ok(&Scripted(|| Ok(RunEvidence::default()))));
    assert_ne!(certified.report.verdict, Verdict::Approved);
    assert_eq!(stage(&certified, Check::Network).status, "failed");
}
