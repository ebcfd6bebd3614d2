//! What a registry wants to see before it answers: the `WWW-Authenticate` header (RFC 9110 §11.6.1; the token way is
//! the distribution project's "Token Authentication Specification").

/// How to authenticate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Challenge {
    /// User name and password with every request.
    Basic,
    /// A token to be fetched from `realm`.
    Bearer { realm: String, service: Option<String>, scope: Option<String> },
}

/// Reads one header; nothing when it names no scheme we know.
pub(super) fn parse(header: &str) -> Option<Challenge> {
    let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    if scheme.eq_ignore_ascii_case("basic") {
        return Some(Challenge::Basic);
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let parameters = parameters(rest);
    let find = |name: &str| {
        parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    };
    Some(Challenge::Bearer { realm: find("realm")?, service: find("service"), scope: find("scope") })
}

/// `key=value` or `key="value"`, separated by commas; commas inside quotes belong to the value.
fn parameters(mut rest: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    while let Some((key, after)) = rest.split_once('=') {
        let key = key.trim().trim_start_matches(',').trim().to_owned();
        let (value, more) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => unquote(quoted),
            None => {
                let (value, more) = after.split_once(',').unwrap_or((after, ""));
                (value.trim().to_owned(), more)
            }
        };
        found.push((key, value));
        rest = more;
    }
    found
}

/// The text up to the closing quote, and what follows it.
fn unquote(quoted: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read() {
        let header =
            r#"Bearer realm="https://auth.example/token",service="r.example",scope="repository:a:pull,push""#;
        let bearer = Challenge::Bearer {
            realm: "https://auth.example/token".into(),
            service: Some("r.example".into()),
            scope: Some("repository:a:pull,push".into()),
        };
        assert_eq!(parse(header), Some(bearer));
        assert_eq!(parse("basic realm=x"), Some(Challenge::Basic));
        assert_eq!(parse("Bearer service=x"), None);
        assert_eq!(parse("Negotiate"), None);
        assert!(parse(r#"Bearer realm="a\"b"#).is_some());
    }
}
