//! The world as far as it was declared. A connection is accepted only when its host has been reached, so that the engine
//! sees refusals and delays as they are.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use assay_core::run::{DeclaredHosts, Fate};

use crate::net::address::classify;
use crate::net::bell::Bell;
use crate::net::proxy::{Dialer, Dialled, Gate, Splice};
use crate::net::recorder::{Recorder, Ticket};
use crate::net::tcp::{Ends, Flows};

/// Time to resolve and dial; after it the engine is refused.
const PATIENCE: Duration = Duration::from_secs(20);

/// The gate, and the connections that wait before it.
pub(in crate::net) struct Declared {
    gate: Arc<Gate>,
    results: Receiver<(Ends, Dialled)>,
    waiting: BTreeMap<Ends, Request>,
}

/// A connection that waits for its host.
struct Request {
    bytes: Vec<u8>,
    ticket: Ticket,
    until: Duration,
}

impl Declared {
    pub(in crate::net) fn new(hosts: DeclaredHosts, dialer: Arc<dyn Dialer>, bell: Arc<Bell>) -> Self {
        let (gate, results) = Gate::new(hosts, dialer, bell);
        Self { gate, results, waiting: BTreeMap::new() }
    }

    /// What is to become of a connection to `target`: only an address that stands for a declared name, or was declared
    /// itself, may pass.
    pub(super) fn fate(&self, target: SocketAddr, recorder: &Recorder) -> Fate {
        let passes = self.gate.admits(&name_of(target, recorder), target.port());
        if passes { Fate::Proxied } else { Fate::Captured }
    }

    /// Begins to reach the host of a request.
    pub(super) fn dial(
        &mut self,
        ends: Ends,
        request: &[u8],
        ticket: Ticket,
        now: Duration,
        recorder: &Recorder,
    ) {
        let dialling = self.gate.dial(ends, name_of(ends.target, recorder));
        // Too many at once are refused at the next turn.
        let until = if dialling { now + PATIENCE } else { now };
        self.waiting.insert(ends, Request { bytes: request.to_vec(), ticket, until });
    }

    /// When patience with a host ends.
    pub(super) fn due(&self) -> Option<Duration> {
        self.waiting.values().map(|request| request.until).min()
    }

    /// Lets in the connections whose hosts were reached and refuses the others.
    pub(super) fn welcome(&mut self, flows: &mut Flows, recorder: &Recorder, now: Duration) {
        while let Ok((ends, result)) = self.results.try_recv() {
            // A result that comes after patience ended finds nobody; dropping it hangs up.
            let Some(request) = self.waiting.remove(&ends) else { continue };
            match result {
                Dialled::Open(stream, place) => {
                    let splice = Splice::new(stream, Arc::clone(&self.gate), place);
                    flows.accept(ends, &request.bytes, request.ticket, Box::new(splice), now);
                }
                Dialled::Withheld(address) => {
                    recorder.amend(request.ticket, |event| {
                        (event.fate, event.address) = (Fate::Withheld, Some(address));
                        event.class = classify(address);
                    });
                    refuse(&request, flows, recorder, now);
                }
                Dialled::Failed => refuse(&request, flows, recorder, now),
            }
        }
        self.waiting.retain(|_, request| {
            let late = request.until <= now;
            if late {
                refuse(request, flows, recorder, now);
            }
            !late
        });
    }
}

/// The name that an address stands for, or the address itself.
fn name_of(target: SocketAddr, recorder: &Recorder) -> String {
    recorder.names().of(target.ip()).unwrap_or_else(|| target.ip().to_string())
}

fn refuse(request: &Request, flows: &mut Flows, recorder: &Recorder, now: Duration) {
    flows.refuse(&request.bytes, now);
    recorder.close(request.ticket);
}
