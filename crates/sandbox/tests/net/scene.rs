//! A network under test, and what it recorded.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use assay_core::Clock;
use assay_core::run::{Fate, NetworkEvent, NetworkMode, Observer};
use assay_sandbox::net::{Dialer, Network, NetworkSetup, Recorder, SystemDialer};
use jiff::Timestamp;

use crate::place::Place;

/// The machine's clock.
struct MachineClock(Instant);

#[allow(clippy::disallowed_methods, reason = "real packets take real time")]
impl MachineClock {
    fn new() -> Self {
        Self(Instant::now())
    }
}

#[allow(clippy::disallowed_methods, reason = "real packets take real time")]
impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        Timestamp::try_from(SystemTime::now()).unwrap()
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A running network.
pub(crate) struct Scene {
    pub(crate) network: Network,
    pub(crate) recorder: Arc<Recorder>,
    folder: tempfile::TempDir,
}

/// What it left.
pub(crate) struct Outcome {
    pub(crate) events: Vec<NetworkEvent>,
    pub(crate) observer: Observer,
    pub(crate) pcap: Vec<u8>,
}

impl Scene {
    /// A network behind `device` whose drops `dropped` tells.
    pub(crate) fn start(
        device: OwnedFd,
        mode: NetworkMode,
        dialer: Option<Arc<dyn Dialer>>,
        dropped: impl Fn() -> Option<u64> + Send + 'static,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(MachineClock::new());
        let recorder = Arc::new(Recorder::new(Arc::clone(&clock) as Arc<dyn Clock>));
        recorder.start();
        let setup = NetworkSetup {
            mode,
            recorder: Arc::clone(&recorder),
            clock,
            pcap: folder.path().join("packets.pcap"),
            seed: 42,
            dropped: Box::new(dropped),
        };
        let dialer = dialer.unwrap_or_else(|| Arc::new(SystemDialer::default()));
        let network = Network::start_with(device, setup, dialer).unwrap();
        Self { network, recorder, folder }
    }

    /// A network in `place`.
    pub(crate) fn at(place: &Arc<Place>, mode: NetworkMode, dialer: Option<Arc<dyn Dialer>>) -> Self {
        let counter = Arc::clone(place);
        Self::start(place.device(), mode, dialer, move || counter.dropped())
    }

    pub(crate) fn stop(self) -> Outcome {
        let observer = self.network.stop();
        let (events, _) = self.recorder.finish();
        let pcap = std::fs::read(self.folder.path().join("packets.pcap")).unwrap();
        Outcome { events, observer, pcap }
    }
}

impl Outcome {
    /// What was recorded besides noise, one line each, without counts, sorted.
    pub(crate) fn told(&self) -> Vec<String> {
        let real = self.events.iter().filter(|event| event.fate != Fate::Noise);
        let mut lines: Vec<String> = real.map(line).collect();
        lines.sort();
        lines
    }

    /// Nothing was lost and nothing is left to say.
    pub(crate) fn assert_whole(&self) {
        let Observer { armed, lost, remark, .. } = &self.observer;
        assert_eq!((*armed, *lost, remark.as_deref()), (true, 0, None));
    }
}

fn line(event: &NetworkEvent) -> String {
    let address = event.address.map_or("-".into(), |address| address.to_string());
    let port = event.port.map_or("-".into(), |port| port.to_string());
    let mut line = format!("{:?} {address} {port} {:?}", event.protocol, event.fate);
    for (what, text) in [("name", &event.name), ("sni", &event.sni), ("host", &event.host)] {
        if let Some(text) = text {
            line += &format!(" {what}={text}");
        }
    }
    line
}
