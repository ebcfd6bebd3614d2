//! One 512-byte header block (POSIX ustar, GNU and V7 forms).

use super::number;

/// Size of every block.
pub(super) const BLOCK: usize = 512;

/// A header block whose checksum was right.
pub(super) struct Block<'a>(&'a [u8; BLOCK]);

impl<'a> Block<'a> {
    /// Checks the sum: of unsigned bytes as POSIX says, or of signed bytes as some old programs did.
    pub(super) fn checked(block: &'a [u8; BLOCK]) -> Option<Self> {
        let told = number::read(field(block, 148, 8))?;
        let mut unsigned = 0_i64;
        let mut signed = 0_i64;
        for (at, byte) in block.iter().enumerate() {
            let byte = if (148..156).contains(&at) { b' ' } else { *byte };
            unsigned += i64::from(byte);
            signed += i64::from(byte.cast_signed());
        }
        (told == unsigned || told == signed).then_some(Self(block))
    }

    /// The path, with the prefix that only the POSIX form has.
    pub(super) fn path(&self) -> Vec<u8> {
        let name = text(field(self.0, 0, 100));
        let prefix = if self.is_posix() { text(field(self.0, 345, 155)) } else { b"" };
        if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
    }

    pub(super) fn link(&self) -> Vec<u8> {
        text(field(self.0, 157, 100)).to_vec()
    }

    pub(super) fn mode(&self) -> Option<u64> {
        number::read_unsigned(field(self.0, 100, 8))
    }

    pub(super) fn uid(&self) -> Option<u64> {
        number::read_unsigned(field(self.0, 108, 8))
    }

    pub(super) fn gid(&self) -> Option<u64> {
        number::read_unsigned(field(self.0, 116, 8))
    }

    pub(super) fn size(&self) -> Option<u64> {
        number::read_unsigned(field(self.0, 124, 12))
    }

    pub(super) fn mtime(&self) -> Option<i64> {
        number::read(field(self.0, 136, 12))
    }

    pub(super) fn kind(&self) -> u8 {
        field(self.0, 156, 1).first().copied().unwrap_or_default()
    }

    /// Whether a GNU sparse header goes on in further blocks.
    pub(super) fn sparse_goes_on(&self) -> bool {
        field(self.0, 482, 1) != [0]
    }

    fn is_posix(&self) -> bool {
        field(self.0, 257, 6) == b"ustar\0"
    }
}

/// Whether a block of a sparse header's continuation is followed by another.
pub(super) fn sparse_block_goes_on(block: &[u8; BLOCK]) -> bool {
    field(block, 504, 1) != [0]
}

fn field(block: &[u8; BLOCK], at: usize, length: usize) -> &[u8] {
    block.get(at..at + length).unwrap_or_default()
}

/// Up to the first NUL.
fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}
