//! Lists in pages: `n` entries after `last`, with a link to the next page.

use axum::body::Body;
use axum::http::header::LINK;
use axum::http::{Response, StatusCode};

use super::Ask;
use super::answer::{Trouble, set};

/// Which part of a list is asked for.
pub(super) struct Wanted {
    /// Entries at most.
    pub(super) count: u32,
    /// The entry before the first one.
    pub(super) after: Option<String>,
}

impl Wanted {
    pub(super) fn of(ask: &Ask) -> Result<Self, Trouble> {
        let most = ask.registry.options.page;
        let count = match ask.parameter("n").filter(|n| !n.is_empty()) {
            None => most,
            Some(n) => {
                n.parse::<u64>().map(|n| u32::try_from(n).unwrap_or(most).min(most)).map_err(|_| {
                    Trouble::new(StatusCode::BAD_REQUEST, "UNSUPPORTED", "`n` has to be a number of entries")
                })?
            }
        };
        Ok(Self { count, after: ask.parameter("last").map(str::to_owned) })
    }
}

/// Adds the link to the page after `last`. `more` are further parameters.
pub(super) fn link_next(
    answer: &mut Response<Body>,
    path: &str,
    count: u32,
    last: &str,
    more: &[(&str, &str)],
) {
    let mut target = format!("{path}?n={count}&last={}", escape(last));
    for (name, value) in more {
        target.push_str(&format!("&{name}={}", escape(value)));
    }
    set(answer, LINK, format!("<{target}>; rel=\"next\""));
}

/// A query value with everything escaped that could mean something there.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}
