//! MAN-009, MAN-010, MAN-011, MAN-028: media types.

use assay_core::{Code, Finding};

use super::super::judge::{Judge, Spot};
use super::super::media::{self, KNOWN};
use super::super::suggest::{nearest, quoted};
use super::is_placeholder;

const LISTS: [&str; 2] = ["supportedInputFormats", "outputFormats"];

pub(super) fn judge(judge: &mut Judge<'_>) {
    if let Some(text) = judge.text("preferredInputFormat") {
        media_type(judge, text, judge.at("preferredInputFormat"));
    }
    for name in LISTS {
        for (index, text) in judge.list(name) {
            media_type(judge, text, judge.at_item(name, index));
        }
        empty_list(judge, name);
    }
    preferred_is_supported(judge);
    output_is_json(judge);
}

fn media_type(judge: &mut Judge<'_>, text: &str, spot: Spot) {
    let normal = media::normal(text);
    if is_placeholder(text) || KNOWN.contains(&normal.as_str()) {
        return;
    }
    let near =
        if normal == "image/jpg" { Some("image/jpeg") } else { nearest(&normal, KNOWN.iter().copied()) };
    let finding = if media::is_well_formed(&normal) {
        Finding::warning(
            Code::MAN_009,
            format!("the media type {} is not a listed one", quoted(text)),
            "a listed media type",
        )
    } else {
        Finding::error(
            Code::MAN_009,
            format!("unknown media format: {}", quoted(text)),
            "a media type `type/subtype`",
        )
    };
    match near {
        Some(meant) => judge.tell_meant(spot, meant, finding),
        None => judge.tell(spot, "not a listed media type", finding),
    }
}

fn empty_list(judge: &mut Judge<'_>, name: &str) {
    if judge.value(name).and_then(|value| value.as_array()).is_some_and(Vec::is_empty) {
        let finding = Finding::error(
            Code::MAN_011,
            format!("`{name}` is empty; need a valid `{name}`"),
            "at least one media type",
        );
        judge.tell(judge.at(name), "nothing listed", finding);
    }
}

fn preferred_is_supported(judge: &mut Judge<'_>) {
    let Some(preferred) = judge.text("preferredInputFormat") else { return };
    let supported = judge.media_types("supportedInputFormats");
    if supported.is_empty() || is_placeholder(preferred) || supported.contains(&media::normal(preferred)) {
        return;
    }
    let line = judge.line_of("supportedInputFormats");
    let finding = Finding::warning(
        Code::MAN_010,
        format!(
            "the preferred format {} is not among `supportedInputFormats` (line {line})",
            quoted(preferred)
        ),
        "the preferred format among the supported ones; it is added for you",
    );
    judge.tell(judge.at("preferredInputFormat"), "not in `supportedInputFormats`", finding);
}

/// Translation answers in documents of its input's kind, so JSON is not asked of it.
fn output_is_json(judge: &mut Judge<'_>) {
    let Some(category) = judge.category() else { return };
    let outputs = judge.media_types("outputFormats");
    let wants_json = !category.row().contracts.is_empty() && category.name() != "translate";
    if !wants_json || outputs.is_empty() || outputs.iter().any(|output| media::is_json(output)) {
        return;
    }
    let finding = Finding::warning(
        Code::MAN_028,
        format!("`outputFormats` lacks `application/json`, yet the category `{category}` answers in JSON"),
        "`application/json` among the output formats",
    );
    judge.tell(judge.at("outputFormats"), "no JSON here", finding);
}
