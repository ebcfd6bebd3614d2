//! The body of an answer, streamed to a sink and cut at a limit.

use std::io::{self, BufRead, Read, Write};

use super::head::{Framing, invalid};

/// Longest line of a chunk's head.
const LINE_LIMIT: u64 = 4 << 10;
/// Most bytes of trailers.
const TRAILER_LIMIT: u64 = 64 << 10;

/// What came of a body.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(in crate::drive) struct Received {
    /// Bytes that came, of those kept.
    pub(in crate::drive) bytes: u64,
    /// Whether more would have come.
    pub(in crate::drive) cut: bool,
}

/// Copies the body to `sink`, at most `limit` bytes. `UnexpectedEof` when it ends early.
pub(super) fn receive(
    reader: &mut impl BufRead,
    framing: Framing,
    limit: u64,
    sink: &mut dyn Write,
) -> io::Result<Received> {
    match framing {
        Framing::Empty => Ok(Received::default()),
        Framing::Length(length) => {
            let bytes = exactly(reader, length.min(limit), sink)?;
            Ok(Received { bytes, cut: length > limit })
        }
        Framing::UntilClose => {
            let bytes = io::copy(&mut reader.take(limit), sink)?;
            let cut = bytes == limit && !reader.fill_buf()?.is_empty();
            Ok(Received { bytes, cut })
        }
        Framing::Chunked => chunked(reader, limit, sink),
    }
}

fn exactly(reader: &mut impl BufRead, length: u64, sink: &mut dyn Write) -> io::Result<u64> {
    let copied = io::copy(&mut reader.take(length), sink)?;
    if copied == length { Ok(copied) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn chunked(reader: &mut impl BufRead, limit: u64, sink: &mut dyn Write) -> io::Result<Received> {
    let mut bytes = 0;
    loop {
        let size = chunk_size(&line(reader)?)?;
        if size == 0 {
            trailers(reader)?;
            return Ok(Received { bytes, cut: false });
        }
        let room = limit - bytes;
        bytes += exactly(reader, size.min(room), sink)?;
        if size > room {
            return Ok(Received { bytes, cut: true });
        }
        if line(reader)?.trim_ascii() != b"" {
            return Err(invalid("a chunk longer than it says"));
        }
    }
}

fn chunk_size(line: &[u8]) -> io::Result<u64> {
    match httparse::parse_chunk_size(line) {
        Ok(httparse::Status::Complete((_, size))) => Ok(size),
        _ => Err(invalid("a chunk without a size")),
    }
}

fn line(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    reader.take(LINE_LIMIT).read_until(b'\n', &mut line)?;
    match line.last() {
        Some(b'\n') => Ok(line),
        _ if line.len() as u64 == LINE_LIMIT => Err(invalid("a chunk's head longer than 4 KiB")),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn trailers(reader: &mut impl BufRead) -> io::Result<()> {
    let mut left = TRAILER_LIMIT;
    while left > 0 {
        let line = line(reader)?;
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        left = left.saturating_sub(line.len() as u64);
    }
    Err(invalid("trailers larger than 64 KiB"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(framing: Framing, limit: u64, bytes: &[u8]) -> io::Result<(Vec<u8>, bool)> {
        let mut sink = Vec::new();
        let received = receive(&mut &*bytes, framing, limit, &mut sink)?;
        assert_eq!(received.bytes, sink.len() as u64);
        Ok((sink, received.cut))
    }

    #[test]
    fn whole_and_cut() {
        let chunks = b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: v\r\n\r\n";
        assert_eq!(body(Framing::Chunked, 9, chunks).unwrap(), (b"abcde".to_vec(), false));
        assert_eq!(body(Framing::Chunked, 4, chunks).unwrap(), (b"abcd".to_vec(), true));
        assert_eq!(body(Framing::Length(5), 9, b"abcdefgh").unwrap(), (b"abcde".to_vec(), false));
        assert_eq!(body(Framing::Length(5), 2, b"abcde").unwrap(), (b"ab".to_vec(), true));
        assert_eq!(body(Framing::UntilClose, 5, b"abcde").unwrap(), (b"abcde".to_vec(), false));
        assert_eq!(body(Framing::UntilClose, 4, b"abcde").unwrap(), (b"abcd".to_vec(), true));
        assert_eq!(body(Framing::Empty, 4, b"abcde").unwrap(), (vec![], false));
    }

    #[test]
    fn early_ends_and_lies() {
        let eof = io::ErrorKind::UnexpectedEof;
        let lie = io::ErrorKind::InvalidData;
        assert_eq!(body(Framing::Length(9), 99, b"abc").unwrap_err().kind(), eof);
        assert_eq!(body(Framing::Chunked, 99, b"5\r\nab").unwrap_err().kind(), eof);
        assert_eq!(body(Framing::Chunked, 99, b"2\r\nabc\r\n").unwrap_err().kind(), lie);
        assert_eq!(body(Framing::Chunked, 99, b"zz\r\n").unwrap_err().kind(), lie);
        assert_eq!(body(Framing::Chunked, 99, b"fffffffffffffffff\r\n").unwrap_err().kind(), lie);
        assert_eq!(body(Framing::Chunked, 99, &[b'1'; 5000]).unwrap_err().kind(), lie);
    }

    proptest::proptest! {
        #[test]
        fn any_chunks_are_taken_calmly(bytes: Vec<u8>, limit in 0_u64..64) {
            let mut sink = Vec::new();
            if let Ok(received) = receive(&mut bytes.as_slice(), Framing::Chunked, limit, &mut sink) {
                proptest::prop_assert!(received.bytes <= limit);
            }
        }
    }
}
