//! System calls that wait for their packet.

use std::collections::HashMap;
use std::net::IpAddr;

use assay_core::run::Protocol;

use super::sighting::SyscallAttempt;
use super::timeline::Stamp;

/// Distinct targets kept; an engine that tries more is told as overflow.
const MOST_TARGETS: usize = 2_000;
/// Distinct processes kept for one target.
const MOST_CALLERS: usize = 8;
/// A TCP connection request leaves within this time of its `connect`, also on a machine under load. A connected UDP
/// socket may be written to at any later time, so UDP has no such limit.
const CONNECT_WINDOW_MS: u64 = 5_000;

/// What a system call and a packet have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Target {
    pub(super) protocol: Protocol,
    pub(super) address: Option<IpAddr>,
    pub(super) port: Option<u16>,
}

impl Target {
    /// Port 0 and no port are the same thing; only TCP and UDP have ports.
    pub(super) fn of(protocol: Protocol, address: Option<IpAddr>, port: Option<u16>) -> Self {
        let port = match protocol {
            Protocol::Tcp | Protocol::Udp => port,
            _ => None,
        };
        Self { protocol, address, port }
    }
}

/// A process's attempts at one target.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) process: Option<String>,
    pub(super) first: Stamp,
    pub(super) count: u64,
    /// Whether one of them was to send something.
    pub(super) sends: bool,
    last_ms: u64,
    met: bool,
}

#[derive(Default)]
pub(super) struct Attempts {
    by_target: HashMap<Target, Vec<Caller>>,
    pub(super) overflow: u64,
}

impl Attempts {
    /// Notes an attempt; `met` when its packet was seen before the call was told.
    pub(super) fn note(&mut self, target: Target, attempt: &SyscallAttempt, stamp: Stamp, met: bool) {
        let (process, sends) = (attempt.process.clone(), attempt.sends);
        let room = self.by_target.len() < MOST_TARGETS;
        if !room && !self.by_target.contains_key(&target) {
            self.overflow += 1;
            return;
        }
        let callers = self.by_target.entry(target).or_default();
        let full = callers.len() >= MOST_CALLERS;
        if let Some(known) = callers.iter_mut().find(|caller| caller.process == process) {
            known.count += 1;
            known.last_ms = stamp.at_ms;
            known.met |= met;
            known.sends |= sends;
        } else if full {
            self.overflow += 1;
        } else {
            let last_ms = stamp.at_ms;
            callers.push(Caller { process, first: stamp, count: 1, sends, last_ms, met });
        }
    }

    /// The process whose latest attempt at `target` explains a packet seen at `at_ms`. An attempt whose transport could
    /// not be told explains any packet to its address.
    pub(super) fn attribute(&mut self, target: &Target, at_ms: u64) -> Option<String> {
        let vague = Target::of(Protocol::OtherIp, target.address, None);
        self.attribute_exactly(target, at_ms).or_else(|| self.attribute_exactly(&vague, at_ms))
    }

    fn attribute_exactly(&mut self, target: &Target, at_ms: u64) -> Option<String> {
        let window = if target.protocol == Protocol::Tcp { CONNECT_WINDOW_MS } else { u64::MAX };
        let callers = self.by_target.get_mut(target)?;
        let caller = callers
            .iter_mut()
            .filter(|caller| at_ms.saturating_sub(caller.last_ms) <= window)
            .max_by_key(|caller| caller.last_ms)?;
        caller.met = true;
        caller.process.clone()
    }

    /// The attempts for which no packet was ever seen.
    pub(super) fn take_silent(&mut self) -> Vec<(Target, Caller)> {
        let all = std::mem::take(&mut self.by_target);
        let mut silent: Vec<(Target, Caller)> = all
            .into_iter()
            .flat_map(|(target, callers)| callers.into_iter().map(move |caller| (target, caller)))
            .filter(|(_, caller)| !caller.met)
            .collect();
        silent.sort_by(|(a, x), (b, y)| {
            (x.first.at_ms, a.protocol, a.address, a.port, &x.process).cmp(&(
                y.first.at_ms,
                b.protocol,
                b.address,
                b.port,
                &y.process,
            ))
        });
        silent
    }
}
