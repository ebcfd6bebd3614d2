//! Media types of manifests (manifest.md §3).

/// The listed types, in their normal form.
pub(super) static KNOWN: &[&str] = &[
    "application/json",
    "application/vtn-engineout+json",
    "application/vnd.veritone.aion+json",
    "application/msword",
    "application/pdf",
    "application/rtf",
    "application/smil+xml",
    "application/ttml+xml",
    "application/vnd.ms-outlook",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/xml",
    "application/x-flv",
    "audio/aac",
    "audio/flac",
    "audio/midi",
    "audio/mp4",
    "audio/mpeg",
    "audio/wav",
    "audio/x-wav",
    "audio/webm",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "message/rfc822",
    "text/csv",
    "text/html",
    "text/plain",
    "text/plain; charset=utf-8",
    "video/3gpp",
    "video/mp4",
    "video/mpeg",
    "video/ogg",
    "video/quicktime",
    "video/webm",
    "video/x-m4v",
    "video/x-ms-wmv",
    "video/x-msvideo",
];

/// The normal form: type and subtype in lower case, one blank after each semicolon.
pub(super) fn normal(text: &str) -> String {
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_lowercase();
    parts.filter(|part| !part.is_empty()).fold(essence, |all, part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        format!("{all}; {}={}", name.trim().to_lowercase(), value.trim().to_lowercase())
    })
}

/// Whether the normal form is `type/subtype` with well-formed parameters (RFC 9110 §8.3.1).
pub(super) fn is_well_formed(normal: &str) -> bool {
    let mut parts = normal.split("; ");
    let essence = parts.next().unwrap_or_default();
    let typed = essence.split_once('/').is_some_and(|(kind, sub)| is_token(kind) && is_token(sub));
    typed
        && parts
            .all(|part| part.split_once('=').is_some_and(|(name, value)| is_token(name) && is_value(value)))
}

/// Whether answers of this type are JSON.
pub(super) fn is_json(normal: &str) -> bool {
    let essence = normal.split(';').next().unwrap_or_default();
    essence == "application/json" || essence.ends_with("+json")
}

fn is_value(text: &str) -> bool {
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    is_token(text) || inner.is_some_and(|inner| !inner.contains(['"', '\\']))
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_type_are_one() {
        assert_eq!(normal("Text/Plain;charset=UTF-8"), "text/plain; charset=utf-8");
        assert_eq!(normal(" audio/wav "), "audio/wav");
    }

    #[test]
    fn every_known_type_is_normal_and_well_formed() {
        for known in KNOWN {
            assert_eq!(normal(known), *known);
            assert!(is_well_formed(known), "{known}");
        }
    }

    #[test]
    fn glued_and_partial_types_are_malformed() {
        for text in ["audio", "audio/", "/wav", "audio/wav/x", "audio wav", "text/plain; charset", "*/*"] {
            assert!(!is_well_formed(&normal(text)), "{text}");
        }
    }
}
