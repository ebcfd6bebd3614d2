//! The memory of one run: what the packets and the system calls showed, folded into events.

mod attempts;
mod ledger;
mod sighting;
mod timeline;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use assay_core::Clock;
use assay_core::run::{AddressClass, Fate, NetworkEvent, Phase, PhaseSpan, Protocol};

use super::address::{RESOLVER_V4, classify, is_own, normalise};
use super::names::Names;
use attempts::{Attempts, Target};
use ledger::Ledger;
pub use ledger::Ticket;
pub use sighting::{Sighting, SyscallAttempt};
use timeline::Timeline;

/// Characters kept of a name, a host or a process.
const LONGEST_TEXT: usize = 255;

/// One per run, shared by the threads that watch it. Every method may be called from any thread and returns at once.
pub struct Recorder {
    clock: Arc<dyn Clock>,
    names: Arc<Names>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    timeline: Timeline,
    attempts: Attempts,
    ledger: Ledger,
}

impl Recorder {
    /// An empty memory. Until [`Recorder::start`] all times are 0.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, names: Arc::default(), state: Mutex::default() }
    }

    /// The engine is executed now: time 0, phase `Start`.
    pub fn start(&self) {
        self.state().timeline.start(self.clock.elapsed());
    }

    /// A new phase begins; the one before it ends.
    pub fn enter(&self, phase: Phase) {
        self.state().timeline.enter(phase, self.clock.elapsed());
    }

    /// The exercise that is being worked on, stamped on the events to come.
    pub fn working_on(&self, exercise: Option<&str>) {
        self.state().timeline.exercise = exercise.map(str::to_owned);
    }

    /// Milliseconds since the engine was executed.
    pub fn now_ms(&self) -> u64 {
        self.state().timeline.millis(self.clock.elapsed())
    }

    /// The names that were looked up and the addresses that stand for them.
    pub fn names(&self) -> &Arc<Names> {
        &self.names
    }

    /// Notes a system call. Call it before the system call is allowed to go on: its packet then finds its process.
    pub fn syscall(&self, mut attempt: SyscallAttempt) {
        attempt.address = attempt.address.map(normalise);
        cut(&mut attempt.process);
        cut(&mut attempt.name);
        let mut state = self.state();
        let stamp = state.timeline.stamp(self.clock.elapsed());
        if attempt.denied {
            let event = self.event(&stamp, &attempt);
            state.ledger.add(event);
            return;
        }
        let target = Target::of(attempt.protocol, attempt.address, attempt.port);
        // Loopback is free, but a lookup at the name server on loopback should still name its process.
        if attempt.address.is_some_and(is_own) && attempt.port != Some(53) {
            return;
        }
        let met = state.ledger.explain(&target, attempt.process.as_deref(), stamp.at_ms);
        state.attempts.note(target, &attempt, stamp, met);
    }

    /// Notes a packet, or a whole conversation that begins with it. The ticket adds to it until it is closed.
    pub fn sight(&self, mut sighting: Sighting) -> Ticket {
        sighting.address = sighting.address.map(normalise);
        let mut state = self.state();
        let stamp = state.timeline.stamp(self.clock.elapsed());
        let target = Target::of(sighting.carrier, sighting.address, sighting.port);
        let process = state.attempts.attribute(&target, stamp.at_ms);
        // Lookups on loopback and at the name server are the same to those who read the events.
        if sighting.protocol == Protocol::Dns && sighting.address.is_some_and(is_own) {
            sighting.address = Some(RESOLVER_V4.into());
        }
        let mut name = sighting.name.or_else(|| self.names.of(sighting.address?));
        cut(&mut name);
        let event = NetworkEvent {
            at_ms: stamp.at_ms,
            phase: stamp.phase,
            exercise: stamp.exercise,
            count: 1,
            protocol: sighting.protocol,
            address: sighting.address,
            port: sighting.port,
            class: sighting.address.map_or(AddressClass::None, classify),
            name,
            sni: None,
            host: None,
            bytes_out: sighting.bytes_out,
            bytes_in: 0,
            process,
            fate: sighting.fate,
        };
        state.ledger.open(event, target)
    }

    /// A sighting with nothing to follow.
    pub fn packet(&self, sighting: Sighting) {
        let ticket = self.sight(sighting);
        self.close(ticket);
    }

    /// Adds what was learnt about an open sighting. Nothing happens when it is closed.
    pub fn amend(&self, ticket: Ticket, change: impl FnOnce(&mut NetworkEvent)) {
        self.state().ledger.amend(ticket, |event| {
            change(event);
            for text in [&mut event.name, &mut event.sni, &mut event.host] {
                cut(text);
            }
        });
    }

    /// Nothing more will be learnt about a sighting: it is folded with its equals.
    pub fn close(&self, ticket: Ticket) {
        self.state().ledger.close(ticket);
    }

    /// Forgets an open sighting because other events tell it better.
    pub fn withdraw(&self, ticket: Ticket) {
        self.state().ledger.withdraw(ticket);
    }

    /// Distinct attempts that found no room. More than 0 means that the events do not tell the whole story.
    pub fn overflow(&self) -> u64 {
        let state = self.state();
        state.ledger.overflow + state.attempts.overflow
    }

    /// Ends the last phase and hands over everything, in the order of first sight. Attempts for which no packet came
    /// become events of their own. Stop the [`super::Network`] first: it may still hold packets.
    pub fn finish(&self) -> (Vec<NetworkEvent>, Vec<PhaseSpan>) {
        let mut state = self.state();
        let state = &mut *state;
        let phases = state.timeline.finish(self.clock.elapsed());
        for (target, silent) in state.attempts.take_silent() {
            if target.address.is_some_and(is_own) {
                continue;
            }
            let attempt = SyscallAttempt {
                protocol: target.protocol,
                address: target.address,
                port: target.port,
                name: target.address.and_then(|address| self.names.of(address)),
                process: silent.process,
                denied: false,
                sends: silent.sends,
            };
            let event = NetworkEvent { count: silent.count, ..self.event(&silent.first, &attempt) };
            state.ledger.add(event);
        }
        (state.ledger.take(), phases)
    }

    fn event(&self, stamp: &timeline::Stamp, attempt: &SyscallAttempt) -> NetworkEvent {
        NetworkEvent {
            at_ms: stamp.at_ms,
            phase: stamp.phase,
            exercise: stamp.exercise.clone(),
            count: 1,
            protocol: attempt.protocol,
            address: attempt.address,
            port: attempt.port,
            class: attempt.address.map_or(AddressClass::None, classify),
            name: attempt.name.clone(),
            sni: None,
            host: None,
            bytes_out: 0,
            bytes_in: 0,
            process: attempt.process.clone(),
            fate: match (attempt.denied, attempt.sends) {
                (true, _) => Fate::Denied,
                (false, true) => Fate::Failed,
                (false, false) => Fate::NoPacket,
            },
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recorder")
    }
}

fn cut(text: &mut Option<String>) {
    if let Some(text) = text
        && let Some((at, _)) = text.char_indices().nth(LONGEST_TEXT)
    {
        text.truncate(at);
    }
}

#[cfg(test)]
mod tests;
