//! Folded events, with a quota for each kind so that a flood of harmless ones cannot push out the grave.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use assay_core::run::{AddressClass, Fate, NetworkEvent, Protocol};

use super::attempts::Target;

/// Distinct events kept for each fate of each protocol.
const MOST_OF_A_KIND: usize = 500;
/// Conversations that may be open at one time; the oldest is folded when there are more.
const MOST_OPEN: usize = 2_048;
/// A system call told so long after its packet is still its cause.
const LATE_MS: u64 = 250;

/// Names an open sighting.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ticket(u64);

#[derive(Default)]
pub(super) struct Ledger {
    open: BTreeMap<Ticket, NetworkEvent>,
    next: u64,
    folded: Vec<NetworkEvent>,
    index: HashMap<Key, usize>,
    kinds: HashMap<(Fate, Protocol), usize>,
    unexplained: HashMap<Target, u64>,
    pub(super) overflow: u64,
}

/// What makes two events equal.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    protocol: Protocol,
    address: Option<IpAddr>,
    port: Option<u16>,
    class: AddressClass,
    texts: [Option<String>; 4],
    fate: Fate,
}

impl Key {
    fn of(event: &NetworkEvent) -> Self {
        let texts = [&event.name, &event.sni, &event.host, &event.process].map(Clone::clone);
        let NetworkEvent { protocol, address, port, class, fate, .. } = *event;
        Self { protocol, address, port, class, texts, fate }
    }
}

impl Ledger {
    pub(super) fn open(&mut self, event: NetworkEvent, target: Target) -> Ticket {
        if event.process.is_none() && event.fate != Fate::Noise && self.unexplained.len() < MOST_OPEN {
            self.unexplained.insert(target, event.at_ms);
        }
        while self.open.len() >= MOST_OPEN {
            let Some((_, oldest)) = self.open.pop_first() else { break };
            self.add(oldest);
        }
        let ticket = Ticket(self.next);
        self.next += 1;
        self.open.insert(ticket, event);
        ticket
    }

    pub(super) fn amend(&mut self, ticket: Ticket, change: impl FnOnce(&mut NetworkEvent)) {
        if let Some(event) = self.open.get_mut(&ticket) {
            change(event);
        }
    }

    pub(super) fn close(&mut self, ticket: Ticket) {
        if let Some(event) = self.open.remove(&ticket) {
            self.add(event);
        }
    }

    pub(super) fn withdraw(&mut self, ticket: Ticket) {
        self.open.remove(&ticket);
    }

    /// Folds `event` with its equals.
    pub(super) fn add(&mut self, event: NetworkEvent) {
        let key = Key::of(&event);
        if let Some(known) = self.index.get(&key).and_then(|at| self.folded.get_mut(*at)) {
            fold(known, event);
            return;
        }
        let kind = self.kinds.entry((event.fate, event.protocol)).or_default();
        if *kind >= MOST_OF_A_KIND {
            self.overflow += 1;
            return;
        }
        *kind += 1;
        self.index.insert(key, self.folded.len());
        self.folded.push(event);
    }

    /// A system call was told after its packet: the packet gets its process. True when there was such a packet.
    pub(super) fn explain(&mut self, target: &Target, process: Option<&str>, at_ms: u64) -> bool {
        let Some(seen_ms) = self.unexplained.get(target).copied() else { return false };
        if at_ms.saturating_sub(seen_ms) > LATE_MS {
            return false;
        }
        self.unexplained.remove(target);
        for event in self.open.values_mut().chain(&mut self.folded) {
            let same =
                event.address == target.address && (event.port == target.port || target.port.is_none());
            if same && event.process.is_none() && event.at_ms == seen_ms && event.fate != Fate::Noise {
                event.process = process.map(str::to_owned);
            }
        }
        true
    }

    /// Everything, folded once more because late explanations may have made equals, in order of first sight.
    pub(super) fn take(&mut self) -> Vec<NetworkEvent> {
        let open = std::mem::take(&mut self.open);
        let folded = std::mem::take(&mut self.folded);
        self.index.clear();
        self.kinds.clear();
        for event in folded.into_iter().chain(open.into_values()) {
            self.add(event);
        }
        let mut events = std::mem::take(&mut self.folded);
        self.index.clear();
        events.sort_by_key(|event| event.at_ms);
        events
    }
}

fn fold(known: &mut NetworkEvent, event: NetworkEvent) {
    known.count = known.count.saturating_add(event.count);
    known.bytes_out = known.bytes_out.saturating_add(event.bytes_out);
    known.bytes_in = known.bytes_in.saturating_add(event.bytes_in);
    if event.at_ms < known.at_ms {
        known.at_ms = event.at_ms;
        known.phase = event.phase;
        known.exercise = event.exercise;
    }
}
