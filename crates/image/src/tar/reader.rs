//! Walking a tar stream member by member.

use std::io::{self, Read};

use super::header::{BLOCK, Block, sparse_block_goes_on};
use super::member::{Ending, Member, MemberKind, Oddity, TarError, member_kind};
use super::pax::Records;

/// Reads members from a stream, in constant memory.
pub struct Reader<R> {
    inner: R,
    /// Bytes of the stream consumed.
    at: u64,
    /// Bytes of the current member's data not read yet.
    data: u64,
    /// Padding behind them.
    padding: u64,
    header_limit: u64,
    ended: bool,
    marked: bool,
}

/// Extended headers seen before a member.
#[derive(Default)]
struct Extended {
    records: Option<Records>,
    long_path: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
    bytes: u64,
    oddity: Option<Oddity>,
}

impl<R: Read> Reader<R> {
    /// A reader that refuses extended headers of more than `header_limit` bytes.
    pub fn new(inner: R, header_limit: u64) -> Self {
        Self { inner, at: 0, data: 0, padding: 0, header_limit, ended: false, marked: false }
    }

    /// The next member; nothing at the end of the archive. Data of the last member that was not read is skipped.
    pub fn next_member(&mut self) -> Result<Option<Member>, TarError> {
        let mut extended = Extended::default();
        loop {
            self.skip_data()?;
            let start = self.at;
            let Some(block) = self.header_block()? else {
                return if extended.bytes == 0 {
                    Ok(None)
                } else {
                    Err(TarError::Truncated("an extended header"))
                };
            };
            let header = Block::checked(&block).ok_or(malformed(start, "its checksum is wrong"))?;
            let size = header.size().ok_or(malformed(start, "its size is not a number"))?;
            match header.kind() {
                b'x' | b'X' => self.take_records(start, size, &mut extended)?,
                b'g' => self.take_global(start, size, &mut extended)?,
                b'L' => {
                    let path = self.long_text(start, size, &mut extended)?;
                    note_doubled(&mut extended.oddity, extended.long_path.replace(path).is_some());
                }
                b'K' => {
                    let link = self.long_text(start, size, &mut extended)?;
                    note_doubled(&mut extended.oddity, extended.long_link.replace(link).is_some());
                }
                _ => return self.member(start, &header, extended).map(Some),
            }
        }
    }

    /// Where the current member's data starts, in bytes from the start of the stream, before any of it was read.
    pub fn position(&self) -> u64 {
        self.at
    }

    /// Passes over the current member's data with `seek`, which is told by how many bytes to move on. An archive
    /// that ends within them is only noticed when the data is wanted.
    pub fn seek_over(&mut self, seek: impl FnOnce(&mut R, u64) -> io::Result<()>) -> Result<(), TarError> {
        let distance = self.data.saturating_add(self.padding);
        (self.data, self.padding) = (0, 0);
        self.at = self.at.saturating_add(distance);
        seek(&mut self.inner, distance).map_err(TarError::Io)
    }

    /// Reads data of the current member; 0 at its end.
    pub fn read_data(&mut self, buffer: &mut [u8]) -> Result<usize, TarError> {
        let wanted = usize::try_from(self.data).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let read = retry(|| self.inner.read(buffer.get_mut(..wanted).unwrap_or_default()))?;
        if read == 0 {
            return Err(TarError::Truncated("a file"));
        }
        self.data -= read as u64;
        self.at += read as u64;
        Ok(read)
    }

    /// Reads what is left of the stream and says how the archive ended.
    pub fn finish(&mut self) -> Result<Ending, TarError> {
        if !self.marked {
            return Ok(Ending::Unmarked);
        }
        let mut buffer = vec![0; 64 << 10];
        let mut ending = Ending::Marked;
        loop {
            let read = retry(|| self.inner.read(&mut buffer))?;
            let bytes = buffer.get(..read).unwrap_or_default();
            if bytes.is_empty() {
                return Ok(ending);
            }
            if bytes.iter().any(|byte| *byte != 0) {
                ending = Ending::Trailing;
            }
        }
    }

    fn member(&mut self, start: u64, header: &Block<'_>, extended: Extended) -> Result<Member, TarError> {
        let Extended { records, long_path, long_link, bytes, oddity } = extended;
        let records = records.unwrap_or_default();
        let path = records.path.or(long_path).unwrap_or_else(|| header.path());
        let kind = member_kind(header.kind(), &path);
        let size = records.size.or_else(|| header.size()).unwrap_or_default();
        let has_data = matches!(kind, MemberKind::File | MemberKind::Other(_));
        let is_sparse = self.pass_sparse_map(header)? || records.sparse;
        let oddity = match (is_sparse, !has_data && size > 0) {
            (true, _) => Some(Oddity::Sparse),
            (false, true) => Some(Oddity::DataWithoutFile),
            (false, false) => oddity,
        };
        self.data = if has_data { size } else { 0 };
        self.padding = padding(self.data);
        let mtime = records.mtime.or_else(|| header.mtime());
        Ok(Member {
            link: records.link.or(long_link).unwrap_or_else(|| header.link()),
            size: self.data,
            mode: narrow(header.mode()).ok_or(malformed(start, "its mode is not a number"))? & 0o7777,
            uid: narrow(records.uid.or(header.uid()))
                .ok_or(malformed(start, "its owner is no 32-bit number"))?,
            gid: narrow(records.gid.or(header.gid()))
                .ok_or(malformed(start, "its group is no 32-bit number"))?,
            mtime: mtime.ok_or(malformed(start, "its time is not a number"))?,
            has_capabilities: records.capabilities,
            extended_bytes: bytes,
            path,
            kind,
            oddity,
        })
    }

