//! The driver against engines that behave, and engines that do not. They are threads on our own loopback.

mod batch;
mod chunk;
mod fake;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use assay_core::run::{
    Drive, Exercise, ExerciseKind, NetworkMode, Phase, ProcessSpec, ResourceLimits, Rootfs, RunPlan, Timing,
};
use assay_core::{Clock, Fault, RunId, SequentialIds};

use super::{Driven, EngineState, Prepared, Scene, prepare};
use crate::EngineNamespace;
use crate::net::Recorder;

/// The real time: sockets wait in it, so a clock that stands still would make every deadline endless.
struct RealClock(Instant);

impl RealClock {
    #[allow(clippy::disallowed_methods)]
    fn new() -> Self {
        Self(Instant::now())
    }
}

impl Clock for RealClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A process that is said to live until told otherwise.
struct Pulse(AtomicBool);

impl Pulse {
    fn beating() -> Arc<Self> {
        Arc::new(Self(AtomicBool::new(true)))
    }

    fn stop(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl EngineState for Pulse {
    fn alive(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// All that a driver needs around it.
struct Stage {
    namespace: EngineNamespace,
    recorder: Arc<Recorder>,
    clock: Arc<RealClock>,
    folder: tempfile::TempDir,
    pulse: Arc<Pulse>,
}

impl Stage {
    fn new() -> Self {
        let clock = Arc::new(RealClock::new());
        let recorder = Arc::new(Recorder::new(clock.clone()));
        recorder.start();
        let folder = tempfile::tempdir().unwrap();
        Self { namespace: EngineNamespace::here(), recorder, clock, folder, pulse: Pulse::beating() }
    }

    fn plan(&self, drive: Drive) -> RunPlan {
        plan(drive, self.folder.path())
    }

    fn prepare(&self, plan: &RunPlan) -> Prepared {
        prepare(plan, &self.namespace, &SequentialIds::default(), Arc::clone(&self.recorder)).unwrap()
    }

    fn run(&self, plan: &RunPlan, prepared: Prepared) -> Driven {
        self.attempt(plan, prepared).unwrap()
    }

    fn attempt(&self, plan: &RunPlan, prepared: Prepared) -> Result<Driven, Fault> {
        let scene = Scene {
            namespace: &self.namespace,
            plan,
            recorder: &self.recorder,
            engine: &*self.pulse,
            clock: &*self.clock,
        };
        prepared.run(scene)
    }

    fn file(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.path().join(name)).unwrap()
    }

    fn phases(&self) -> Vec<Phase> {
        self.recorder.finish().1.iter().map(|span| span.phase).collect()
    }
}

fn plan(drive: Drive, folder: &Path) -> RunPlan {
    RunPlan {
        id: RunId::new(&SequentialIds::default()),
        rootfs: Rootfs::default(),
        process: ProcessSpec::default(),
        limits: ResourceLimits {
            memory_bytes: 1 << 29,
            cpus: 1.0,
            processes: 100,
            open_files: 100,
            log_bytes: 1 << 20,
            scratch_bytes: 1 << 20,
        },
        network: NetworkMode::Dead,
        drive,
        timing: Timing {
            ready: Duration::from_secs(20),
            request: Duration::from_secs(20),
            work: Duration::from_secs(60),
            watch: Duration::ZERO,
            sleep: Duration::ZERO,
            stop: Duration::from_secs(20),
        },
        evidence_dir: folder.to_owned(),
    }
}

fn exercise(name: &str, kind: ExerciseKind, input: &[u8], times: u32) -> Exercise {
    Exercise {
        name: name.into(),
        kind,
        mime: "text/plain".into(),
        input: input.into(),
        duration_ms: 0,
        size: (0, 0),
        times,
    }
}

fn batch(fields: BTreeMap<String, serde_json::Value>) -> Drive {
    Drive::Batch { exercise: exercise("text sample", ExerciseKind::Sample, b"some text", 1), fields }
}
