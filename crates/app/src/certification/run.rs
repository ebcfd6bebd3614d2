//! The runs of the engine: one against a dead network (or its declared hosts), and for isolated engines one against a
//! network that answers (NET-009). One after the other, so that the measurements of the first are its own.

use std::fs;
use std::path::{Path, PathBuf};

use assay_checks::samples;
use assay_core::report::NotJudged;
use assay_core::run::{Exercise, ExerciseKind, LogLine, NetworkMode, RunEvidence, Stream};
use assay_core::{Fault, Finding, Step};

use super::prepare::{NotDrivable, Subject};
use crate::conclude::{self, Span};

/// One run and where it left its files.
pub(super) struct Run {
    pub(super) evidence: RunEvidence,
    pub(super) folder: PathBuf,
}

/// What came of running the engine.
pub(super) enum Ran {
    /// It ran.
    Through {
        /// Against a dead network, or the declared hosts.
        first: Box<Run>,
        /// Against an answering network.
        second: Option<Box<Run>>,
    },
    /// It cannot be asked anything; the finding says why.
    NotDrivable(Box<Finding>),
    /// The sandbox failed.
    Broke(Fault),
}

/// The runs, what could not be sent, and when it all was.
pub(super) struct Runs {
    pub(super) ran: Ran,
    pub(super) not_judged: Vec<NotJudged>,
    pub(super) span: Span,
}

/// Runs the engine as often as its deployment model asks for.
pub(super) fn run(subject: Subject<'_>) -> Runs {
    let request = subject.request;
    let chosen = samples::exercises(subject.manifest, request.input.as_ref());
    let list = chosen.exercises;
    let (ran, span) = conclude::timed(subject.rooms.clock, || {
        let first = one(subject, Step::Run, "run", &list, subject.first_network())?;
        let isolated = !request.profile.deployment_model.reaches_out();
        let second = isolated
            .then(|| one(subject, Step::SecondRun, "second-run", &good_ones(&list), NetworkMode::Answering));
        Ok(Ran::Through { first, second: second.transpose()? })
    });
    Runs { ran: ran.unwrap_or_else(|stopped: Stopped| stopped.into()), not_judged: chosen.not_judged, span }
}

/// Runs the engine once in its first world; a chunk engine is asked nothing but whether it is ready.
pub(super) fn run_once(subject: Subject<'_>, step: Step) -> Ran {
    let chosen = samples::exercises(subject.manifest, subject.request.input.as_ref()).exercises;
    let few = if subject.manifest.engine_mode.is_batch() { good_ones(&chosen) } else { Vec::new() };
    match one(subject, step, "probe", &few, subject.first_network()) {
        Ok(first) => Ran::Through { first, second: None },
        Err(stopped) => stopped.into(),
    }
}

/// The good inputs, each once: enough to compare one world with another.
fn good_ones(exercises: &[Exercise]) -> Vec<Exercise> {
    let good = exercises.iter().filter(|exercise| exercise.kind == ExerciseKind::Sample);
    good.map(|exercise| Exercise { times: 1, ..exercise.clone() }).collect()
}

enum Stopped {
    NotDrivable(NotDrivable),
    Broke(Fault),
}

impl From<Stopped> for Ran {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::NotDrivable(NotDrivable(finding)) => Self::NotDrivable(finding),
            Stopped::Broke(fault) => Self::Broke(fault),
        }
    }
}

fn one(
    subject: Subject<'_>,
    step: Step,
    folder: &str,
    exercises: &[Exercise],
    network: NetworkMode,
) -> Result<Box<Run>, Stopped> {
    let progress = subject.rooms.progress;
    let folder = subject.request.evidence_dir.join(folder);
    let plan = subject.plan(exercises, network, &folder).map_err(Stopped::NotDrivable)?;
    let runner = subject.rooms.runner.map_err(|fault| Stopped::Broke(fault.clone()))?;
    progress.started(step);
    let evidence = fs::create_dir_all(&folder)
        .map_err(|cause| Fault::io("making the folder for the run's evidence", cause))
        .and_then(|()| conclude::guarded("running the engine", || runner.run(&plan, progress, step)))
        .and_then(|evidence| keep(&folder, &evidence).map(|()| evidence));
    progress.finished(step, evidence.is_ok());
    Ok(Box::new(Run { evidence: evidence.map_err(Stopped::Broke)?, folder }))
}

/// Writes what was seen and what the engine printed beside the files of the run, for those who want to look themselves.
fn keep(folder: &Path, evidence: &RunEvidence) -> Result<(), Fault> {
    let seen = serde_json::to_vec_pretty(evidence)
        .map_err(|cause| Fault::new("render", "writing the evidence", cause))?;
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.join(name), bytes)
            .map_err(|cause| Fault::io(format!("writing `{name}` of the run"), cause))
    };
    write("evidence.json", &seen)?;
    write("log.txt", log(&evidence.logs).as_bytes())
}

/// The log with times in ms since the engine's start; the sign tells standard output (`|`) from standard error (`!`).
fn log(lines: &[LogLine]) -> String {
    let sign = |stream| if stream == Stream::Stdout { '|' } else { '!' };
    lines.iter().map(|line| format!("{:>8} {} {}\n", line.at_ms, sign(line.stream), line.text)).collect()
}
