//! PAX extended headers: records `LENGTH KEY=VALUE\n` (POSIX pax, "pax Header Block").

/// The records that matter to an image layer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Records {
    pub(super) path: Option<Vec<u8>>,
    pub(super) link: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) uid: Option<u64>,
    pub(super) gid: Option<u64>,
    pub(super) mtime: Option<i64>,
    /// Whether there is a `security.capability` attribute.
    pub(super) capabilities: bool,
    /// Whether the file is in one of GNU tar's sparse forms.
    pub(super) sparse: bool,
}

impl Records {
    /// Reads all records; nothing when one is malformed.
    pub(super) fn read(mut bytes: &[u8]) -> Option<Self> {
        let mut records = Self::default();
        while !bytes.is_empty() {
            let (key, value, rest) = split_record(bytes)?;
            records.set(key, value)?;
            bytes = rest;
        }
        Some(records)
    }

    /// Whether anything in it changes which bytes belong to which path.
    pub(super) fn shapes_members(&self) -> bool {
        self.path.is_some() || self.link.is_some() || self.size.is_some() || self.sparse
    }

    fn set(&mut self, key: &[u8], value: &[u8]) -> Option<()> {
        match key {
            b"path" => self.path = Some(value.to_vec()),
            b"linkpath" => self.link = Some(value.to_vec()),
            b"size" => self.size = Some(decimal(value)?),
            b"uid" => self.uid = Some(decimal(value)?),
            b"gid" => self.gid = Some(decimal(value)?),
            b"mtime" => self.mtime = Some(seconds(value)?),
            b"SCHILY.xattr.security.capability" | b"LIBARCHIVE.xattr.security.capability" => {
                self.capabilities = true;
            }
            _ if key.starts_with(b"GNU.sparse.") => self.sparse = true,
            _ => {}
        }
        Some(())
    }
}

fn split_record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = bytes.iter().take(20).position(|byte| *byte == b' ')?;
    let length = usize::try_from(decimal(bytes.get(..space)?)?).ok()?;
    let (record, rest) = bytes.split_at_checked(length)?;
    let body = record.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = body.iter().position(|byte| *byte == b'=')?;
    Some((body.get(..equals)?, body.get(equals + 1..)?, rest))
}

fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Whole seconds of a time such as `-12.5`, rounded down.
fn seconds(value: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(value).ok()?;
    let (digits, negative) = text.strip_prefix('-').map_or((text, false), |digits| (digits, true));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = i64::try_from(decimal(whole.as_bytes())?).ok()?;
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let more = fraction.bytes().any(|byte| byte != b'0');
    Some(if negative { -whole - i64::from(more) } else { whole })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read() {
        let records =
            Records::read(b"12 path=a=b\n19 mtime=-1.500000\n9 size=7\n17 comment=x y z\n").unwrap();
        assert_eq!(records.path.as_deref(), Some(&b"a=b"[..]));
        assert_eq!((records.mtime, records.size), (Some(-2), Some(7)));
    }

    #[test]
    fn malformed_records_are_refused() {
        for bad in
            ["1", "9 path=a", "99 path=a\n", "0 path=a\n", "8 patha\n", "x path=a\n", "10 size=-1\n", "3 \n"]
        {
            assert_eq!(Records::read(bad.as_bytes()), None, "{bad}");
        }
    }
}
