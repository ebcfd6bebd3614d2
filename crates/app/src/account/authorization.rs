//! What a request shows of itself: the `Authorization` header (RFC 7617, RFC 6750).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;

/// Bytes of the header at most.
const LONGEST: usize = 8192;

/// Digits of a key's prefix and of its secret.
pub(super) const PREFIX: usize = 16;
pub(super) const SECRET: usize = 64;

/// What was shown.
#[derive(Clone, Debug)]
pub enum Authorization {
    /// A name and a password, or an API key as one.
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: SecretString,
    },
    /// A session's token or an API key.
    Bearer(SecretString),
}

/// The header is of no form we know.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the Authorization header is neither `Bearer TOKEN` nor `Basic` with name and password")]
pub struct MalformedAuthorization;

impl Authorization {
    /// Reads the header's value.
    ///
    /// # Errors
    /// When it is of no form we know. What was shown is not told.
    pub fn read(header: &str) -> Result<Self, MalformedAuthorization> {
        let (scheme, rest) = header
            .trim()
            .split_once(' ')
            .filter(|_| header.len() <= LONGEST)
            .ok_or(MalformedAuthorization)?;
        let rest = rest.trim_start();
        if scheme.eq_ignore_ascii_case("bearer") {
            bearer(rest)
        } else if scheme.eq_ignore_ascii_case("basic") {
            basic(rest)
        } else {
            Err(MalformedAuthorization)
        }
    }
}

fn bearer(token: &str) -> Result<Authorization, MalformedAuthorization> {
    let good = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    good.then(|| Authorization::Bearer(token.into())).ok_or(MalformedAuthorization)
}

fn basic(encoded: &str) -> Result<Authorization, MalformedAuthorization> {
    let decoded = STANDARD.decode(encoded).map_err(|_| MalformedAuthorization)?;
    let text = String::from_utf8(decoded).map_err(|_| MalformedAuthorization)?;
    let (user, password) = text.split_once(':').ok_or(MalformedAuthorization)?;
    Ok(Authorization::Basic { user: user.into(), password: password.into() })
}

/// Whether a text has the form of an API key, `prefix:hex`.
pub(super) fn is_key(text: &str) -> bool {
    split_key(text).is_some()
}

/// The two parts of a key.
pub(super) fn split_key(text: &str) -> Option<(&str, &str)> {
    let digits = |part: &str, count| {
        part.len() == count && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    text.split_once(':').filter(|(prefix, secret)| digits(prefix, PREFIX) && digits(secret, SECRET))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn both_forms_are_read() {
        for header in ["Basic YWRhOmE6Yg==", "basic  YWRhOmE6Yg==", " BASIC YWRhOmE6Yg== "] {
            let Ok(Authorization::Basic { user, password }) = Authorization::read(header) else {
                panic!("{header} is Basic");
            };
            assert_eq!((user.as_str(), password.expose_secret()), ("ada", "a:b"));
        }
        let Ok(Authorization::Bearer(token)) = Authorization::read("bearer abc.def") else {
            panic!("that is Bearer");
        };
        assert_eq!(token.expose_secret(), "abc.def");
    }

    #[test]
    fn anything_else_is_refused() {
        let long = format!("Bearer {}", "a".repeat(LONGEST));
        for bad in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer a b",
            "Basic ???",
            "Basic YWRh",
            "Basic /w==",
            "Digest a",
            &long,
        ] {
            assert_eq!(Authorization::read(bad).err(), Some(MalformedAuthorization), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(user in "[^:]{0,40}", password in ".{0,80}") {
            let header = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
            let Ok(Authorization::Basic { user: read, password: secret }) = Authorization::read(&header) else {
                panic!("it is Basic");
            };
            prop_assert_eq!((read, secret.expose_secret()), (user, password.as_str()));
        }

        #[test]
        fn no_header_upsets_it(header in any::<String>()) {
            let shown = format!("{:?}", Authorization::read(&header));
            prop_assert!(shown.len() < header.len() * 8 + 200);
        }
    }
}
