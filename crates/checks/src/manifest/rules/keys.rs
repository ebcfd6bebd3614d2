//! MAN-005, MAN-027, MAN-031: which keys are there.

use assay_core::{Code, Finding};

use super::super::fields::{self, PLATFORM_KEYS};
use super::super::judge::{Judge, Spot, pointer};
use super::super::suggest::{nearest, quoted};

pub(super) fn judge(judge: &mut Judge<'_>) {
    required(judge);
    platform_keys(judge);
    unknown_keys(judge);
}

/// Empty texts count as missing; values of a wrong type were told under MAN-008.
fn required(judge: &mut Judge<'_>) {
    let mut names = vec!["preferredInputFormat", "outputFormats", "clusterSize"];
    if !judge.is_adapter() {
        names.push("supportedInputFormats");
    }
    for name in names {
        let empty =
            judge.value(name).is_none_or(|value| value.as_str().is_some_and(|text| text.trim().is_empty()));
        if empty {
            let finding = Finding::error(
                Code::MAN_005,
                format!("`{name}` is missing; need a valid `{name}`"),
                format!("the required field `{name}`"),
            );
            judge.tell(judge.at(name), &format!("`{name}` is missing"), finding.fix(format!("add `{name}`")));
        }
    }
}

fn platform_keys(judge: &mut Judge<'_>) {
    for name in PLATFORM_KEYS {
        if let Some(spot) = key_spot(judge, name) {
            let finding = Finding::warning(
                Code::MAN_031,
                format!("`{name}` is supplied and ignored"),
                format!("no `{name}`; the platform sets it"),
            );
            judge.tell(spot, "the platform's own", finding);
        }
    }
}

fn unknown_keys(judge: &mut Judge<'_>) {
    let unknown: Vec<&str> = judge
        .syntax
        .raw
        .keys()
        .map(String::as_str)
        .filter(|key| !fields::names().any(|name| name == *key) && !PLATFORM_KEYS.contains(key))
        .collect();
    for key in unknown {
        if let Some(spot) = key_spot(judge, key) {
            unknown_key(judge, key, spot);
        }
    }
}

fn unknown_key(judge: &mut Judge<'_>, key: &str, spot: Spot) {
    let observed = format!("the key {} is not a documented one", quoted(key));
    let expected = "documented keys";
    match nearest(key, fields::names()) {
        Some(meant) if judge.syntax.member(meant).is_none() => {
            let observed = format!("{observed}; the platform ignores it");
            judge.tell_meant(spot, meant, Finding::warning(Code::MAN_027, observed, expected));
        }
        Some(meant) => {
            let label = format!("did you mean `{meant}`, which is also here?");
            judge.tell(spot, &label, Finding::warning(Code::MAN_027, observed, expected));
        }
        None => {
            let finding = Finding::info(Code::MAN_027, observed, expected);
            judge.tell(spot, "kept as it is", finding.fix("nothing to do if you need it for yourself"));
        }
    }
}

fn key_spot(judge: &Judge<'_>, name: &str) -> Option<Spot> {
    let member = judge.syntax.member(name)?;
    Some(Spot { pointer: pointer(name), span: member.key.clone() })
}
