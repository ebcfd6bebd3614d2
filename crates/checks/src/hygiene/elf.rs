//! The headers of an ELF executable.

use assay_core::Platform;
use object::elf::{self, FileClass, FileHeader32, FileHeader64, FileType, Machine};
use object::read::elf::{FileHeader, ProgramHeader};
use object::{Endianness, ReadRef};

/// What matters for starting it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Elf {
    machine: Machine,
    wide: bool,
    little: bool,
    kind: FileType,
    /// The dynamic loader, when one is needed.
    pub(super) interpreter: Option<String>,
}

/// Go's architecture names with machine, word size and byte order.
static MACHINES: &[(&str, Machine, bool, bool)] = &[
    ("amd64", elf::EM_X86_64, true, true),
    ("386", elf::EM_386, false, true),
    ("arm64", elf::EM_AARCH64, true, true),
    ("arm", elf::EM_ARM, false, true),
    ("riscv64", elf::EM_RISCV, true, true),
    ("ppc64le", elf::EM_PPC64, true, true),
    ("s390x", elf::EM_S390, true, false),
    ("loong64", elf::EM_LOONGARCH, true, true),
];

/// Reads the headers from the first bytes of a file.
pub(super) fn read(head: &[u8]) -> Result<Elf, String> {
    match head.get(4).map(|class| FileClass(*class)) {
        Some(elf::ELFCLASS64) => read_class::<FileHeader64<Endianness>>(head, true),
        Some(elf::ELFCLASS32) => read_class::<FileHeader32<Endianness>>(head, false),
        _ => Err("it is neither 32 nor 64 bits wide".into()),
    }
}

fn read_class<H: FileHeader<Endian = Endianness>>(head: &[u8], wide: bool) -> Result<Elf, String> {
    let header = H::parse(head).map_err(|error| error.to_string())?;
    let endian = header.endian().map_err(|error| error.to_string())?;
    Ok(Elf {
        machine: header.e_machine(endian),
        wide,
        little: endian == Endianness::Little,
        kind: header.e_type(endian),
        interpreter: interpreter(header, endian, head),
    })
}

/// A table that lies beyond the bytes read says nothing; the kernel will.
fn interpreter<'a, H, R>(header: &H, endian: Endianness, head: R) -> Option<String>
where
    H: FileHeader<Endian = Endianness>,
    R: ReadRef<'a>,
{
    let table = header.program_headers(endian, head).ok()?;
    let loader = table.iter().find_map(|entry| entry.interpreter(endian, head).ok().flatten())?;
    Some(String::from_utf8_lossy(loader).chars().take(512).collect())
}

impl Elf {
    /// Why it cannot run on `platform`, as the rest of a sentence.
    pub(super) fn misfit(&self, platform: &Platform) -> Option<String> {
        if self.kind != elf::ET_EXEC && self.kind != elf::ET_DYN {
            return Some("is an ELF file, but no executable".into());
        }
        let (_, machine, wide, little) = MACHINES.iter().find(|row| row.0 == platform.architecture)?;
        if (self.machine, self.wide, self.little) == (*machine, *wide, *little) {
            return None;
        }
        Some(format!("is built for {}", self.built_for()))
    }

    fn built_for(&self) -> String {
        let row = MACHINES.iter().find(|row| (row.1, row.2, row.3) == (self.machine, self.wide, self.little));
        match row {
            Some(row) => row.0.to_owned(),
            None => format!("ELF machine {} with {} bits", self.machine, if self.wide { 64 } else { 32 }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_test_is_built_for_this_machine() {
        let head = std::fs::read("/proc/self/exe").unwrap();
        let parsed = read(&head[..4096]).unwrap();
        let native = Platform { os: "linux".into(), architecture: native().into(), variant: None };
        assert_eq!(parsed.misfit(&native), None);
        let other = Platform { architecture: "s390x".into(), ..native };
        assert!(parsed.misfit(&other).unwrap().starts_with("is built for "));
    }

    #[test]
    fn cut_and_scrambled_headers_are_errors_not_panics() {
        let head = std::fs::read("/proc/self/exe").unwrap();
        for length in 0..256 {
            let _ = read(&head[..length]);
        }
        assert!(read(b"\x7fELF").is_err());
        assert!(read(b"\x7fELF\x02\x01\x01").is_err());
    }

    fn native() -> &'static str {
        if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" }
    }
}
