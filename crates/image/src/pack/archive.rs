//! Writing tar: ustar headers, PAX records where a field does not fit.

use std::io::{self, Read, Write};

/// What a header says.
#[derive(Clone, Debug)]
pub(super) struct Header<'a> {
    pub(super) path: &'a [u8],
    /// The type flag of the ustar format.
    pub(super) kind: u8,
    pub(super) link: &'a [u8],
    pub(super) size: u64,
    pub(super) mode: u32,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// Writes members one after the other. Every time of change is 0, so that equal input gives equal bytes.
pub(super) struct Archive<W> {
    out: W,
}

const BLOCK: u64 = 512;

impl<W: Write> Archive<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out }
    }

    /// A member without data.
    pub(super) fn member(&mut self, header: &Header<'_>) -> io::Result<()> {
        self.header(header)
    }

    /// A file whose `header.size` bytes come from `data`; fewer or more are an error.
    pub(super) fn file(&mut self, header: &Header<'_>, mut data: impl Read) -> io::Result<()> {
        self.header(header)?;
        let copied = io::copy(&mut data.by_ref().take(header.size), &mut self.out)?;
        if copied != header.size || data.read(&mut [0])? != 0 {
            return Err(io::Error::other("the file changed while it was read"));
        }
        self.pad(header.size)
    }

    /// Ends the archive and gives back what it wrote to.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.out.write_all(&[0; 1024])?;
        Ok(self.out)
    }

    fn header(&mut self, header: &Header<'_>) -> io::Result<()> {
        let mut records = Vec::new();
        if header.path.len() > 100 {
            push_record(&mut records, "path", header.path);
        }
        if header.link.len() > 100 {
            push_record(&mut records, "linkpath", header.link);
        }
        if header.size >= 1 << 33 {
            push_record(&mut records, "size", header.size.to_string().as_bytes());
        }
        if !records.is_empty() {
            self.extended(&records)?;
        }
        self.out.write_all(&block(header))
    }

    fn extended(&mut self, records: &[u8]) -> io::Result<()> {
        let size = records.len() as u64;
        let header = Header { path: b"pax", kind: b'x', link: b"", size, mode: 0o644, uid: 0, gid: 0 };
        self.out.write_all(&block(&header))?;
        self.out.write_all(records)?;
        self.pad(size)
    }

    fn pad(&mut self, size: u64) -> io::Result<()> {
        let padding = (BLOCK - size % BLOCK) % BLOCK;
        io::copy(&mut io::repeat(0).take(padding), &mut self.out).map(drop)
    }
}

/// One PAX record, `LENGTH KEY=VALUE\n`, where the length counts its own digits.
fn push_record(records: &mut Vec<u8>, key: &str, value: &[u8]) {
    let body = key.len() + value.len() + 3;
    let mut length = body + 1;
    while length != body + length.to_string().len() {
        length = body + length.to_string().len();
    }
    records.extend_from_slice(format!("{length} {key}=").as_bytes());
    records.extend_from_slice(value);
    records.push(b'\n');
}

fn block(header: &Header<'_>) -> [u8; 512] {
    let mut block = [0; 512];
    put(&mut block, 0, header.path.get(..100).unwrap_or(header.path));
    put(&mut block, 100, format!("{:07o}", header.mode & 0o7777).as_bytes());
    put(&mut block, 108, octal_id(header.uid).as_slice());
    put(&mut block, 116, octal_id(header.gid).as_slice());
    let size = if header.size < 1 << 33 { header.size } else { 0 };
    put(&mut block, 124, format!("{size:011o}").as_bytes());
    put(&mut block, 136, b"00000000000");
    put(&mut block, 148, b"        ");
    put(&mut block, 156, &[header.kind]);
    put(&mut block, 157, header.link.get(..100).unwrap_or(header.link));
    put(&mut block, 257, b"ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    put(&mut block, 148, format!("{sum:06o}\0 ").as_bytes());
    block
}

/// Seven octal digits, or base-256 for ids that need more.
fn octal_id(id: u32) -> Vec<u8> {
    if id < 1 << 21 {
        return format!("{id:07o}").into_bytes();
    }
    [&[0x80, 0, 0, 0], id.to_be_bytes().as_slice()].concat()
}

fn put(block: &mut [u8; 512], at: usize, bytes: &[u8]) {
    block.iter_mut().skip(at).zip(bytes).for_each(|(place, byte)| *place = *byte);
}
