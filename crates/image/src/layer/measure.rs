//! Judging a layer known from before: its figures against the limits of today.

use assay_core::{Code, Digest, Finding, Place};

use crate::limits::ImageLimits;

use super::entry::Measures;
use super::inflate::expands_too_much;
use super::trouble;

/// What in the figures of a layer is over the limits.
pub(crate) fn judge_measures(measures: &Measures, diff_id: &Digest, limits: &ImageLimits) -> Vec<Finding> {
    let mut findings = Vec::new();
    if measures.entries > limits.entries_per_layer {
        findings.push(trouble::too_many_entries(limits));
    }
    if expands_too_much(measures.unpacked_bytes, measures.compressed_bytes, limits) {
        findings.push(trouble::expansion(measures.unpacked_bytes, measures.compressed_bytes, limits));
    }
    let others = [
        ("path of the layer, in bytes,", measures.longest_path, limits.path_bytes as u64),
        ("depth of the layer's folders", measures.deepest_path, limits.path_depth as u64),
        ("extended header of the layer, in bytes,", measures.largest_header, limits.extended_header_bytes),
    ];
    for (what, found, limit) in others.into_iter().filter(|(_, found, limit)| found > limit) {
        let observed = format!("the largest {what} is {found}");
        findings.push(Finding::error(Code::IMG_003, observed, format!("at most {limit}")));
    }
    findings.into_iter().map(|finding| finding.at(Place::default().in_layer(diff_id))).collect()
}
