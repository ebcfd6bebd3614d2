//! MAN-022, MAN-029, MAN-030: what texts say.

use assay_core::{Code, Finding};

use super::super::fields::{FIELDS, Kind};
use super::super::judge::{Judge, Spot};
use super::super::language;
use super::super::suggest::quoted;

/// Longest release notes, in bytes.
const NOTES: usize = 10_000;

/// Whether a value was left as a template has it: `<your id>`, `Enter your…`, `YOUR-…`, `{{…}}`.
pub(in super::super) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let bracketed =
        text.find('<').is_some_and(|open| text.get(open..).is_some_and(|rest| rest.contains('>')));
    let lower: String = text.chars().take(12).flat_map(char::to_lowercase).collect();
    bracketed
        || (text.starts_with("{{") && text.ends_with("}}"))
        || lower.starts_with("enter your")
        || ["YOUR-", "YOUR_", "YOUR "].iter().any(|start| text.starts_with(start))
}

pub(super) fn judge(judge: &mut Judge<'_>) {
    placeholders(judge);
    languages(judge);
    release_notes(judge);
}

fn placeholders(judge: &mut Judge<'_>) {
    for field in FIELDS.iter().filter(|field| field.name != "releaseNotes") {
        match field.kind {
            Kind::Texts | Kind::TextsOrText => {
                for (index, text) in judge.list(field.name) {
                    placeholder(judge, field.name, text, judge.at_item(field.name, index));
                }
            }
            _ => {
                if let Some(text) = judge.text(field.name) {
                    placeholder(judge, field.name, text, judge.at(field.name));
                }
            }
        }
    }
}

fn placeholder(judge: &mut Judge<'_>, name: &str, text: &str, spot: Spot) {
    if is_placeholder(text) {
        let finding = Finding::error(
            Code::MAN_029,
            format!("`{name}` still holds the placeholder {}", quoted(text)),
            "a real value",
        );
        judge.tell(spot, "a placeholder", finding);
    }
}

fn languages(judge: &mut Judge<'_>) {
    for (index, text) in judge.list("supportedLanguages") {
        if !is_placeholder(text) && !language::is_known(text) {
            let finding = Finding::warning(
                Code::MAN_022,
                format!("{} is no language code", quoted(text)),
                "an ISO 639-1 code or a BCP 47 tag",
            );
            judge.tell(judge.at_item("supportedLanguages", index), "not a language code", finding);
        }
    }
}

fn release_notes(judge: &mut Judge<'_>) {
    let Some(text) = judge.text("releaseNotes") else { return };
    let what = if text.len() > NOTES {
        format!("`releaseNotes` has {} bytes", text.len())
    } else if has_markup(text) {
        "`releaseNotes` holds markup or control characters".to_owned()
    } else {
        return;
    };
    let finding = Finding::info(Code::MAN_030, what, format!("plain text of at most {NOTES} bytes"));
    judge.tell(judge.at("releaseNotes"), "plain text, please", finding);
}

fn has_markup(text: &str) -> bool {
    let tag = |at: usize| {
        let rest = text.get(at + 1..).unwrap_or_default();
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') && rest.contains('>')
    };
    text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        || text.match_indices('<').take(100).any(|(at, _)| tag(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_told_from_values() {
        for text in [
            "<engine id>",
            "Enter your engine category",
            "YOUR-ENGINE-ID",
            "https://<your-site>/",
            "{{engineId}}",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["keyword", "your.example.com", "a < b", "text/plain", ""] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
