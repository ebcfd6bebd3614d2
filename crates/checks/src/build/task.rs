//! BLD-002 for batch engines: a final status, and a result (engine-protocol.md §4, §10 R9).

use assay_core::run::{Readiness, RunEvidence, TaskStatus, TaskStory};
use assay_core::{Code, Finding};

use super::failing::{ended, last_words, quoted};
pub(super) fn judge(run: &RunEvidence) -> Vec<Finding> {
    // The endpoint also hears chunk engines, which owe it nothing.
    let Some(story) = run.task.as_ref().filter(|_| run.readiness == Readiness::NotAsked) else {
        return Vec::new();
    };
    let end = story.statuses.iter().find(|update| is_final(&update.status));
    let mut findings: Vec<Finding> = match end {
        None => vec![unfinished(run, story)],
        Some(update) if update.status == "complete" => completed(story).into_iter().collect(),
        Some(update) => vec![failed(update, story)],
    };
    findings.extend(exit_code(run, end));
    findings
}

fn is_final(status: &str) -> bool {
    matches!(status, "complete" | "failed" | "cancelled" | "aborted")
}

fn error(observed: String, story: &TaskStory) -> Finding {
    let puzzled = story.not_understood.first();
    let hint =
        puzzled.map(|what| format!("; of its requests the first not served was `{}`", quoted(what, 200)));
    let observed = observed + &hint.unwrap_or_default();
    Finding::error(Code::BLD_002, observed, "an uploaded result and `updateTask` with status `complete`")
}

fn unfinished(run: &RunEvidence, story: &TaskStory) -> Finding {
    let how = ended(&run.exit).unwrap_or_else(|| "was still working when the time was up".into());
    error(format!("the engine {how} and told no final status of its task{}", last_words(run)), story)
}

fn completed(story: &TaskStory) -> Option<Finding> {
    let brought = !story.results.is_empty() || inline_result(story).is_some();
    (!brought).then(|| error("the task is `complete`, but no result was uploaded".into(), story))
}

fn failed(update: &TaskStatus, story: &TaskStory) -> Finding {
    let output = update.output.as_ref().map(|output| format!(": `{}`", quoted(&output.to_string(), 200)));
    let status = quoted(&update.status, 40);
    error(format!("the engine ended its task as `{status}`{}", output.unwrap_or_default()), story)
}

/// The platform believes the status; the code is for those who read logs.
fn exit_code(run: &RunEvidence, end: Option<&TaskStatus>) -> Option<Finding> {
    let code = run.exit.code.filter(|code| *code != 0)?;
    let update = end.filter(|update| update.status == "complete")?;
    let observed = format!("the task is `{}`, but the engine ended with exit code {code}", update.status);
    Some(Finding::warning(Code::BLD_002, observed, "exit code 0 after a completed task"))
}

/// A result that came as the output of a status, as older engines send it.
pub(super) fn inline_result(story: &TaskStory) -> Option<&serde_json::Value> {
    let outputs = story.statuses.iter().filter_map(|update| update.output.as_ref());
    outputs.into_iter().find(|output| {
        ["series", "object", "media", "validationContracts"].iter().any(|key| output.get(key).is_some())
    })
}
