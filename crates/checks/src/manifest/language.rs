//! Language codes (ISO 639-1, and BCP 47 tags built on them).

/// The two-letter codes of ISO 639-1.
static ISO_639_1: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de \
    dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it \
    iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd \
    ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st \
    su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// Whether `text` is a code of ISO 639-1, or a well-formed tag whose first part is one or has three letters.
pub(super) fn is_known(text: &str) -> bool {
    let Ok(tag) = oxilangtag::LanguageTag::parse(text) else {
        return false;
    };
    let primary = tag.primary_language().to_lowercase();
    match primary.len() {
        2 => ISO_639_1.split_ascii_whitespace().any(|code| code == primary),
        3 => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_tags_pass_and_names_do_not() {
        for code in ["en", "EN", "pt-BR", "zh-Hant-TW", "yue"] {
            assert!(is_known(code), "{code}");
        }
        for other in ["english", "xx", "", "e", "en_US", "en-", "123"] {
            assert!(!is_known(other), "{other}");
        }
        assert_eq!(ISO_639_1.split_ascii_whitespace().count(), 185);
    }
}
