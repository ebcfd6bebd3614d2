//! How deep brackets stand within each other, counted before a parser goes down into them: it takes a piece of its thread's
//! stack for each, and a thread that has none left takes the process with it.

/// Brackets within each other at most. Queries of people have a dozen.
const DEEPEST: usize = 64;

/// Looks whether a query's brackets go too deep for it to be parsed; says what is wrong.
pub(super) fn check(text: &str) -> Result<(), &'static str> {
    let (mut rest, mut open) = (text, 0_usize);
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '#' => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            '"' => string(rest).ok_or("a string is not closed")?,
            other => other.len_utf8(),
        };
        open = match first {
            '{' | '[' | '(' => open + 1,
            // One too many ends the parsing.
            '}' | ']' | ')' => open.saturating_sub(1),
            _ => open,
        };
        if open > DEEPEST {
            return Err("too many brackets stand within each other");
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(())
}

/// Bytes of the string that `text` begins with; nothing when it is left open.
fn string(text: &str) -> Option<usize> {
    match text.strip_prefix("\"\"\"") {
        Some(block) => block_end(block).map(|end| end + 6),
        None => line_end(text.get(1..)?).map(|end| end + 2),
    }
}

/// A block ends at three quotes, unless a backslash stands before them.
fn block_end(block: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = block.get(at..)?;
        at += match (rest.starts_with("\"\"\""), rest.starts_with("\\\"\"\"")) {
            (true, _) => return Some(at),
            (_, true) => 4,
            _ => rest.chars().next()?.len_utf8(),
        };
    }
}

fn line_end(line: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, one) in line.char_indices() {
        match one {
            '\n' | '\r' => return None,
            '"' if !escaped => return Some(at),
            _ => escaped = one == '\\' && !escaped,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deep(before: &str) -> String {
        before.to_owned() + &"[".repeat(DEEPEST)
    }

    #[test]
    fn brackets_are_counted_where_a_parser_sees_them() {
        assert_eq!(check(&deep("")), Ok(()));
        assert_eq!(check(&"[]".repeat(1000)), Ok(()));
        let strings =
            ["\"[\"", "\"\\\"[\"", "\"\\\\\"", "\"\"\"[\"\"\"", "\"\"\" \" \\\"\"\" [ \"\"\"", "\"\""];
        for plain in strings.into_iter().chain(["#[\n", "#\"\"\"[\r", "é"]) {
            assert_eq!(check(&deep(plain)), Ok(()), "{plain}");
            assert!(check(&deep(&format!("{plain}["))).is_err(), "{plain}");
        }
        let closed = "]".repeat(100);
        for hidden in [
            format!("[#{closed}\n"),
            format!("[\"{closed}\""),
            format!("[\"\"\"{closed}\\\"\"\"{closed}\"\"\""),
        ] {
            assert!(check(&deep(&hidden)).is_err(), "{hidden}");
        }
    }

    #[test]
    fn a_string_that_is_left_open_is_no_query() {
        for open in ["\"", "\"a\n\"", "\"\\\"", "\"\"\"", "\"\"\"a\"", "\"\"\"\\\"\"\""] {
            assert_eq!(check(open), Err("a string is not closed"), "{open}");
        }
    }
}
