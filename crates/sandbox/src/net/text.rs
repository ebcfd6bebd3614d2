//! Text from hostile bytes.

/// Longest name that the domain name system knows.
pub(super) const LONGEST_NAME: usize = 255;

/// `bytes` as printable ASCII: lower case, everything odd as `\DDD`, cut to [`LONGEST_NAME`] characters or so.
pub(super) fn printable(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        if text.len() >= LONGEST_NAME {
            break;
        }
        push_escaped(&mut text, *byte, b"\\");
    }
    text
}

/// Appends one byte, escaped when it is not printable or one of `special`.
pub(super) fn push_escaped(text: &mut String, byte: u8, special: &[u8]) {
    if byte.is_ascii_graphic() && !special.contains(&byte) {
        text.push(char::from(byte.to_ascii_lowercase()));
    } else {
        text.push_str(&format!("\\{byte:03}"));
    }
}

/// A host name as written in a header or an extension, ready to compare: printable, no trailing dot, no port.
pub(super) fn host_name(bytes: &[u8]) -> String {
    let text = printable(bytes);
    let host = match text.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => match text.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => &text,
        },
    };
    host.strip_suffix('.').unwrap_or(host).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_bytes_are_escaped_and_length_is_bounded() {
        assert_eq!(printable(b"Ab\n\xff\\"), "ab\\010\\255\\092");
        assert!(printable(&[b'x'; 100_000]).len() <= LONGEST_NAME + 4);
    }

    #[test]
    fn host_names_lose_port_and_dot() {
        let table = [
            ("Example.ORG:8443", "example.org"),
            ("example.org.", "example.org"),
            ("example.org.:80", "example.org"),
            ("[2001:db8::1]:80", "2001:db8::1"),
            ("203.0.113.1:1", "203.0.113.1"),
            ("a:b", "a:b"),
            ("", ""),
        ];
        for (written, expected) in table {
            assert_eq!(host_name(written.as_bytes()), expected, "{written}");
        }
    }
}
