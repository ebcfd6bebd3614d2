//! Reading a policy's document. Mistakes are told with their line, and with the word that was probably meant.

use assay_core::catalogue::CATALOGUE;
use assay_core::{Policy, Rejection};

/// Where it is described what a policy can say.
const PAGE: &str = "docs/policies.md tells what a policy can say";

/// The most that is read of a document, in bytes.
pub const LARGEST: usize = 256 << 10;

/// The policy that `text` describes; `name` is what the caller calls the document.
///
/// # Errors
/// `malformed-settings` for unknown keys, codes and words, with line and nearest name; whatever [`Policy::validate`]
/// refuses.
pub fn parse(name: &str, text: &str) -> Result<Policy, Rejection> {
    if text.len() > LARGEST {
        let message = format!("the policy `{name}` is larger than {} kB", LARGEST >> 10);
        return Err(Rejection::new("malformed-settings", message));
    }
    let policy: Policy = toml::from_str(text).map_err(|cause| malformed(name, &cause))?;
    policy.validate()?;
    Ok(policy)
}

/// Whether the document itself says what number it has.
pub(super) fn own_number(text: &str) -> Option<i64> {
    toml::from_str::<toml::Table>(text).ok()?.get("number")?.as_integer()
}

fn malformed(name: &str, cause: &toml::de::Error) -> Rejection {
    let message = format!("the policy `{name}` cannot be understood: {}", cause.to_string().trim_end());
    let hint = match meant(cause.message()) {
        Some(word) => format!("did you mean `{word}`? {PAGE}"),
        None => PAGE.into(),
    };
    Rejection::new("malformed-settings", message).hint(hint)
}

/// The known word nearest to the one that was not understood. The reader's message holds the wrong word first and then
/// those it expected; a code is looked up in the catalogue.
fn meant(message: &str) -> Option<&str> {
    let mut words = message.split('`').skip(1).step_by(2);
    let wrong = words.next()?;
    let expected: Vec<&str> = if message.contains("code of the catalogue") {
        CATALOGUE.iter().map(|rule| rule.code.as_str()).collect()
    } else {
        words.collect()
    };
    let distance = |word: &str| strsim::osa_distance(&wrong.to_lowercase(), &word.to_lowercase());
    let near = expected.into_iter().map(|word| (distance(word), word)).min()?;
    (near.0 <= 2 && near.0 < wrong.chars().count()).then_some(near.1)
}

#[cfg(test)]
mod tests {
    use assay_core::{Code, Effect};

    use super::*;

    fn refusal(text: &str) -> (&'static str, String, String) {
        let rejection = parse("p.toml", text).unwrap_err();
        (rejection.code, rejection.message, rejection.hint.unwrap_or_default())
    }

    #[test]
    fn a_document_says_only_what_differs() {
        let policy = parse("p.toml", "name = \"house\"\n[effects]\nIMG-006 = \"review\"\n").unwrap();
        assert_eq!(policy.effects[&Code::IMG_006], Effect::Review);
        assert_eq!(policy.limits, assay_core::policy::Limits::default());
    }

    #[test]
    fn mistakes_are_told_with_their_line_and_the_nearest_word() {
        for (text, line, near) in [
            ("nmae = \"x\"\n", "line 1", "`name`"),
            ("\n[effects]\nIMG-006 = \"reveiw\"\n", "line 3", "`review`"),
            ("[effects]\n\nNET-0O1 = \"warn\"\n", "line 3", "`NET-001`"),
            ("[limits]\nready-secnds = 3\n", "line 2", "`ready-seconds`"),
            ("[checks]\nleft-out = [\"benchmarks\"]\n", "line 2", "`benchmark`"),
            ("[thresholds]\nfixed-vulnerability = \"hihg\"\n", "line 2", "`high`"),
            ("[auto-approval]\nenable = true\n", "line 2", "`enabled`"),
        ] {
            let (code, message, hint) = refusal(text);
            assert_eq!(code, "malformed-settings");
            assert!(message.contains(line), "{message}");
            assert!(hint.contains(&format!("did you mean {near}?")), "{text}: {hint}");
        }
    }

    #[test]
    fn far_words_and_bad_bases_get_no_guess() {
        assert!(!refusal("zebra = 1\n").2.contains("did you mean"));
        let (_, message, _) = refusal("trusted-bases = [\"Debian 12\"]\n");
        assert!(message.contains("names no base") && message.contains("line 1"), "{message}");
        assert_eq!(refusal(&"#".repeat(LARGEST + 1)).0, "malformed-settings");
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_own_code() {
        assert_eq!(refusal("[effects]\nNET-008 = \"warn\"\n").0, "policy-softens-fixed-rule");
        assert_eq!(refusal("[checks]\nleft-out = [\"network\"]\n").0, "check-not-optional");
    }
}
