//! What the report tells of waivers beside the findings they lifted.

use assay_core::report::Report;

use super::paragraph::folded;
use super::sections::heading;
use crate::terminal::style::{NAME, painted};

/// Waivers that lifted nothing, and why.
pub(super) fn idle(report: &Report) -> String {
    let idle = report.waivers.iter().filter_map(|waiver| Some((waiver, waiver.remark.as_ref()?)));
    let told: String = idle
        .map(|(waiver, remark)| {
            let label = format!("{} ", waiver.code);
            let remark =
                folded(&format!("the waiver {} lifted nothing: {remark}", waiver.waiver.id), 2 + label.len());
            format!("  {}{remark}\n", painted(NAME, &label))
        })
        .collect();
    if told.is_empty() { told } else { heading("Waivers without effect") + &told }
}
