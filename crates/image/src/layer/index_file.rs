//! The index of a layer as a file: compact, with a version in front and a checksum behind.

use std::path::Path;

use crate::hash::sha256;

use super::entry::{Entry, EntryKind, LayerIndex, Measures};

/// Names the form; another version is another file and read as "not known".
const MAGIC: &[u8] = b"assay layer 1\n";
/// Length of the checksum, in hex digits.
const SUM: usize = 64;

/// The bytes of the index file.
pub(crate) fn write_index(index: &LayerIndex) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    for number in figures(&index.measures) {
        put_number(&mut out, number);
    }
    put_bytes(&mut out, &serde_json::to_vec(&index.findings).unwrap_or_default());
    put_number(&mut out, index.entries.len() as u64);
    index.entries.iter().for_each(|entry| put_entry(&mut out, entry));
    let sum = sha256(&out);
    out.extend_from_slice(sum.hex().as_bytes());
    out
}

/// Reads an index file; nothing when it is missing, damaged or of another version.
pub(crate) fn read_index(path: &Path) -> Option<LayerIndex> {
    parse(&std::fs::read(path).ok()?)
}

fn parse(bytes: &[u8]) -> Option<LayerIndex> {
    let (content, sum) = bytes.split_at_checked(bytes.len().checked_sub(SUM)?)?;
    if sha256(content).hex().as_bytes() != sum {
        return None;
    }
    let mut rest = content.strip_prefix(MAGIC)?;
    let measures = take_measures(&mut rest)?;
    let findings = serde_json::from_slice(take_bytes(&mut rest)?).ok()?;
    let count = take_number(&mut rest)?;
    let entries = (0..count).map(|_| take_entry(&mut rest)).collect::<Option<Vec<_>>>()?;
    rest.is_empty().then_some(LayerIndex { measures, findings, entries })
}

fn figures(measures: &Measures) -> [u64; 7] {
    let Measures {
        compressed_bytes,
        unpacked_bytes,
        entries,
        disk_bytes,
        longest_path,
        deepest_path,
        largest_header,
    } = *measures;
    [compressed_bytes, unpacked_bytes, entries, disk_bytes, longest_path, deepest_path, largest_header]
}

fn take_measures(rest: &mut &[u8]) -> Option<Measures> {
    Some(Measures {
        compressed_bytes: take_number(rest)?,
        unpacked_bytes: take_number(rest)?,
        entries: take_number(rest)?,
        disk_bytes: take_number(rest)?,
        longest_path: take_number(rest)?,
        deepest_path: take_number(rest)?,
        largest_header: take_number(rest)?,
    })
}

fn put_entry(out: &mut Vec<u8>, entry: &Entry) {
    let (kind, target): (u8, &[u8]) = match &entry.kind {
        EntryKind::File => (0, b""),
        EntryKind::Directory { opaque: false } => (1, b""),
        EntryKind::Directory { opaque: true } => (2, b""),
        EntryKind::Symlink(target) => (3, target),
        EntryKind::CharDevice => (4, b""),
        EntryKind::BlockDevice => (5, b""),
        EntryKind::Fifo => (6, b""),
        EntryKind::Whiteout => (7, b""),
    };
    put_number(out, u64::from(kind) << 1 | u64::from(entry.has_capabilities));
    put_bytes(out, &entry.path);
    put_bytes(out, target);
    for number in
        [entry.size, entry.mode.into(), entry.uid.into(), entry.gid.into(), entry.mtime.cast_unsigned()]
    {
        put_number(out, number);
    }
}

fn take_entry(rest: &mut &[u8]) -> Option<Entry> {
    let tag = take_number(rest)?;
    let path = take_bytes(rest)?.into();
    let target = take_bytes(rest)?;
    let kind = match tag >> 1 {
        0 => EntryKind::File,
        1 => EntryKind::Directory { opaque: false },
        2 => EntryKind::Directory { opaque: true },
        3 => EntryKind::Symlink(target.into()),
        4 => EntryKind::CharDevice,
        5 => EntryKind::BlockDevice,
        6 => EntryKind::Fifo,
        7 => EntryKind::Whiteout,
        _ => return None,
    };
    Some(Entry {
        path,
        kind,
        size: take_number(rest)?,
        mode: take_number(rest)?.try_into().ok()?,
        uid: take_number(rest)?.try_into().ok()?,
        gid: take_number(rest)?.try_into().ok()?,
        mtime: take_number(rest)?.cast_signed(),
        has_capabilities: tag & 1 == 1,
    })
}

/// Seven bits a byte, lowest first, the highest bit saying that more follow.
fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn take_number(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, more) = rest.split_first()?;
        *rest = more;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn take_bytes<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take_number(rest)?).ok()?;
    let (bytes, more) = rest.split_at_checked(length)?;
    *rest = more;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entries() -> impl Strategy<Value = Entry> {
        let kind = prop_oneof![
            Just(EntryKind::File),
            any::<bool>().prop_map(|opaque| EntryKind::Directory { opaque }),
            any::<Vec<u8>>().prop_map(|target| EntryKind::Symlink(target.into())),
            Just(EntryKind::Whiteout),
        ];
        (any::<Vec<u8>>(), kind, any::<u64>(), any::<[u32; 3]>(), any::<i64>(), any::<bool>()).prop_map(
            |(path, kind, size, [mode, uid, gid], mtime, has_capabilities)| Entry {
                path: path.into(),
                kind,
                size,
                mode,
                uid,
                gid,
                mtime,
                has_capabilities,
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(entries in proptest::collection::vec(entries(), 0..20), unpacked_bytes: u64) {
            let measures = Measures { unpacked_bytes, ..Measures::default() };
            let index = LayerIndex { measures, findings: Vec::new(), entries };
            prop_assert_eq!(parse(&write_index(&index)), Some(index));
        }

        #[test]
        fn a_changed_byte_is_noticed(at in 0_usize..200, by in 1_u8..) {
            let mut bytes = write_index(&LayerIndex::default());
            let at = at % bytes.len();
            bytes[at] = bytes[at].wrapping_add(by);
            prop_assert_eq!(parse(&bytes), None);
        }
    }
}
