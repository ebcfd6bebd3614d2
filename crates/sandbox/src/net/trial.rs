//! The network without a device, for fuzzing: bytes in, nothing out, no panic.

use std::sync::Arc;
use std::time::Duration;

use assay_core::run::DeclaredHosts;
use assay_core::{Clock, ManualClock};

use super::bell::Bell;
use super::proxy::SystemDialer;
use super::recorder::Recorder;
use super::station::{Declared, Manner, Station};

/// Feeds `bytes` as packets, each with its length in front, to a network of each mode. Between two packets `bytes` say how
/// much time passes.
pub fn feed(bytes: &[u8]) {
    let declared = || {
        let bell = Arc::new(Bell::new().ok()?);
        Some(Manner::Declared(Declared::new(
            DeclaredHosts::default(),
            Arc::new(SystemDialer::default()),
            bell,
        )))
    };
    for manner in [Some(Manner::Dead), Some(Manner::Answering), declared()].into_iter().flatten() {
        feed_one(manner, bytes);
    }
}

fn feed_one(manner: Manner, mut bytes: &[u8]) {
    let clock = Arc::new(ManualClock::at(Default::default()));
    let recorder = Arc::new(Recorder::new(Arc::clone(&clock) as Arc<dyn Clock>));
    recorder.start();
    let mut station = Station::new(Arc::clone(&recorder), manner, 1, clock.elapsed());
    while let Some(([length, wait], rest)) = bytes.split_first_chunk::<2>() {
        let (packet, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        station.receive(packet, clock.elapsed());
        station.turn(clock.elapsed());
        clock.advance(Duration::from_millis(u64::from(*wait) * 8));
        station.take_arrived(clock.elapsed());
        bytes = rest;
    }
    recorder.finish();
}
