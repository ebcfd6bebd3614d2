//! MAN-013, MAN-014, MAN-015, MAN-025, MAN-026: how the engine takes its work.

use assay_core::manifest::EngineMode;
use assay_core::{Code, Finding};

use super::super::judge::Judge;
use super::super::suggest::{nearest, one_of, quoted};
use super::is_placeholder;

const MODES: [&str; 4] = ["legacy", "batch", "chunk", "stream"];
/// Words of other pages for `chunk`.
const CHUNK_ALIASES: [&str; 2] = ["segment", "message"];
/// Compared without case and blanks; `now` is the API's word.
const SCHEDULES: [&str; 6] = ["any", "recurring", "continuous", "immediate", "ondemand", "now"];
const ADAPTER_FIELDS: [&str; 4] = ["schedule", "oauth", "source", "sourceId"];

/// The mode a text names, aliases included.
pub(in super::super) fn engine_mode(text: &str) -> Option<EngineMode> {
    if CHUNK_ALIASES.contains(&text) {
        return Some(EngineMode::Chunk);
    }
    [EngineMode::Legacy, EngineMode::Batch, EngineMode::Chunk, EngineMode::Stream]
        .into_iter()
        .find(|mode| mode.name() == text)
}

pub(super) fn judge(judge: &mut Judge<'_>) {
    mode(judge);
    adapter(judge);
    onboarding(judge);
    schedule(judge);
    adapter_fields(judge);
    schema(judge);
}

fn mode(judge: &mut Judge<'_>) {
    let spot = judge.at("engineMode");
    let Some(text) = judge.text("engineMode") else {
        if judge.value("engineMode").is_none_or(|value| value.is_string()) {
            let finding = Finding::info(
                Code::MAN_013,
                "`engineMode` is missing, so the engine runs as legacy batch",
                "`engineMode` said outright",
            );
            judge.tell(spot, "no `engineMode`", finding);
        }
        return;
    };
    if is_placeholder(text) {
        return;
    }
    match engine_mode(text) {
        None => unknown_mode(judge, text),
        Some(_) if CHUNK_ALIASES.contains(&text) => {
            let finding = Finding::warning(
                Code::MAN_013,
                format!("`engineMode` is `{text}`, read as `chunk`"),
                "`chunk`",
            );
            judge.tell_meant(spot, "chunk", finding);
        }
        Some(mode) if mode.is_batch() && !batch_is_meant(judge) => {
            let finding = Finding::warning(
                Code::MAN_013,
                format!("the mode `{text}` is deprecated"),
                "`chunk` or `stream`",
            );
            judge.tell(spot, "deprecated", finding);
        }
        Some(_) => {}
    }
}

/// Adapters and correlation engines are told by the documentation to be batch engines.
fn batch_is_meant(judge: &Judge<'_>) -> bool {
    judge.is_adapter() || judge.category().is_some_and(|category| category.name() == "correlation")
}

fn unknown_mode(judge: &mut Judge<'_>, text: &str) {
    let finding = Finding::error(Code::MAN_013, format!("`engineMode` is {}", quoted(text)), one_of(&MODES));
    let spot = judge.at("engineMode");
    match nearest(text, MODES) {
        Some(meant) => judge.tell_meant(spot, meant, finding),
        None => judge.tell(spot, "not an engine mode", finding),
    }
}

fn adapter(judge: &mut Judge<'_>) {
    if !judge.is_adapter() {
        return;
    }
    if judge.text("engineMode").and_then(engine_mode) == Some(EngineMode::Chunk) {
        let finding =
            Finding::error(Code::MAN_014, "an adapter with the mode `chunk`", "`batch` or `stream`");
        judge.tell(judge.at("engineMode"), "not for adapters", finding);
    }
    let category =
        judge.text("category").and_then(|text| text.parse::<assay_core::category::Category>().ok());
    if let Some(category) = category.filter(|category| !category.is_adapter()) {
        let finding = Finding::error(
            Code::MAN_014,
            format!("an adapter with the category `{category}`"),
            "`pull` or `push`",
        );
        judge.tell(judge.at("category"), "not an adapter's category", finding);
    }
}

fn onboarding(judge: &mut Judge<'_>) {
    let given = match judge.text("engineMode") {
        Some(text) => engine_mode(text),
        None => Some(EngineMode::Legacy),
    };
    let Some((given, chosen)) = given.zip(judge.profile.mode) else { return };
    let same = given == chosen || (given.is_batch() && chosen.is_batch());
    if !same {
        let finding = Finding::error(
            Code::MAN_015,
            format!("`engineMode` is `{}`", given.name()),
            format!("`{}`, the mode chosen when the engine was created", chosen.name()),
        );
        judge.tell(judge.at("engineMode"), "another mode than the engine's", finding);
    }
}

fn schedule(judge: &mut Judge<'_>) {
    let Some(text) = judge.text("schedule").filter(|text| !is_placeholder(text)) else { return };
    let folded: String = text.chars().filter(|c| *c != ' ').flat_map(char::to_lowercase).collect();
    if !SCHEDULES.contains(&folded.as_str()) {
        let finding = Finding::error(
            Code::MAN_025,
            format!("`schedule` is {}", quoted(text)),
            "`any`, `recurring`, `continuous`, `immediate` or `on demand`",
        );
        judge.tell(judge.at("schedule"), "not a schedule", finding);
    }
}

/// Stored manifests carry these fields with empty values, which says nothing.
fn adapter_fields(judge: &mut Judge<'_>) {
    if judge.is_adapter() {
        return;
    }
    for name in ADAPTER_FIELDS {
        if judge.text(name).is_some() || judge.number(name).is_some_and(|number| number != 0.0) {
            let finding = Finding::info(
                Code::MAN_025,
                format!("`{name}` has no meaning for a cognitive engine"),
                "scheduling and source fields in adapters only",
            );
            judge.tell(judge.at(name), "an adapter's field", finding.fix(format!("remove `{name}`")));
        }
    }
}

fn schema(judge: &mut Judge<'_>) {
    let batch = judge.text("engineMode").and_then(engine_mode).unwrap_or_default().is_batch();
    let named =
        judge.text("schemaId").is_some() || judge.number("schemaId").is_some_and(|number| number != 0.0);
    if judge.is_adapter() && batch && !named {
        let finding =
            Finding::warning(Code::MAN_026, "a batch adapter without `schemaId`", "the schema of its data");
        judge.tell(judge.at("schemaId"), "no `schemaId`", finding);
    }
}
