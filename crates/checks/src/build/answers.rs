//! BLD-002: every sample input yields an answer.

use assay_core::run::{Answer, Exchange, ExerciseKind};
use assay_core::{Code, Finding};

use super::failing::{ended, last_words, quoted};
use super::on_input;
use crate::evidence::{Terms, Witnessed};

/// One finding for each sample, about its first failure.
pub(super) fn judge(witnessed: Witnessed<'_>, terms: &Terms<'_>) -> Vec<Finding> {
    let mut told: Vec<&str> = Vec::new();
    let mut findings = Vec::new();
    let samples = witnessed.run.exchanges.iter().filter(|exchange| exchange.kind == ExerciseKind::Sample);
    for exchange in samples {
        if told.contains(&exchange.exercise.as_str()) {
            continue;
        }
        if let Some(finding) = failure(witnessed, exchange, terms) {
            told.push(&exchange.exercise);
            findings.push(finding.at(on_input(&exchange.exercise)));
        }
    }
    findings
}

fn failure(witnessed: Witnessed<'_>, exchange: &Exchange, terms: &Terms<'_>) -> Option<Finding> {
    let expected = "200 with the result as body";
    let error = |observed: String| Some(Finding::error(Code::BLD_002, observed, expected));
    let calls = if exchange.calls > 1 { format!(" ({} calls)", exchange.calls) } else { String::new() };
    match &exchange.answer {
        Answer::Response { status: 200, cut: true, bytes, .. } => {
            error(format!("the answer is larger than {bytes} bytes and was cut there"))
        }
        Answer::Response { status: 200, body: Some(_), .. } => None,
        Answer::Response { status: status @ (200 | 204), .. } => ignored(*status, exchange, terms),
        Answer::Response { status, .. } => {
            error(format!("the engine answered {status}{calls}{}", message(witnessed, exchange)))
        }
        Answer::Broken { reason } => {
            let how = ended(&witnessed.run.exit).map(|how| format!("; later the engine {how}"));
            let words = last_words(witnessed.run);
            error(format!("no answer: {}{calls}{}{words}", quoted(reason, 200), how.unwrap_or_default()))
        }
        Answer::NotSent { reason } => {
            let how = ended(&witnessed.run.exit).map(|how| format!("; the engine {how}")).unwrap_or_default();
            error(format!(
                "the input could not be sent: {}{how}{}",
                quoted(reason, 200),
                last_words(witnessed.run)
            ))
        }
    }
}

/// An engine may decline an input; declining the kind it likes best is no answer.
fn ignored(status: u16, exchange: &Exchange, terms: &Terms<'_>) -> Option<Finding> {
    let how = if status == 204 { "answered 204" } else { "answered 200 without a body" };
    let observed =
        format!("the engine {how}: it does not handle this `{}` input", quoted(&exchange.mime, 80));
    let preferred = exchange.mime.eq_ignore_ascii_case(&terms.manifest.preferred_input_format);
    let expected = "a result for an input of a format the manifest lists";
    Some(if preferred {
        Finding::error(Code::BLD_002, observed, expected)
    } else {
        Finding::warning(Code::BLD_002, observed, expected)
    })
}

/// What a failing answer said.
fn message(witnessed: Witnessed<'_>, exchange: &Exchange) -> String {
    let body = witnessed.body(&exchange.answer).unwrap_or_default();
    let text = String::from_utf8_lossy(body.get(..body.len().min(1000)).unwrap_or_default()).into_owned();
    if text.trim().is_empty() { String::new() } else { format!(" and said `{}`", quoted(&text, 200)) }
}
