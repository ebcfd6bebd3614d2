//! How deep a GraphQL text is nested. Told before it is parsed, since a parser that recurses on lists would be driven
//! deep by a few kilobytes of brackets.

/// Deepest nesting of brackets outside strings and comments.
pub(super) fn depth(text: &str) -> usize {
    let (mut deepest, mut now) = (0_usize, 0_usize);
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}', '[', ']', '(', ')', '"', '#']) {
        let (_, from) = rest.split_at(at);
        let skipped = match from.as_bytes() {
            [b'{' | b'[' | b'(', ..] => {
                now += 1;
                deepest = deepest.max(now);
                1
            }
            [b'"', b'"', b'"', ..] => block_string(from),
            [b'"', ..] => string(from),
            [b'#', ..] => from.find(['\n', '\r']).unwrap_or(from.len()),
            _ => {
                now = now.saturating_sub(1);
                1
            }
        };
        rest = from.get(skipped..).unwrap_or_default();
    }
    deepest
}

fn block_string(from: &str) -> usize {
    let mut at = 3;
    loop {
        match from.get(at..).and_then(|rest| rest.find("\"\"\"")) {
            Some(end) if from.get(..at + end).is_some_and(|before| before.ends_with('\\')) => at += end + 3,
            Some(end) => return at + end + 3,
            None => return from.len(),
        }
    }
}

fn string(from: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in from.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at + 1,
            b'\n' => return at,
            _ => escaped = byte == b'\\' && !escaped,
        }
    }
    from.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let table = [
            ("{a(b:[1]){c}}", 3),
            (r#"{a(b:"[[[\"[[")}"#, 2),
            (r#"{a(b:"""[[ " \""" [[""")}"#, 2),
            ("{a #[[[[\n}", 1),
            ("}}}{", 1),
            ("\"", 0),
        ];
        for (text, expected) in table {
            assert_eq!(depth(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_deeper_than_it_has_brackets(text in "[{}()\\[\\]\"#a \n\\\\é]{0,200}") {
            let brackets = text.matches(['{', '[', '(']).count();
            proptest::prop_assert!(depth(&text) <= brackets);
        }
    }
}
