//! NET-008: nothing can be said of a network that was not watched all the time.

use assay_core::run::{Instrument, Observer, Phase, Readiness, RunEvidence};
use assay_core::{Code, Finding};

use crate::evidence::Witnessed;

pub(super) fn judge(runs: &[Witnessed<'_>]) -> Vec<Finding> {
    if runs.is_empty() {
        return vec![hold("the engine was not run, so its network was not observed".into())];
    }
    let gaps = runs.iter().flat_map(|witnessed| gaps(witnessed.run));
    let mut told: Vec<String> = Vec::new();
    for gap in gaps {
        if !told.contains(&gap) {
            told.push(gap);
        }
    }
    told.into_iter().map(hold).collect()
}

fn hold(observed: String) -> Finding {
    Finding::error(Code::NET_008, observed, Code::NET_008.rule().checks)
}

fn gaps(run: &RunEvidence) -> Vec<String> {
    let instruments = [Instrument::Packets, Instrument::SystemCalls];
    let blind = instruments.into_iter().filter_map(|instrument| blindness(run, instrument));
    let missing =
        expected_phases(run).into_iter().filter(|phase| !run.phases.iter().any(|it| it.phase == *phase));
    let missing = missing.map(|phase| format!("the phase `{}` was not observed", phase_name(phase)));
    blind.chain(missing).collect()
}

/// What kept `instrument` from seeing everything.
fn blindness(run: &RunEvidence, instrument: Instrument) -> Option<String> {
    let what = instrument_name(instrument);
    let Some(observer) = run.observers.iter().find(|observer| observer.instrument == instrument) else {
        return Some(format!("the observer of {what} was not there"));
    };
    let Observer { armed, lost, remark, .. } = observer;
    let remark = remark.as_deref().map(|remark| format!(": {remark}")).unwrap_or_default();
    match (armed, lost) {
        (false, _) => Some(format!("the observer of {what} was not armed all the time{remark}")),
        (true, 0) => None,
        (true, lost) => Some(format!("the observer of {what} lost {lost} observations{remark}")),
    }
}

/// The phases a run like this one must have gone through.
fn expected_phases(run: &RunEvidence) -> Vec<Phase> {
    let mut phases = vec![Phase::Start];
    match run.readiness {
        Readiness::Ready { .. } => phases.extend([Phase::Idle, Phase::Work]),
        Readiness::NotAsked => phases.push(Phase::Work),
        _ => {}
    }
    if !run.exit.unasked {
        phases.push(Phase::Stop);
    }
    phases
}

fn instrument_name(instrument: Instrument) -> &'static str {
    match instrument {
        Instrument::Packets => "packets",
        Instrument::SystemCalls => "system calls",
        Instrument::ControlGroup => "resources",
    }
}

fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Start => "start",
        Phase::Idle => "idle",
        Phase::Work => "work",
        Phase::Watch => "watch",
        Phase::Stop => "stop",
    }
}
