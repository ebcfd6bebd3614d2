//! MAN-003, MAN-004, MAN-006, MAN-007: which engine, and of which category.

use assay_core::category::Category;
use assay_core::{Code, Finding};

use super::super::judge::Judge;
use super::super::suggest::{nearest, quoted};
use super::is_placeholder;

pub(super) fn judge(judge: &mut Judge<'_>) {
    engine_id(judge);
    category(judge);
}

fn engine_id(judge: &mut Judge<'_>) {
    let Some(id) = judge.text("engineId") else {
        let given = judge.value("engineId").is_some_and(|value| !value.is_string());
        let observed = if given { "`engineId` is not a string" } else { "`engineId` is missing" };
        let finding = Finding::error(Code::MAN_003, observed, "the id of the engine, as a string");
        return judge.tell(judge.at("engineId"), observed, finding);
    };
    if is_placeholder(id) {
        return;
    }
    if let Some(known) = judge.profile.engine_id.as_deref().filter(|known| *known != id) {
        let finding = Finding::error(
            Code::MAN_003,
            format!("`engineId` is {}", quoted(id)),
            format!("{}, the engine this build was pushed for", quoted(known)),
        );
        return judge.tell(
            judge.at("engineId"),
            "another engine",
            finding.fix(format!("write {}", quoted(known))),
        );
    }
    if !is_uuid(id) {
        let finding = Finding::info(
            Code::MAN_004,
            format!("`engineId` {} is not a UUID", quoted(id)),
            "usually a UUID",
        );
        judge.tell(judge.at("engineId"), "not a UUID", finding);
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

fn category(judge: &mut Judge<'_>) {
    let Some(text) = judge.text("category") else {
        if judge.value("category").is_none_or(|value| value.is_string()) {
            missing_category(judge);
        }
        return;
    };
    if is_placeholder(text) {
        return;
    }
    match text.parse::<Category>() {
        Ok(given) => differing_category(judge, given),
        Err(_) => unknown_category(judge, text),
    }
}

fn missing_category(judge: &mut Judge<'_>) {
    let spot = judge.at("category");
    let finding = match judge.profile.category {
        Some(known) => Finding::warning(
            Code::MAN_006,
            format!("`category` is missing; the engine's own, `{known}`, is taken"),
            "`category` in the manifest",
        )
        .fix(format!("add `\"category\": \"{known}\"`")),
        None => Finding::error(
            Code::MAN_006,
            "`category` is missing; need a valid `category`",
            "the required field `category`",
        ),
    };
    judge.tell(spot, "`category` is missing", finding);
}

fn differing_category(judge: &mut Judge<'_>, given: Category) {
    let Some(known) = judge.profile.category.filter(|known| *known != given) else {
        return;
    };
    let finding = Finding::error(
        Code::MAN_007,
        format!("`category` is `{given}`"),
        format!("`{known}`, the category the engine was created with"),
    );
    judge.tell(judge.at("category"), "not the engine's category", finding.fix(format!("write `{known}`")));
}

fn unknown_category(judge: &mut Judge<'_>, text: &str) {
    let observed = format!("{} is no known engine category", quoted(text));
    let finding =
        Finding::error(Code::MAN_007, observed, "a documented category name, its alias or its platform id");
    let spot = judge.at("category");
    match nearest(text, Category::spellings()) {
        Some(meant) => judge.tell_meant(spot, meant, finding),
        None => judge.tell(spot, "not a known category", finding),
    }
}
