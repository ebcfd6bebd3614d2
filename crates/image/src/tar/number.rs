//! Numbers in tar headers: octal digits, or base-256 when the first bit is set.

/// Reads a number field; nothing when it is neither form or does not fit.
pub(super) fn read(field: &[u8]) -> Option<i64> {
    match field.split_first()? {
        (first, rest) if first & 0x80 != 0 => base256(*first, rest),
        _ => octal(field),
    }
}

/// Like [`read`], for what cannot be negative.
pub(super) fn read_unsigned(field: &[u8]) -> Option<u64> {
    u64::try_from(read(field)?).ok()
}

/// Octal digits between spaces and NULs; an empty field is 0.
fn octal(field: &[u8]) -> Option<i64> {
    let text = field.trim_ascii_start();
    let end = text.iter().position(|byte| matches!(byte, 0 | b' ')).unwrap_or(text.len());
    let (digits, padding) = text.split_at(end);
    if padding.iter().any(|byte| !matches!(byte, 0 | b' ')) {
        return None;
    }
    digits.iter().try_fold(0_i64, |value, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 8)?;
        value.checked_mul(8)?.checked_add(i64::from(digit))
    })
}

/// Two's complement, most significant byte first; the first bit only marks the form, the second is the sign.
fn base256(first: u8, rest: &[u8]) -> Option<i64> {
    let negative = first & 0x40 != 0;
    let start = if negative { i64::from(first) - 0x100 } else { i64::from(first & 0x3f) };
    rest.iter().try_fold(start, |value, byte| value.checked_mul(256)?.checked_add(i64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms() {
        assert_eq!(read(b"0000644\0"), Some(0o644));
        assert_eq!(read(b"   644 \0"), Some(0o644));
        assert_eq!(read(b"\0\0\0\0\0\0\0\0"), Some(0));
        assert_eq!(read(b"\x80\0\0\0\x01\0\0\0"), Some(1 << 24));
        assert_eq!(read(&[0xff; 12]), Some(-1));
        assert_eq!(read_unsigned(&[0xff; 12]), None);
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in [&b"0x1\0"[..], b"12 3", b"9", b"-1", b"", &[0xbf; 12]] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
