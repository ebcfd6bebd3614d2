//! BLD-008: memory and processes.

use assay_core::run::RunEvidence;
use assay_core::{Code, Finding};

use crate::evidence::Terms;

/// Above this share of its memory an engine is one larger input away from being killed.
const TIGHT_PERCENT: u64 = 90;

pub(super) fn judge(run: &RunEvidence, terms: &Terms<'_>) -> Vec<Finding> {
    let size = terms.manifest.cluster_size;
    let allowed = size.memory_bytes();
    let machine = format!("{} MB, the memory of cluster size `{}`", allowed >> 20, size.name());
    let error = |observed: String| Finding::error(Code::BLD_008, observed, format!("at most {machine}"));
    let mut findings = Vec::new();
    if run.exit.out_of_memory {
        findings.push(error(format!(
            "the kernel killed a process of the engine for want of memory at the limit of {} MB",
            run.metering.memory_limit_bytes >> 20,
        )));
    } else if let Some(held) = held(run) {
        let percent = held.saturating_mul(100) / allowed.max(1);
        let observed = format!("the engine held {} MB at its peak, {percent} % of what it has", held >> 20);
        match percent {
            101.. => findings.push(error(observed)),
            TIGHT_PERCENT.. => {
                findings.push(Finding::warning(Code::BLD_008, observed, format!("well below {machine}")))
            }
            _ => {}
        }
    } else {
        findings.push(Finding::info(
            Code::BLD_008,
            "the peak of memory could not be measured on this machine",
            machine.as_str(),
        ));
    }
    if run.metering.process_limit_hit {
        findings.push(too_many_processes());
    }
    findings
}

fn too_many_processes() -> Finding {
    Finding::error(
        Code::BLD_008,
        "the engine wanted more processes or threads than it may have",
        "no more processes and threads at one time than the sandbox allows",
    )
    .fix("end processes that have done their work, and let a fixed number of threads share it")
}

/// What the engine itself held at its peak: page cache is the kernel's and goes when memory is short.
fn held(run: &RunEvidence) -> Option<u64> {
    run.metering.peak_anonymous_bytes.or(run.metering.peak_bytes)
}
