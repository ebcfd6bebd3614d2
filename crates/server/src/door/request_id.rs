//! The name of a request, by which its lines in the log are found.

use assay_core::IdSource;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The header in which it comes and goes.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Characters of a name given by the caller at most.
const LONGEST: usize = 128;

/// A request's name: the caller's own, or one we gave it.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(String);

impl RequestId {
    /// The name in the headers when it is harmless in a log, otherwise a new one.
    pub(crate) fn of(headers: &HeaderMap, ids: &dyn IdSource) -> Self {
        let given = headers.get(HEADER).and_then(|value| value.to_str().ok()).filter(|id| is_harmless(id));
        Self(given.map_or_else(|| ids.next_id().simple().to_string(), str::to_owned))
    }

    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as a header's value.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

fn is_harmless(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    !id.is_empty() && id.len() <= LONGEST && id.bytes().all(plain)
}

/// The name given at the door; empty for a request that did not come in by it, as in tests.
impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(|| Self(String::new())))
    }
}

#[cfg(test)]
mod tests {
    use assay_core::SequentialIds;

    use super::*;

    #[test]
    fn a_name_that_could_forge_a_log_line_is_replaced() {
        let of = |text: &'static str| {
            let headers = HeaderMap::from_iter([(HEADER, HeaderValue::from_static(text))]);
            RequestId::of(&headers, &SequentialIds::default()).0
        };
        assert_eq!(of("trace-1.a_b"), "trace-1.a_b");
        for bad in ["", "a b", "a\tb", "{}"] {
            assert_eq!(of(bad).len(), 32, "{bad}");
        }
    }
}
