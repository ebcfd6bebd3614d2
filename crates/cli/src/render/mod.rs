//! Renderings of results: the terminal's form is written here, the others by the report model itself.

pub(crate) mod finding;
pub(crate) mod paragraph;
pub(crate) mod report;
mod sections;
mod source;
pub(crate) mod table;
mod waived;
mod way;

pub(crate) use report::size;

use assay_app::Refused;
use assay_core::Fault;
use assay_core::report::Report;

/// The report as JSON text, ending in a line feed.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<String, Refused> {
    let text =
        serde_json::to_string_pretty(value).map_err(|cause| Fault::new("render", "writing JSON", cause))?;
    Ok(text + "\n")
}

/// The report as SARIF text.
pub(crate) fn sarif(report: &Report) -> Result<String, Refused> {
    json(&assay_core::report::sarif(report))
}

/// The report as JUnit XML.
pub(crate) fn junit(report: &Report) -> Result<String, Refused> {
    let text = assay_core::report::junit(report)
        .map_err(|cause| Fault::new("render", "writing JUnit XML", cause))?;
    Ok(text + "\n")
}
