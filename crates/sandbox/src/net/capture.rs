//! The capture file: classic pcap, which every tool reads.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use assay_core::Fault;

/// Bytes kept of one packet: more than the device's longest.
const SNAP: usize = 2_048;
/// Bytes kept of one run.
const LARGEST: u64 = 64 << 20;
/// Packets without a link-layer header.
const LINK_RAW: u32 = 101;

/// Writes packets until the file has reached its limit.
#[derive(Debug)]
pub(super) struct Capture {
    file: Option<BufWriter<File>>,
    left: u64,
    omitted: u64,
    broken: Option<String>,
}

impl Capture {
    pub(super) fn create(path: &Path) -> Result<Self, Fault> {
        let doing = || format!("making the capture file {}", path.display());
        let mut file = BufWriter::new(File::create(path).map_err(|cause| Fault::io(doing(), cause))?);
        let words = [0xa1b2_c3d4, 2 | 4 << 16, 0, 0, SNAP as u32, LINK_RAW];
        let header: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
        file.write_all(&header).map_err(|cause| Fault::io(doing(), cause))?;
        Ok(Self { file: Some(file), left: LARGEST, omitted: 0, broken: None })
    }

    /// Keeps `packet`, seen at `micros` since 1970.
    pub(super) fn keep(&mut self, packet: &[u8], micros: i64) {
        let kept = packet.get(..SNAP).unwrap_or(packet);
        let size = 16 + kept.len() as u64;
        let Some(file) = self.file.as_mut().filter(|_| size <= self.left) else {
            self.omitted += 1;
            return;
        };
        self.left -= size;
        let seconds = micros.div_euclid(1_000_000) as u32;
        let words = [seconds, micros.rem_euclid(1_000_000) as u32, kept.len() as u32, packet.len() as u32];
        let header: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
        if let Err(cause) = file.write_all(&header).and_then(|()| file.write_all(kept)) {
            self.broken = Some(cause.to_string());
            self.file = None;
        }
    }

    /// Ends the file. What it lacks, as a sentence; the packets it lacks were judged all the same.
    pub(super) fn finish(mut self) -> Option<String> {
        if let Some(mut file) = self.file.take() {
            self.broken = file.flush().err().map(|cause| cause.to_string());
        }
        if let Some(cause) = self.broken {
            return Some(format!("the capture file is incomplete: {cause}"));
        }
        let omitted = self.omitted;
        (omitted > 0).then(|| {
            format!("{omitted} packets are not in the capture file, which is limited to {} MB", LARGEST >> 20)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_kept_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.pcap");
        let mut capture = Capture::create(&path).unwrap();
        capture.left = 50;
        capture.keep(b"first", 1_500_000);
        capture.keep(&[0; 40], 2_000_000);
        assert!(capture.finish().unwrap().starts_with("1 packets"));
        let bytes = std::fs::read(path).unwrap();
        assert_eq!(bytes.len(), 24 + 16 + 5);
        assert_eq!(bytes[20..24], [101, 0, 0, 0]);
        assert_eq!(bytes[24..32], [1, 0, 0, 0, 0x20, 0xa1, 7, 0], "1 s and 500,000 microseconds");
    }
}
