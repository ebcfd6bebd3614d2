//! BLD-009 and the logs of BLD-010: what the engine leaves in its file system and its log.

use assay_core::run::{RunEvidence, Stream};
use assay_core::{Code, Finding, Place};

use super::failing::quoted;

/// Paths named one by one.
const TOLD: usize = 5;

pub(super) fn judge(run: &RunEvidence) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(written(run));
    findings.extend(token(run));
    findings.extend(volume(run));
    findings.extend(silence(run));
    findings
}

fn written(run: &RunEvidence) -> Option<Finding> {
    let paths = &run.files_written;
    let first = paths.first()?;
    let named: Vec<String> = paths.iter().take(TOLD).map(|path| format!("`{}`", quoted(path, 120))).collect();
    let more = paths.len().saturating_sub(TOLD);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let observed = format!("the engine wrote outside its temporary folders: {}{more}", named.join(", "));
    let place = Place::path(first.clone());
    Some(Finding::error(Code::BLD_009, observed, Code::BLD_009.rule().checks).at(place))
}

fn token(run: &RunEvidence) -> Option<Finding> {
    let line = run.logs.iter().find(|line| !run.token.is_empty() && line.text.contains(&run.token))?;
    let stream = match line.stream {
        Stream::Stdout => "standard output",
        Stream::Stderr => "standard error",
    };
    let place = Place { at_ms: Some(line.at_ms), ..Place::default() };
    let observed = format!("the engine printed the task's token on {stream}");
    Some(Finding::error(Code::BLD_010, observed, "no secrets in the log").at(place))
}

fn volume(run: &RunEvidence) -> Option<Finding> {
    let dropped = run.log_bytes_dropped;
    let observed = format!("the engine printed so much that {dropped} bytes of its log were dropped");
    (dropped > 0).then(|| Finding::error(Code::BLD_010, observed, "a log that stays within its limit"))
}

fn silence(run: &RunEvidence) -> Option<Finding> {
    let silent = !run.logs.iter().any(|line| line.stream == Stream::Stdout);
    let observed = "the engine printed nothing on standard output";
    silent.then(|| {
        Finding::info(Code::BLD_010, observed, "a log on standard output, since nothing else is kept")
            .fix("print a line when the engine is ready and one for each failure")
    })
}
