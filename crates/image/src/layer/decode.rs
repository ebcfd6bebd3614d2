//! From the bytes of a blob to the tar stream in it.

use std::io::{self, BufReader, Cursor, Read};

use crate::document::media::Encoding;

/// Why a blob's encoding cannot be read.
#[derive(Debug)]
pub(super) enum DecodeProblem {
    /// The first bytes are those of another encoding than said.
    Mismatch { said: Encoding, found: Encoding },
    /// The stream is damaged, or its source failed.
    Io(io::Error),
}

/// Read in one go from the blob.
const BUFFER: usize = 256 << 10;

/// The tar stream of a blob, and the encoding it was found to have.
pub(super) fn decoder<'a>(
    mut blob: impl Read + 'a,
    said: Encoding,
) -> Result<(Box<dyn Read + 'a>, Encoding), DecodeProblem> {
    let start = first_bytes(&mut blob).map_err(DecodeProblem::Io)?;
    let found = sniff(&start);
    if said != Encoding::Unsaid && said != found {
        return Err(DecodeProblem::Mismatch { said, found });
    }
    let blob = Cursor::new(start).chain(blob);
    let stream: Box<dyn Read> = match found {
        Encoding::Gzip => {
            Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(BUFFER, blob)))
        }
        Encoding::Zstd => {
            let buffered = BufReader::with_capacity(BUFFER, blob);
            Box::new(zstd::Decoder::with_buffer(buffered).map_err(DecodeProblem::Io)?)
        }
        Encoding::Plain | Encoding::Unsaid => Box::new(blob),
    };
    Ok((stream, found))
}

/// Which encoding starts like this.
pub(crate) fn sniff(start: &[u8]) -> Encoding {
    match start {
        [0x1f, 0x8b, ..] => Encoding::Gzip,
        // A zstd frame, or a skippable one before it.
        [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Encoding::Zstd,
        _ => Encoding::Plain,
    }
}

fn first_bytes(blob: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut start = Vec::with_capacity(4);
    blob.take(4).read_to_end(&mut start)?;
    Ok(start)
}