    fn take_records(&mut self, start: u64, size: u64, extended: &mut Extended) -> Result<(), TarError> {
        let bytes = self.extended(start, size, extended)?;
        let records = Records::read(&bytes).ok_or(malformed(start, "a PAX record in it is malformed"))?;
        note_doubled(&mut extended.oddity, extended.records.replace(records).is_some());
        Ok(())
    }

    /// Global records are read and, like Go's reader does, not applied: real layers only carry comments there.
    fn take_global(&mut self, start: u64, size: u64, extended: &mut Extended) -> Result<(), TarError> {
        let bytes = self.extended(start, size, extended)?;
        let records = Records::read(&bytes).ok_or(malformed(start, "a PAX record in it is malformed"))?;
        if records.shapes_members() {
            extended.oddity = Some(Oddity::GlobalOverride);
        }
        Ok(())
    }

    fn long_text(&mut self, start: u64, size: u64, extended: &mut Extended) -> Result<Vec<u8>, TarError> {
        let mut text = self.extended(start, size, extended)?;
        let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
        text.truncate(end);
        Ok(text)
    }

    /// The data of an extended header. All of those before one member share one limit.
    fn extended(&mut self, start: u64, size: u64, extended: &mut Extended) -> Result<Vec<u8>, TarError> {
        // An empty extended header counts too, or a stream of them would be walked for nothing for ever.
        extended.bytes = extended.bytes.saturating_add(size).saturating_add(BLOCK as u64);
        if extended.bytes > self.header_limit {
            return Err(TarError::HeaderTooLarge {
                at: start,
                size: extended.bytes,
                limit: self.header_limit,
            });
        }
        let mut bytes = vec![0; usize::try_from(size).unwrap_or_default()];
        self.read_exact(&mut bytes, "an extended header")?;
        self.padding = padding(size);
        Ok(bytes)
    }

    /// The next header block; nothing at the end mark or the end of the stream.
    fn header_block(&mut self) -> Result<Option<[u8; BLOCK]>, TarError> {
        if self.ended {
            return Ok(None);
        }
        let mut block = [0; BLOCK];
        let read = self.fill(&mut block)?;
        if read == 0 {
            self.ended = true;
            return Ok(None);
        }
        if read < BLOCK {
            return Err(TarError::Truncated("a header"));
        }
        if block.iter().all(|byte| *byte == 0) {
            self.ended = true;
            self.marked = true;
            return Ok(None);
        }
        Ok(Some(block))
    }

    fn skip_data(&mut self) -> Result<(), TarError> {
        let mut buffer = [0; 8192];
        while self.data > 0 {
            self.read_data(&mut buffer)?;
        }
        let padding = usize::try_from(std::mem::take(&mut self.padding)).unwrap_or_default();
        // The last member's padding may be cut off together with the end mark.
        let read = self.fill(buffer.get_mut(..padding).unwrap_or_default())?;
        if read < padding {
            self.ended = true;
        }
        Ok(())
    }

    /// Whether the member is a GNU sparse file; its map may go on in further blocks, which are passed over, at most
    /// as many as a header may have bytes.
    fn pass_sparse_map(&mut self, header: &Block<'_>) -> Result<bool, TarError> {
        if header.kind() != b'S' {
            return Ok(false);
        }
        let mut block = [0; BLOCK];
        let mut left = self.header_limit;
        let mut goes_on = header.sparse_goes_on();
        while goes_on {
            left = left.checked_sub(BLOCK as u64).ok_or(malformed(self.at, "its sparse map has no end"))?;
            self.read_exact(&mut block, "a sparse map")?;
            goes_on = sparse_block_goes_on(&block);
        }
        Ok(true)
    }

    fn read_exact(&mut self, buffer: &mut [u8], of: &'static str) -> Result<(), TarError> {
        if self.fill(buffer)? < buffer.len() { Err(TarError::Truncated(of)) } else { Ok(()) }
    }

    /// Reads until the buffer is full or the stream ends.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, TarError> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match retry(|| self.inner.read(rest))? {
                0 => break,
                read => filled += read,
            }
        }
        self.at += filled as u64;
        Ok(filled)
    }
}

fn note_doubled(oddity: &mut Option<Oddity>, doubled: bool) {
    if doubled {
        oddity.get_or_insert(Oddity::DoubledHeader);
    }
}

fn narrow(value: Option<u64>) -> Option<u32> {
    u32::try_from(value?).ok()
}

fn padding(size: u64) -> u64 {
    let block = BLOCK as u64;
    (block - size % block) % block
}

fn malformed(at: u64, what: &'static str) -> TarError {
    TarError::Malformed { at, what }
}

fn retry(mut read: impl FnMut() -> io::Result<usize>) -> Result<usize, TarError> {
    loop {
        match read() {
            Err(problem) if problem.kind() == io::ErrorKind::Interrupted => {}
            other => return other.map_err(TarError::Io),
        }
    }
}
