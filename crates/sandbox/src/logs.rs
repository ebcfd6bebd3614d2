//! Standard output and error of the engine: read as they come, stamped, bounded. What is beyond the bound is read and
//! counted, so that a talkative engine never blocks.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::thread::JoinHandle;

use assay_core::run::{LogLine, Stream};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::pipe::{PipeFlags, pipe_with};

/// Longest line kept, in bytes.
const LONGEST_LINE: usize = 8 * 1024;
/// Most lines kept of a stream: empty lines cost memory too.
const MOST_LINES: usize = 100_000;

/// Tells the ms since the engine's start.
pub(crate) type Now = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What was kept of both streams, in order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) lines: Vec<LogLine>,
    pub(crate) dropped: u64,
}

/// The reading thread.
#[derive(Debug)]
pub(crate) struct Logs {
    thread: JoinHandle<Heard>,
}

impl Logs {
    /// Starts reading; returns the ends to give away, standard output first. `limit` is bytes kept of each.
    pub(crate) fn start(limit: u64, now: Now) -> io::Result<(Self, OwnedFd, OwnedFd)> {
        let (out, out_writer) = pipe_with(PipeFlags::CLOEXEC)?;
        let (err, err_writer) = pipe_with(PipeFlags::CLOEXEC)?;
        let tracks = [Track::new(out, Stream::Stdout, limit), Track::new(err, Stream::Stderr, limit)];
        let thread = std::thread::Builder::new().name("logs".into()).spawn(move || read(tracks, &now))?;
        Ok((Self { thread }, out_writer, err_writer))
    }

    /// Waits until nobody can write any more, which is when everything inside is dead.
    pub(crate) fn finish(self) -> Heard {
        self.thread.join().unwrap_or_default()
    }
}

struct Track {
    source: Option<OwnedFd>,
    stream: Stream,
    left: u64,
    lines: usize,
    line: Vec<u8>,
    /// The rest of an over-long line is dropped.
    overlong: bool,
}

impl Track {
    fn new(source: OwnedFd, stream: Stream, left: u64) -> Self {
        Self { source: Some(source), stream, left, lines: 0, line: Vec::new(), overlong: false }
    }

    fn take(&mut self, bytes: &[u8], at_ms: u64, heard: &mut Heard) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (text, ends) = match part {
                [text @ .., b'\n'] => (text, true),
                text => (text, false),
            };
            self.append(text, heard);
            if ends {
                self.end_line(at_ms, heard);
            }
        }
    }

    fn append(&mut self, text: &[u8], heard: &mut Heard) {
        let room = LONGEST_LINE
            .saturating_sub(self.line.len())
            .min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let (kept, lost) = text.split_at(text.len().min(room));
        self.line.extend_from_slice(kept);
        self.left -= kept.len() as u64;
        heard.dropped += lost.len() as u64;
        self.overlong |= !lost.is_empty();
    }

    fn end_line(&mut self, at_ms: u64, heard: &mut Heard) {
        let bytes = std::mem::take(&mut self.line);
        // A line of which nothing could be kept is no line.
        let emptied = bytes.is_empty() && self.overlong;
        self.overlong = false;
        if self.lines >= MOST_LINES {
            heard.dropped += bytes.len() as u64 + 1;
        } else if !emptied {
            self.lines += 1;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            heard.lines.push(LogLine { at_ms, stream: self.stream, text });
        }
    }

    fn finish(&mut self, at_ms: u64, heard: &mut Heard) {
        self.source = None;
        if !self.line.is_empty() {
            self.end_line(at_ms, heard);
        }
    }
}

fn read(mut tracks: [Track; 2], now: &Now) -> Heard {
    let mut heard = Heard::default();
    let mut buffer = vec![0; 64 * 1024];
    while tracks.iter().any(|track| track.source.is_some()) {
        let ready = ready(&tracks);
        for (track, _) in tracks.iter_mut().zip(ready).filter(|(_, ready)| *ready) {
            let Some(source) = &track.source else { continue };
            match rustix::io::retry_on_intr(|| rustix::io::read(source, &mut *buffer)) {
                Ok(length) if length > 0 => {
                    track.take(buffer.get(..length).unwrap_or_default(), now(), &mut heard)
                }
                _ => track.finish(now(), &mut heard),
            }
        }
    }
    heard
}

/// Which of the tracks have something to read, or have ended.
fn ready(tracks: &[Track; 2]) -> [bool; 2] {
    let mut interest: Vec<_> =
        tracks.iter().filter_map(|track| Some(PollFd::new(track.source.as_ref()?, PollFlags::IN))).collect();
    let _ = rustix::io::retry_on_intr(|| poll(&mut interest, None));
    let mut answers = interest.iter().map(|fd| !fd.revents().is_empty());
    tracks.each_ref().map(|track| track.source.is_some() && answers.next().unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn heard(limit: u64, out: &[u8], err: &[u8]) -> Heard {
        let (logs, stdout, stderr) = Logs::start(limit, Arc::new(|| 7)).unwrap();
        std::fs::File::from(stdout).write_all(out).unwrap();
        std::fs::File::from(stderr).write_all(err).unwrap();
        logs.finish()
    }

    #[test]
    fn splits_lines_and_keeps_the_last_without_end() {
        let heard = heard(1000, b"one\n\ntwo", b"\xff\n");
        let of =
            |stream| heard.lines.iter().filter(|l| l.stream == stream).map(|l| &*l.text).collect::<Vec<_>>();
        assert_eq!(of(Stream::Stdout), ["one", "", "two"]);
        assert_eq!(of(Stream::Stderr), ["\u{fffd}"]);
        assert_eq!((heard.dropped, heard.lines[0].at_ms), (0, 7));
    }

    #[test]
    fn never_blocks_and_counts_what_it_drops() {
        let long = vec![b'x'; 1_000_000];
        let heard = heard(10_000, &long, b"");
        assert_eq!(heard.lines.len(), 1);
        assert_eq!(heard.lines[0].text.len(), LONGEST_LINE);
        assert_eq!(heard.dropped, 1_000_000 - LONGEST_LINE as u64);
    }

    #[test]
    fn the_limit_counts_over_lines() {
        let heard = heard(10, b"12345\n67890\nabc\ndef\n", b"");
        assert_eq!(heard.lines.len(), 2);
        assert_eq!(heard.dropped, 6);
    }
}
