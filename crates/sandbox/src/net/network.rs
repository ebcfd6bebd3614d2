//! One network from start to stop: its threads, and what it says of its own observation.

use std::net::{TcpListener, UdpSocket};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use assay_core::run::{Instrument, NetworkMode, Observer};
use assay_core::{Clock, Fault};

use super::bell::Bell;
use super::capture::Capture;
use super::dns::{Loopback, NameServer};
use super::inbox::{self, Inbox};
use super::proxy::{Dialer, SystemDialer};
use super::recorder::Recorder;
use super::station::{Declared, Manner, Station};
use super::worker::{Summary, Worker};

/// What a [`Network`] needs besides its device.
pub struct NetworkSetup {
    /// What the engine sees of the world.
    pub mode: NetworkMode,
    /// Where events go.
    pub recorder: Arc<Recorder>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The capture file, made anew.
    pub pcap: PathBuf,
    /// Randomness for sequence numbers.
    pub seed: u64,
    /// Reads how many packets the device dropped because nobody read them in time; `None` when it cannot be told.
    pub dropped: Box<dyn Fn() -> Option<u64> + Send>,
}

/// The running network of one engine. Lives until it is stopped or dropped.
pub struct Network {
    recorder: Arc<Recorder>,
    dropped: Box<dyn Fn() -> Option<u64> + Send>,
    stop: Arc<Bell>,
    reader: Option<JoinHandle<()>>,
    worker: Option<JoinHandle<Summary>>,
    loopback: Vec<Loopback>,
    /// Kept to the end: with its last descriptor the device and its drop counter are gone.
    _device: Arc<OwnedFd>,
}

impl Network {
    /// Begins to read `tun`: a TUN device without packet information (`IFF_TUN | IFF_NO_PI`), up and routed. Start it
    /// before the engine's first instruction.
    ///
    /// # Errors
    /// A fault when the capture file or a thread cannot be made.
    pub fn start(tun: OwnedFd, setup: NetworkSetup) -> Result<Self, Fault> {
        let fixed = match &setup.mode {
            NetworkMode::Declared(hosts) => hosts.resolve.clone(),
            _ => Default::default(),
        };
        Self::start_with(tun, setup, Arc::new(SystemDialer::new(fixed)))
    }

    /// The same with another way to the world.
    ///
    /// # Errors
    /// As [`Network::start`].
    pub fn start_with(tun: OwnedFd, setup: NetworkSetup, dialer: Arc<dyn Dialer>) -> Result<Self, Fault> {
        let fault = |cause: std::io::Error| Fault::io("starting the packet threads", cause);
        let NetworkSetup { mode, recorder, clock, pcap, seed, dropped } = setup;
        rustix::io::ioctl_fionbio(&tun, true).map_err(|error| fault(error.into()))?;
        let (bell, stop) = (Arc::new(Bell::new().map_err(fault)?), Arc::new(Bell::new().map_err(fault)?));
        let (device, inbox) = (Arc::new(tun), Arc::new(Inbox::new(Arc::clone(&bell))));
        let manner = manner(mode, dialer, &bell);
        let station = Station::new(Arc::clone(&recorder), manner, seed, clock.elapsed());
        let capture = Capture::create(&pcap)?;
        let worker = Worker::new(Arc::clone(&device), Arc::clone(&inbox), bell, clock, station, capture);
        let (asked, read) = (Arc::clone(&stop), Arc::clone(&device));
        let reader = spawn("packets", move || inbox::read_device(&read, &asked, &inbox)).map_err(fault)?;
        let worker = spawn("network", move || worker.work()).map_err(|cause| {
            stop.ring();
            fault(cause)
        })?;
        let (reader, worker) = (Some(reader), Some(worker));
        Ok(Self { recorder, dropped, stop, reader, worker, loopback: Vec::new(), _device: device })
    }

    /// Answers names on two sockets bound to port 53 of the engine's loopback.
    ///
    /// # Errors
    /// A fault when a thread cannot be made.
    pub fn serve_dns(&mut self, datagrams: UdpSocket, streams: TcpListener) -> Result<(), Fault> {
        let server = NameServer::new(Arc::clone(&self.recorder));
        self.loopback.push(Loopback::start(server, datagrams, streams)?);
        Ok(())
    }

    /// Reads what is still queued, stops, and tells how the observation went. Call it when the engine is gone and
    /// before [`Recorder::finish`].
    pub fn stop(mut self) -> Observer {
        let mut remarks = Vec::new();
        let (armed, lost) = match self.join() {
            Some(summary) => summary.judge(&mut remarks),
            None => {
                remarks.push("the packet threads failed".into());
                (false, 0)
            }
        };
        let lost = lost + self.lost_outside(&mut remarks);
        let remark = (!remarks.is_empty()).then(|| remarks.join("; "));
        Observer { instrument: Instrument::Packets, armed, lost, remark }
    }

    /// What the device and the recorder lost.
    fn lost_outside(&self, remarks: &mut Vec<String>) -> u64 {
        let dropped = match (self.dropped)() {
            Some(dropped) => {
                remarks.extend(
                    (dropped > 0).then(|| format!("the device dropped {dropped} packets that came too fast")),
                );
                dropped
            }
            None => {
                remarks.push("the device's drop counter could not be read".into());
                1
            }
        };
        let overflow = self.recorder.overflow();
        if overflow > 0 {
            remarks.push(format!(
                "{overflow} further attempts were not told apart: there were too many different ones"
            ));
        }
        dropped + overflow
    }

    fn join(&mut self) -> Option<Summary> {
        self.loopback.clear();
        self.stop.ring();
        let read = self.reader.take().map(JoinHandle::join);
        let summary = self.worker.take().map(JoinHandle::join);
        read?.ok()?;
        summary?.ok()
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.join();
    }
}

fn manner(mode: NetworkMode, dialer: Arc<dyn Dialer>, bell: &Arc<Bell>) -> Manner {
    match mode {
        NetworkMode::Dead => Manner::Dead,
        NetworkMode::Answering => Manner::Answering,
        NetworkMode::Declared(hosts) => Manner::Declared(Declared::new(hosts, dialer, Arc::clone(bell))),
    }
}

fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> std::io::Result<JoinHandle<T>> {
    std::thread::Builder::new().name(name.into()).spawn(work)
}
