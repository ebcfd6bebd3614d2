//! Tar archives written byte by byte, as no honest tool would.

use std::io::Write;

/// An archive in the making.
#[derive(Default, Clone)]
pub struct Tarball(pub Vec<u8>);

/// A header whose every field can be set wrong.
#[derive(Clone)]
pub struct Raw<'a> {
    pub path: &'a [u8],
    pub kind: u8,
    pub link: &'a [u8],
    pub size: u64,
    pub mode: u32,
}

impl<'a> Raw<'a> {
    pub fn new(path: &'a str, kind: u8) -> Self {
        Self { path: path.as_bytes(), kind, link: b"", size: 0, mode: 0o644 }
    }

    pub fn link(mut self, link: &'a str) -> Self {
        self.link = link.as_bytes();
        self
    }

    pub fn size(mut self, size: u64) -> Self {
        self.size = size;
        self
    }

    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = mode;
        self
    }

    pub fn block(&self) -> [u8; 512] {
        let mut block = [0; 512];
        block[..self.path.len().min(100)].copy_from_slice(&self.path[..self.path.len().min(100)]);
        block[100..107].copy_from_slice(format!("{:07o}", self.mode).as_bytes());
        block[108..115].copy_from_slice(b"0000000");
        block[116..123].copy_from_slice(b"0000000");
        block[124..135].copy_from_slice(format!("{:011o}", self.size).as_bytes());
        block[136..147].copy_from_slice(b"00000000000");
        block[156] = self.kind;
        block[157..157 + self.link.len().min(100)].copy_from_slice(&self.link[..self.link.len().min(100)]);
        block[257..265].copy_from_slice(b"ustar\x0000");
        seal(&mut block);
        block
    }
}

/// Writes the checksum.
pub fn seal(block: &mut [u8; 512]) {
    block[148..156].copy_from_slice(b"        ");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

impl Tarball {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn raw(mut self, raw: &Raw<'_>) -> Self {
        self.0.extend_from_slice(&raw.block());
        self
    }

    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    pub fn file(self, path: &str, content: &[u8]) -> Self {
        self.raw(&Raw::new(path, b'0').size(content.len() as u64)).bytes(content)
    }

    pub fn folder(self, path: &str) -> Self {
        self.raw(&Raw::new(path, b'5').mode(0o755))
    }

    pub fn symlink(self, path: &str, target: &str) -> Self {
        self.raw(&Raw::new(path, b'2').link(target))
    }

    pub fn hardlink(self, path: &str, target: &str) -> Self {
        self.raw(&Raw::new(path, b'1').link(target))
    }

    pub fn pax(self, kind: u8, records: &[u8]) -> Self {
        self.raw(&Raw::new("pax", kind).size(records.len() as u64)).bytes(records)
    }

    pub fn end(mut self) -> Vec<u8> {
        self.0.extend_from_slice(&[0; 1024]);
        self.0
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    gzip_at(bytes, flate2::Compression::fast())
}

pub fn gzip_best(bytes: &[u8]) -> Vec<u8> {
    gzip_at(bytes, flate2::Compression::best())
}

fn gzip_at(bytes: &[u8], level: flate2::Compression) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
