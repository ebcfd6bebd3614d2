//! BEN-001: how fast, how large. Figures of one run on this machine; nothing is compared with other machines.

use assay_core::report::Performance;
use assay_core::run::{Answer, ExerciseKind, Phase, Readiness, RunEvidence};
use assay_core::{Code, Finding};

/// The figures, and the finding that tells them.
#[derive(Clone, Debug)]
pub struct Measured {
    /// One remark under BEN-001.
    pub finding: Finding,
    /// For the report.
    pub performance: Performance,
}

/// Measures one run: the first, against the dead network or the declared hosts.
pub fn measure(run: &RunEvidence) -> Measured {
    let mut millis = answered(run);
    millis.sort_by(f64::total_cmp);
    let performance = Performance {
        cpu_seconds: run.metering.cpu_micros.map(|micros| micros as f64 / 1e6),
        max_memory_mb: run.metering.peak_bytes.map(|bytes| bytes as f64 / f64::from(1 << 20)),
        wall_ms: wall_ms(run),
        gpu: None,
        readiness: run.readiness.clone(),
        requests: millis.len() as u64,
        p50_ms: percentile(&millis, 50),
        p95_ms: percentile(&millis, 95),
        metering: run.metering.clone(),
    };
    let told = told(&performance, task_ms(run));
    let finding = Finding::info(Code::BEN_001, told, Code::BEN_001.rule().checks);
    Measured { finding, performance }
}

/// Times in ms of the requests with good inputs that were answered 200 at the first call.
fn answered(run: &RunEvidence) -> Vec<f64> {
    let good = run.exchanges.iter().filter(|exchange| {
        exchange.kind == ExerciseKind::Sample
            && exchange.calls == 1
            && matches!(exchange.answer, Answer::Response { status: 200, .. })
    });
    good.map(|exchange| exchange.micros as f64 / 1000.0).collect()
}

/// Time until a batch task was told to be over.
fn task_ms(run: &RunEvidence) -> Option<u64> {
    run.task.as_ref()?.statuses.last().filter(|_| run.readiness == Readiness::NotAsked).map(|last| last.at_ms)
}

/// Until the end of the work, or of whatever came last before the watch.
fn wall_ms(run: &RunEvidence) -> u64 {
    let before = run.phases.iter().filter(|span| !matches!(span.phase, Phase::Watch | Phase::Stop));
    before.map(|span| span.to_ms).max().unwrap_or_default()
}

/// The value below or at which `percent` of the sorted values lie (nearest rank).
fn percentile(sorted: &[f64], percent: usize) -> Option<f64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

fn told(performance: &Performance, task_ms: Option<u64>) -> String {
    let mut parts = Vec::new();
    if let Readiness::Ready { after_ms } = performance.readiness {
        parts.push(format!("ready after {after_ms} ms"));
    }
    parts.push(match (performance.p50_ms, performance.p95_ms, task_ms) {
        (Some(p50), Some(p95), _) => {
            format!("{} requests, median {p50:.1} ms, 95th percentile {p95:.1} ms", performance.requests)
        }
        (_, _, Some(task_ms)) => format!("the task took {task_ms} ms"),
        _ => "no request was answered at the first call".into(),
    });
    parts.extend(performance.cpu_seconds.map(|seconds| format!("{seconds:.2} s of processor time")));
    parts.extend(performance.max_memory_mb.map(|mb| format!("{mb:.1} MB of memory at the peak")));
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::example::{exchange, response, run};

    #[test]
    fn percentiles_by_nearest_rank() {
        let values: Vec<f64> = (1..=20).map(f64::from).collect();
        assert_eq!(percentile(&values, 50), Some(10.0));
        assert_eq!(percentile(&values, 95), Some(19.0));
        assert_eq!(percentile(&[7.0], 95), Some(7.0));
        assert_eq!(percentile(&[], 50), None);
    }

    #[test]
    fn only_good_first_answers_count() {
        let mut seen = run();
        let sample = |status| exchange("a", ExerciseKind::Sample, 0, response(status, Some("x")));
        seen.exchanges = vec![sample(200), sample(500)];
        seen.exchanges.push(exchange("b", ExerciseKind::Empty, 0, response(200, None)));
        let mut retried = sample(200);
        retried.calls = 2;
        seen.exchanges.push(retried);
        let measured = measure(&seen);
        assert_eq!(measured.performance.requests, 1);
        assert_eq!(measured.performance.p50_ms, Some(1.5));
        assert_eq!(measured.performance.wall_ms, 300, "the end of the work");
        assert!(measured.finding.observed.starts_with("ready after 90 ms, 1 requests"));
    }
}
