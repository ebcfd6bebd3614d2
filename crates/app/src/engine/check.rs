//! Whether a profile is fit to be kept.

use std::collections::BTreeSet;

use assay_core::Rejection;
use assay_core::engine::{EngineDetails, EngineField};
use serde_json::Value;

/// Characters of a display name at most (lifecycle.md §9).
const LONGEST_NAME: usize = 50;
/// Characters of a description at most.
const LONGEST_DESCRIPTION: usize = 250;
/// Characters of any other text at most.
const LONGEST_TEXT: usize = 500;
/// Entries of any list at most.
const MOST: usize = 100;
/// Bytes of the test payload at most.
const LARGEST_PAYLOAD: usize = 64 << 10;

/// Kinds of custom fields in the public API.
const FIELD_KINDS: [&str; 5] = ["Number", "Picklist", "MultiPicklist", "Text", "SchemaSelection"];

/// Checks a display name.
pub(super) fn name(name: &str) -> Result<(), Rejection> {
    let length = name.chars().count();
    if name.trim().is_empty()
        || name != name.trim()
        || length > LONGEST_NAME
        || name.chars().any(char::is_control)
    {
        return Err(Rejection::new("engine-name", "this is no name for an engine").hint(format!(
            "use 1 to {LONGEST_NAME} characters without line breaks, and no blanks at the ends"
        )));
    }
    Ok(())
}

/// Checks the rest of the profile.
pub(super) fn details(details: &EngineDetails) -> Result<(), Rejection> {
    text("description", &details.description, LONGEST_DESCRIPTION)?;
    for path in [&details.icon_path, &details.logo_path].into_iter().flatten() {
        text("iconPath or logoPath", path, LONGEST_TEXT)?;
    }
    for (what, list) in [
        ("useCases", &details.use_cases),
        ("industries", &details.industries),
        ("resultsEmail", &details.results_email),
    ] {
        most(what, list.len())?;
        list.iter().try_for_each(|one| text(what, one, LONGEST_TEXT))?;
    }
    addresses(&details.results_email)?;
    fields(&details.fields)?;
    payload(&details.test_payload)
}

fn addresses(addresses: &[String]) -> Result<(), Rejection> {
    let plausible = |address: &String| {
        address.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.'))
            && !address
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';'))
    };
    match addresses.iter().find(|address| !plausible(address)) {
        None => Ok(()),
        Some(bad) => Err(Rejection::new("email-malformed", format!("`{bad}` is no e-mail address"))),
    }
}

fn fields(fields: &[EngineField]) -> Result<(), Rejection> {
    most("fields", fields.len())?;
    let mut names = BTreeSet::new();
    for one in fields {
        field(one).map_err(|why| field_refused(one, why))?;
        if !names.insert(one.name.as_str()) {
            return Err(field_refused(one, "two fields have this name"));
        }
    }
    Ok(())
}

fn field(field: &EngineField) -> Result<(), &'static str> {
    let mut letters = field.name.bytes();
    let named = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && field.name.len() <= 64;
    let listed = matches!(field.kind.as_str(), "Picklist" | "MultiPicklist");
    let long = |text: &str| text.chars().count() > LONGEST_TEXT;
    let too_long = long(&field.label)
        || long(&field.info)
        || field.options.iter().any(|option| long(&option.key) || long(&option.value))
        || field.default_values.iter().chain(&field.default_value).any(|value| long(value));
    match () {
        () if !named => Err("a name begins with a letter and has letters, digits and `_`, at most 64"),
        () if !FIELD_KINDS.contains(&field.kind.as_str()) => Err("its type is none of the API's"),
        () if field.label.trim().is_empty() => Err("it has no label"),
        () if too_long => Err("one of its texts is longer than 500 characters"),
        () if listed && field.options.is_empty() => Err("a picklist has options"),
        () if field.options.len() > 1000 || field.default_values.len() > 1000 => {
            Err("it has over 1000 options")
        }
        () if field.min.zip(field.max).is_some_and(|(min, max)| min > max) => Err("`min` is more than `max`"),
        () if field.step.is_some_and(|step| step <= 0.0) => Err("`step` is not more than 0"),
        () => Ok(()),
    }
}

fn field_refused(field: &EngineField, why: &str) -> Rejection {
    let name: String = field.name.chars().take(64).collect();
    Rejection::new("engine-field", format!("field `{name}` cannot be kept: {why}"))
}

fn payload(payload: &serde_json::Map<String, Value>) -> Result<(), Rejection> {
    let bytes = serde_json::to_vec(payload).map_or(usize::MAX, |bytes| bytes.len());
    if bytes <= LARGEST_PAYLOAD {
        return Ok(());
    }
    Err(Rejection::new("engine-profile", format!("the test payload has more than {LARGEST_PAYLOAD} bytes")))
}

fn text(what: &str, text: &str, longest: usize) -> Result<(), Rejection> {
    if text.chars().count() <= longest {
        return Ok(());
    }
    Err(Rejection::new("engine-profile", format!("`{what}` has more than {longest} characters")))
}

fn most(what: &str, count: usize) -> Result<(), Rejection> {
    if count <= MOST {
        return Ok(());
    }
    Err(Rejection::new("engine-profile", format!("`{what}` has more than {MOST} entries")))
}
