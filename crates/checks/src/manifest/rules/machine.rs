//! MAN-012, MAN-016, MAN-023, MAN-024: what the engine runs on.

use assay_core::manifest::ClusterSize;
use assay_core::{Code, Finding};

use super::super::judge::Judge;
use super::super::suggest::{nearest, one_of, quoted};
use super::is_placeholder;

const SIZES: [&str; 4] = ["small", "medium", "large", "custom"];
const GPU_SUPPORTED: [&str; 7] = ["G2", "G3", "P2", "none", "aws_p2", "aws_p3", "cuda"];
const GPU_ANNOUNCED: [&str; 3] = ["P3", "F1", "CG1"];

/// The size a text names.
pub(in super::super) fn cluster_size(text: &str) -> Option<ClusterSize> {
    [ClusterSize::Small, ClusterSize::Medium, ClusterSize::Large, ClusterSize::Custom]
        .into_iter()
        .find(|size| size.name() == text)
}

pub(super) fn judge(judge: &mut Judge<'_>) {
    size(judge);
    concurrency(judge);
    gpu(judge);
    memory(judge);
}

fn size(judge: &mut Judge<'_>) {
    let Some(text) = judge.text("clusterSize").filter(|text| !is_placeholder(text)) else { return };
    let spot = judge.at("clusterSize");
    match cluster_size(text) {
        Some(ClusterSize::Custom) if judge.text("customProfile").is_none() => {
            let finding = Finding::warning(
                Code::MAN_012,
                "`clusterSize` is `custom` without a `customProfile`",
                "`customProfile` beside the size `custom`",
            );
            judge.tell(
                spot,
                "which profile?",
                finding.fix("add `customProfile`, or choose small, medium or large"),
            );
        }
        Some(_) => {}
        None => {
            let finding =
                Finding::error(Code::MAN_012, format!("`clusterSize` is {}", quoted(text)), one_of(&SIZES));
            match nearest(text, SIZES) {
                Some(meant) => judge.tell_meant(spot, meant, finding),
                None => judge.tell(spot, "not a cluster size", finding),
            }
        }
    }
}

fn concurrency(judge: &mut Judge<'_>) {
    for name in ["initialConcurrency", "maxConcurrency"] {
        if judge.number(name).is_some_and(|number| number < 1.0) {
            let finding =
                Finding::error(Code::MAN_016, format!("`{name}` is below 1"), "at least 1 instance");
            judge.tell(judge.at(name), "at least 1", finding);
        }
    }
    let (initial, most) = (judge.number("initialConcurrency"), judge.number("maxConcurrency"));
    if let Some((initial, most)) = initial.zip(most).filter(|(initial, most)| *most >= 1.0 && initial > most)
    {
        let line = judge.line_of("maxConcurrency");
        let finding = Finding::warning(
            Code::MAN_016,
            format!("`initialConcurrency` {initial} is above `maxConcurrency` {most} (line {line})"),
            "an initial concurrency up to the maximum",
        );
        judge.tell(judge.at("initialConcurrency"), "above the maximum", finding);
    }
}

/// One code or, as one page of the documentation has it, several between commas.
fn gpu(judge: &mut Judge<'_>) {
    let Some(text) = judge.text("gpuSupported").filter(|text| !is_placeholder(text)) else { return };
    for code in text.split(',').map(str::trim) {
        let is = |known: &&str| known.eq_ignore_ascii_case(code);
        if GPU_SUPPORTED.iter().any(is) {
            continue;
        }
        let finding = if GPU_ANNOUNCED.iter().any(is) {
            Finding::info(
                Code::MAN_023,
                format!("{} is announced, not yet supported", quoted(code)),
                one_of(&GPU_SUPPORTED),
            )
        } else {
            Finding::warning(
                Code::MAN_023,
                format!("{} is no known machine family", quoted(code)),
                one_of(&GPU_SUPPORTED),
            )
        };
        judge.tell(judge.at("gpuSupported"), "machine family", finding);
    }
}

fn memory(judge: &mut Judge<'_>) {
    let size = judge.text("clusterSize").and_then(cluster_size).filter(|size| *size != ClusterSize::Custom);
    let (Some(needed), Some(size)) = (judge.number("minMemoryRequired"), size) else { return };
    let offered = size.memory_bytes() >> 20;
    if needed > offered as f64 {
        let finding = Finding::warning(
            Code::MAN_024,
            format!("`minMemoryRequired` is {needed} MB"),
            format!("at most {offered} MB, the memory of the cluster size `{}`", size.name()),
        );
        judge.tell(judge.at("minMemoryRequired"), "more than the machine has", finding);
    }
}
