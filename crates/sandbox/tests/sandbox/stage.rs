//! What every test needs: a sandbox, a plan, a run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use assay_core::run::{
    Drive, EngineRunner, Exercise, ExerciseKind, Instrument, NetworkMode, ProcessSpec, ResourceLimits,
    Rootfs, RunEvidence, RunPlan, Stream, Timing,
};
use assay_core::{Clock, IdSource, RunId, Silent, Step};
use assay_sandbox::{Sandbox, SandboxOptions};

use crate::engines;

/// The machine's clock: these tests measure real time.
pub(crate) struct MachineClock(Instant);

impl Default for MachineClock {
    #[allow(clippy::disallowed_methods)]
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for MachineClock {
    #[allow(clippy::disallowed_methods)]
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Fresh ids: several test programs share one host.
#[derive(Default)]
pub(crate) struct MachineIds;

impl IdSource for MachineIds {
    #[allow(clippy::disallowed_methods)]
    fn next_id(&self) -> uuid::Uuid {
        uuid::Uuid::now_v7()
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill_with(|| self.next_id().as_bytes()[15]);
    }
}

pub(crate) struct Stage {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) sandbox: Sandbox,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut SandboxOptions)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = sandbox(&folder.path().join("state"), change);
        Self { folder, sandbox }
    }

    /// A plan for the C engine `name`, treated as a batch engine that has no time to lose.
    pub(crate) fn plan(&self, name: &str) -> RunPlan {
        let layer = engines::layer(name, &self.folder.path().join("layers"));
        plan(layer, &self.folder.path().join("evidence"))
    }

    pub(crate) fn run(&self, plan: &RunPlan) -> RunEvidence {
        self.sandbox.run(plan, &Silent, Step::Run).unwrap()
    }

    /// The same with arguments.
    pub(crate) fn plan_with(&self, name: &str, arguments: &[&str]) -> RunPlan {
        let mut plan = self.plan(name);
        plan.process.argv.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        plan
    }

    pub(crate) fn run_with(&self, name: &str, arguments: &[&str]) -> RunEvidence {
        self.run(&self.plan_with(name, arguments))
    }

    pub(crate) fn run_as_root(&self, name: &str, arguments: &[&str]) -> RunEvidence {
        let mut plan = self.plan_with(name, arguments);
        plan.process.user = String::new();
        self.run(&plan)
    }
}

/// What the engine printed on `stream`.
pub(crate) fn lines(evidence: &RunEvidence, stream: Stream) -> Vec<&str> {
    evidence.logs.iter().filter(|line| line.stream == stream).map(|line| &*line.text).collect()
}

/// Fails unless `instrument` was armed and lost nothing.
pub(crate) fn armed(evidence: &RunEvidence, instrument: Instrument) {
    let observer = evidence.observers.iter().find(|observer| observer.instrument == instrument);
    assert!(
        observer.is_some_and(|observer| observer.armed && observer.lost == 0),
        "{:?}",
        evidence.observers
    );
}

pub(crate) fn sandbox(state: &Path, change: impl FnOnce(&mut SandboxOptions)) -> Sandbox {
    let mut options =
        SandboxOptions::new(state.to_owned(), Arc::new(MachineClock::default()), Arc::new(MachineIds));
    change(&mut options);
    Sandbox::new(options).unwrap()
}

pub(crate) fn plan(layer: PathBuf, evidence: &Path) -> RunPlan {
    let id = RunId::new(&MachineIds);
    let evidence_dir = evidence.join(id.to_string());
    std::fs::create_dir_all(&evidence_dir).unwrap();
    RunPlan {
        id,
        rootfs: Rootfs { layers: vec![layer] },
        process: ProcessSpec {
            argv: vec!["/engine".into()],
            env: vec![("GREETING".into(), "hello".into())],
            cwd: String::new(),
            user: "65534:65534".into(),
        },
        limits: ResourceLimits {
            memory_bytes: 256 << 20,
            cpus: 1.0,
            processes: 64,
            open_files: 256,
            log_bytes: 1 << 20,
            scratch_bytes: 32 << 20,
        },
        network: NetworkMode::Dead,
        drive: Drive::Batch { exercise: exercise(), fields: BTreeMap::new() },
        timing: Timing {
            ready: Duration::from_secs(10),
            request: Duration::from_secs(10),
            work: Duration::from_secs(10),
            watch: Duration::from_millis(100),
            sleep: Duration::from_secs(5),
            stop: Duration::from_secs(2),
        },
        evidence_dir,
    }
}

fn exercise() -> Exercise {
    Exercise {
        name: "text/plain sample".into(),
        kind: ExerciseKind::Sample,
        mime: "text/plain".into(),
        input: Arc::from(&b"hello"[..]),
        duration_ms: 0,
        size: (0, 0),
        times: 1,
    }
}
