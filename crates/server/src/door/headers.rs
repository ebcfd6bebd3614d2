//! Headers that tell browsers to be careful with what we answer.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// What an answer says unless its maker said something else: it is no page, belongs in no frame and in no cache.
const DEFAULTS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::CACHE_CONTROL, "no-store"),
];

/// Adds them. `encrypted` says whether the client speaks TLS with us.
pub(crate) fn secure(headers: &mut HeaderMap, encrypted: bool) {
    for (name, value) in DEFAULTS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if encrypted {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(year);
    }
}
