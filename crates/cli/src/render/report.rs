//! The report for people: the verdict and why, the checks, the findings by weight, the network's story, what was
//! measured and what was not judged. Calm, and readable at 80 columns.

use assay_core::Verdict;
use assay_core::report::Report;

use super::paragraph::folded;
use super::{sections, waived, way};
use crate::terminal::escape;
use crate::terminal::style::{BOLD, DIM, of_verdict, painted};

/// The whole report; `evidence` names the folder of the bundle when one was written.
pub(crate) fn text(report: &Report, evidence: Option<&str>) -> String {
    let parts = [
        headline(report),
        way::text(report),
        sections::checks(report),
        sections::findings(report),
        sections::network(report),
        sections::measurements(report),
        waived::idle(report),
        sections::not_judged(report),
        evidence.map(sections::evidence).unwrap_or_default(),
    ];
    let told: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{}\n", told.join("\n"))
}

fn headline(report: &Report) -> String {
    let left_out = report.stages.iter().filter(|stage| stage.status == "skipped" && stage.name.required());
    let (mark, word) = match report.verdict {
        Verdict::Approved if left_out.count() > 0 => ("✓", "Approved, as far as it was judged"),
        Verdict::Approved => ("✓", "Approved"),
        Verdict::Disapproved if report.build_status == "invalid" => {
            ("✗", "Disapproved: the build is invalid")
        }
        Verdict::Disapproved => ("✗", "Disapproved"),
        Verdict::Inconclusive => ("?", "Inconclusive: not approved"),
    };
    let verdict = painted(of_verdict(report.verdict), &format!("{mark} {word}"));
    let mut text = format!("\n{verdict}  {}\n", painted(BOLD, &escape::line(&report.image)));
    for reason in &report.reasons {
        text.push_str(&format!("  • {}\n", folded(reason, 4)));
    }
    text.push('\n');
    for (label, value) in facts(report) {
        text.push_str(&format!("  {} {}\n", painted(DIM, &format!("{label:<7}")), folded(&value, 10)));
    }
    text
}

fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(digest) = &report.subject.digest {
        let platform =
            report.subject.platform.as_ref().map(|platform| format!(" · {platform}")).unwrap_or_default();
        let size = size(report.subject.unpacked_bytes);
        facts.push(("image", format!("{}:{}{platform} · {size}", digest.algorithm().name(), digest.short())));
    }
    if !report.engine_id.is_empty() {
        facts.push(("engine", engine(report)));
    }
    facts.push(("policy", format!("{} (version {})", report.policy.name, report.policy.number)));
    facts
}

fn engine(report: &Report) -> String {
    let mut parts = vec![report.engine_id.clone()];
    if let Some(manifest) = &report.effective_manifest {
        parts.extend(manifest.category.map(|category| category.name().to_owned()));
        parts.push(manifest.engine_mode.name().to_owned());
    }
    parts.push(report.profile.deployment_model.name().to_owned());
    parts.join(" · ")
}

/// Bytes as people read them.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10)];
    let unit = UNITS.iter().find(|(_, unit)| bytes >= *unit);
    unit.map_or_else(
        || format!("{bytes} B"),
        |(name, unit)| format!("{:.1} {name}", bytes as f64 / *unit as f64),
    )
}
