//! B1 and B2: language tags and media types.

use assay_core::Code;
use oxilangtag::LanguageTag;

use super::Remarks;
use super::remarks::cut;
use crate::output::schema::Location;

/// The two-letter languages (ISO 639-1), with the four that were renamed.
const TWO_LETTERS: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv \
    cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig \
    ii ik in io is it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh \
    mi mk ml mn mo mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc \
    sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo \
    wa wo xh yi yo za zh zu";

/// B1. An empty tag is an empty text.
pub(super) fn judge(tag: Option<&str>, place: &dyn Fn() -> Location, remarks: &mut Remarks) {
    match tag {
        None => {}
        // By far the most usual, in documents with a tag on every item.
        Some("en" | "en-US" | "en-GB" | "es" | "fr" | "de") => {}
        Some("") => remarks.warning(Code::OUT_E1, place, || "`language` is empty".into()),
        Some(tag) => {
            if let Some(trouble) = trouble(tag) {
                remarks.warning(Code::OUT_B1, place, || trouble);
            }
        }
    }
}

fn trouble(tag: &str) -> Option<String> {
    let Ok(parsed) = LanguageTag::parse(tag) else {
        return Some(format!("`{}` is not a well-formed language tag", cut(tag)));
    };
    let primary = parsed.primary_language().to_ascii_lowercase();
    let registered = match primary.len() {
        2 => TWO_LETTERS.split_ascii_whitespace().any(|known| known == primary),
        // Three letters: nearly all are in use. Longer ones were never given out, but `i-` and `x-` tags are legal.
        length => length == 3 || tag.starts_with(['i', 'I', 'x', 'X']),
    };
    (!registered).then(|| format!("`{}` starts with a language nobody registered", cut(tag)))
}

/// B2: `type/subtype`, with parameters or without.
pub(super) fn is_mime(text: &str) -> bool {
    let essence = text.split(';').next().unwrap_or_default().trim();
    let is_name = |name: &str| {
        let sound = |c: char| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c);
        (1..=127).contains(&name.len())
            && name.chars().all(sound)
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
    };
    essence.split_once('/').is_some_and(|(kind, subtype)| is_name(kind) && is_name(subtype))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_tags() {
        for good in ["pt-BR", "zh-Hant-TW", "sr-Latn", "gsw", "x-whatever", "en-US-x-twain"] {
            assert_eq!(trouble(good), None, "{good}");
        }
        for bad in ["english", "en_US", "xx", "e", "en-", "日本語"] {
            assert!(trouble(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn judges_media_types() {
        for good in ["text/plain", "application/vnd.veritone.aion+json", "text/html; charset=utf-8"] {
            assert!(is_mime(good), "{good}");
        }
        for bad in ["text", "text/", "/plain", "te xt/plain", "text/pl/ain"] {
            assert!(!is_mime(bad), "{bad}");
        }
    }
}
