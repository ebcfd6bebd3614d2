//! Puts the evidence of a run together.

use std::sync::Arc;

use assay_core::Fault;
use assay_core::run::{Exit, Instrument, Metering, Observer, RunEvidence, RunPlan};
use tracing::debug;

use super::TRACE;
use super::course::{Closed, Over};
use super::written::files_written;
use crate::cgroup::{Group, Totals};
use crate::launch::Start;

/// What shells say of a command that cannot be run.
const CANNOT_RUN: i32 = 127;

/// Reads the last meters, cleans up, and says all that was seen.
pub(super) fn gather(over: Over, plan: &RunPlan) -> Result<RunEvidence, Fault> {
    let files_written = files_written(&over.upper);
    drop(over.upper);
    let closed = over.closed;
    let totals = closed.group.as_ref().map(|group| group.totals()).unwrap_or_default();
    let exit = exit(&over.exit, &over.start, &totals, closed.peaks.killed);
    let metering = metering(&closed, &totals, plan);
    over.folder.finish().map_err(|cause| Fault::io("removing the run's control group", cause))?;
    debug!(target: TRACE, "control group removed");
    let (network, phases) = over.recorder.finish();
    let teardown = over.clock.elapsed().saturating_sub(closed.gone);
    Ok(RunEvidence {
        observers: vec![closed.packets, closed.calls, observer(closed.group)],
        phases,
        readiness: over.driven.readiness,
        still_ready: over.driven.still_ready,
        token: over.token,
        exchanges: over.driven.exchanges,
        task: over.driven.task,
        network,
        listeners: over.watched.listeners,
        exit,
        metering: Metering {
            setup_micros: micros(over.setup),
            teardown_micros: micros(teardown),
            ..metering
        },
        logs: over.logs.lines,
        log_bytes_dropped: over.logs.dropped,
        files_written,
        sleepers: over.watched.sleepers,
    })
}

/// What the group counted; where it did not, what the samples and the kernel's farewell to the processes say.
fn metering(closed: &Closed, totals: &Totals, plan: &RunPlan) -> Metering {
    let peaks = closed.peaks;
    Metering {
        cpu_micros: totals.cpu_micros.or(closed.cpu_micros),
        peak_bytes: Some(totals.peak_bytes.unwrap_or(peaks.total)),
        peak_anonymous_bytes: Some(peaks.anonymous),
        peak_cache_bytes: Some(peaks.cache),
        peak_processes: Some(totals.peak_processes.unwrap_or(peaks.processes)),
        process_limit_hit: totals.process_limit_hit,
        memory_limit_bytes: plan.limits.memory_bytes,
        source: closed.group.as_ref().map_or("sampled", |group| group.source()).into(),
        ..Metering::default()
    }
}

fn micros(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn exit(exit: &Exit, start: &Start, totals: &Totals, killed_by_meter: bool) -> Exit {
    let out_of_memory = totals.out_of_memory_kills > 0 || killed_by_meter;
    match start {
        Start::Running => Exit { out_of_memory, ..*exit },
        Start::Impossible(_) => Exit { code: Some(CANNOT_RUN), unasked: true, ..Exit::default() },
    }
}

fn observer(group: Result<Arc<dyn Group>, Observer>) -> Observer {
    let armed = |_| Observer { instrument: Instrument::ControlGroup, armed: true, lost: 0, remark: None };
    group.map_or_else(|missing| missing, armed)
}
