//! Names and addresses as people type them.

use assay_core::Rejection;

/// Characters of a name at most.
const LONGEST_NAME: usize = 100;

/// Bytes of an e-mail address at most (RFC 5321 §4.5.3.1).
const LONGEST_EMAIL: usize = 254;

/// A display name without blanks around it.
pub(super) fn name(text: &str) -> Result<String, Rejection> {
    let name = text.trim();
    let shown = |letter: char| !letter.is_control();
    if !name.is_empty() && name.chars().count() <= LONGEST_NAME && name.chars().all(shown) {
        return Ok(name.into());
    }
    let message = format!("a name has 1 to {LONGEST_NAME} characters and no control characters");
    Err(Rejection::new("invalid-name", message).hint("choose another name"))
}

/// An e-mail address in the form it is kept and compared in: lower case.
pub(super) fn email(text: &str) -> Result<String, Rejection> {
    let email = text.trim().to_lowercase();
    let good = |part: &str| {
        !part.is_empty()
            && !part.contains([':', '@', ',', ';', '<', '>', '"', '\\'])
            && part.chars().all(|letter| !letter.is_whitespace() && !letter.is_control())
    };
    match email.split_once('@') {
        Some((who, host)) if email.len() <= LONGEST_EMAIL && good(who) && good(host) => Ok(email),
        _ => Err(Rejection::new("invalid-email", "that is not an e-mail address")
            .hint("write it as in `name@example.org`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_in_lower_case() {
        assert_eq!(email(" Ada@Example.ORG ").unwrap(), "ada@example.org");
        assert_eq!(email("admin@localhost").unwrap(), "admin@localhost");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@x", "a".repeat(LONGEST_EMAIL));
        for bad in ["", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a:b@c", "a@b\nc", "<a@b>", &long] {
            assert_eq!(email(bad).unwrap_err().code, "invalid-email", "{bad}");
        }
    }

    #[test]
    fn names_can_be_shown() {
        assert_eq!(name("  Ada Lovelace ").unwrap(), "Ada Lovelace");
        for bad in ["", "  ", "a\u{1b}[31m", &"n".repeat(LONGEST_NAME + 1)] {
            assert_eq!(name(bad).unwrap_err().code, "invalid-name", "{bad}");
        }
    }
}
