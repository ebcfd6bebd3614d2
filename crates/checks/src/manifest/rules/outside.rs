//! MAN-019, MAN-020, MAN-021: the world outside the engine.

use assay_core::{Code, Finding};

use super::super::hosts::declared_host;
use super::super::judge::Judge;
use super::super::suggest::quoted;
use super::is_placeholder;

pub(super) fn judge(judge: &mut Judge<'_>) {
    url(judge);
    if judge.profile.deployment_model.reaches_out() {
        reaching_out(judge);
    } else {
        isolated(judge);
    }
    for (index, entry) in judge.list("externalCalls") {
        external_call(judge, index, entry);
    }
}

fn url(judge: &mut Judge<'_>) {
    let Some(text) = judge.text("url").filter(|text| !is_placeholder(text)) else { return };
    if !is_web_url(text) {
        let finding = Finding::error(
            Code::MAN_019,
            format!("`url` is {}", quoted(text)),
            "an absolute http or https URL",
        );
        judge.tell(judge.at("url"), "not an absolute http or https URL", finding);
    }
}

fn is_web_url(text: &str) -> bool {
    let lower = text.to_lowercase();
    let web = lower.starts_with("http://") || lower.starts_with("https://");
    web && !text.contains(char::is_whitespace) && declared_host(text).is_some()
}

fn isolated(judge: &mut Judge<'_>) {
    let calls = judge.list("externalCalls");
    if let Some((_, first)) = calls.first() {
        let finding = Finding::error(
            Code::MAN_020,
            format!(
                "a network-isolated engine declares {} external call(s), first {}",
                calls.len(),
                quoted(first)
            ),
            "an empty `externalCalls`, or a deployment model with external access",
        );
        judge.tell(judge.at("externalCalls"), "not for a network-isolated engine", finding);
    }
}

fn external_call(judge: &mut Judge<'_>, index: usize, entry: &str) {
    if !is_placeholder(entry) && declared_host(entry).is_none() {
        let finding = Finding::warning(
            Code::MAN_020,
            format!("the external call {} is neither a host nor a URL", quoted(entry)),
            "a host such as `api.example.com` or a URL",
        );
        judge.tell(judge.at_item("externalCalls", index), "not a host or URL", finding);
    }
}

fn reaching_out(judge: &mut Judge<'_>) {
    let model = judge.profile.deployment_model.name();
    if judge.list("externalCalls").is_empty() {
        let finding = Finding::warning(
            Code::MAN_021,
            format!("`externalCalls` is empty, yet the deployment model is `{model}`"),
            "every host the engine calls",
        );
        judge.tell(judge.at("externalCalls"), "nothing declared", finding);
    }
    if judge.text("serverCountry").is_none() {
        let finding = Finding::info(
            Code::MAN_021,
            format!("`serverCountry` is missing, yet the deployment model is `{model}`"),
            "the country of the servers called, as an ISO code",
        );
        judge.tell(judge.at("serverCountry"), "no `serverCountry`", finding);
    }
}
