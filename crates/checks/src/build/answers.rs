//! BLD-002: every sample input yields an answer.

use assay_core::run::{Answer, Exchange, ExerciseKind};
use assay_core::{Code, Finding};

use super::failing::{ended, last_words, quoted};
use super::on_input;
use crate::evidence::{Terms, Witnessed};

/// Formats named one by one.
const TOLD: usize = 5;

/// One finding for each sample, about its first failure; declined formats are told together.
pub(super) fn judge(witnessed: Witnessed<'_>, terms: &Terms<'_>) -> Vec<Finding> {
    let mut seen: Vec<&str> = Vec::new();
    let (mut findings, mut declined) = (Vec::new(), Vec::new());
    let samples = witnessed.run.exchanges.iter().filter(|exchange| exchange.kind == ExerciseKind::Sample);
    for exchange in samples {
        if seen.contains(&exchange.exercise.as_str()) {
            continue;
        }
        if is_declined(&exchange.answer) && !must_handle(exchange, terms) {
            seen.push(&exchange.exercise);
            declined.push(exchange);
        } else if let Some(finding) = failure(witnessed, exchange) {
            seen.push(&exchange.exercise);
            findings.push(finding.at(on_input(&exchange.exercise)));
        }
    }
    findings.extend(unhandled(&declined));
    findings
}

fn failure(witnessed: Witnessed<'_>, exchange: &Exchange) -> Option<Finding> {
    let expected = "200 with the result as body";
    let error = |observed: String| Some(Finding::error(Code::BLD_002, observed, expected));
    let calls = if exchange.calls > 1 { format!(" ({} calls)", exchange.calls) } else { String::new() };
    match &exchange.answer {
        Answer::Response { status: 200, cut: true, bytes, .. } => {
            error(format!("the answer is larger than {bytes} bytes and was cut there"))
        }
        Answer::Response { status: 200, body: Some(_), .. } => None,
        // Declining the kind it likes best is no answer.
        Answer::Response { status: status @ (200 | 204), .. } => error(format!(
            "the engine answered {status} without a body: it does not handle this `{}` input",
            quoted(&exchange.mime, 80)
        )),
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

fn is_declined(answer: &Answer) -> bool {
    matches!(answer, Answer::Response { status: 204, .. } | Answer::Response { status: 200, body: None, .. })
}

/// The preferred format must be handled, and so must what is sent although it is not listed: the developer's own input,
/// and WAV to audio engines.
fn must_handle(exchange: &Exchange, terms: &Terms<'_>) -> bool {
    let is = |format: &String| format.eq_ignore_ascii_case(&exchange.mime);
    let manifest = terms.manifest;
    is(&manifest.preferred_input_format) || !manifest.supported_input_formats.iter().any(is)
}

/// An engine may decline an input, but then its manifest should not promise the format.
fn unhandled(declined: &[&Exchange]) -> Option<Finding> {
    let first = declined.first()?;
    let named = declined.iter().take(TOLD).map(|exchange| format!("`{}`", quoted(&exchange.mime, 80)));
    let named = named.collect::<Vec<_>>().join(", ");
    let more = declined.len().saturating_sub(TOLD);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let observed = format!("the engine does not handle inputs of formats its manifest lists: {named}{more}");
    let finding = Finding::warning(Code::BLD_002, observed, "a result for every format the manifest lists");
    Some(
        finding
            .at(on_input(&first.exercise))
            .fix("take the formats out of `supportedInputFormats`, or handle them"),
    )
}

/// What a failing answer said.
fn message(witnessed: Witnessed<'_>, exchange: &Exchange) -> String {
    let body = witnessed.body(&exchange.answer).unwrap_or_default();
    let text = String::from_utf8_lossy(body.get(..body.len().min(1000)).unwrap_or_default()).into_owned();
    if text.trim().is_empty() { String::new() } else { format!(" and said `{}`", quoted(&text, 200)) }
}
