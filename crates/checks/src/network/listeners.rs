//! NET-006: ports the engine listens on.

use std::collections::BTreeSet;

use assay_core::run::Listener;
use assay_core::{Code, Finding};

use crate::evidence::{Terms, Witnessed};

/// Where the kernel takes ports from for sockets that were given none: an unconnected UDP socket there is a client.
const EPHEMERAL: u16 = 32_768;

pub(super) fn judge(runs: &[Witnessed<'_>], terms: &Terms<'_>) -> Vec<Finding> {
    let all: BTreeSet<&Listener> = runs.iter().flat_map(|witnessed| &witnessed.run.listeners).collect();
    all.into_iter().filter(|listener| is_undeclared(listener, terms.ports)).map(finding).collect()
}

/// What listens on loopback only serves the engine itself.
fn is_undeclared(listener: &Listener, ports: &[u16]) -> bool {
    let client = listener.transport == "udp" && listener.port >= EPHEMERAL;
    !client && !listener.address.is_loopback() && !ports.contains(&listener.port)
}

fn finding(listener: &Listener) -> Finding {
    let Listener { transport, address, port } = listener;
    let observed =
        format!("the engine listens on {transport} port {port} at {address}, which it does not declare");
    let expected = "listeners only on the webhooks' ports, on ports of `EXPOSE`, or on loopback";
    Finding::error(Code::NET_006, observed, expected)
        .fix(format!("bind port {port} to 127.0.0.1, or declare it with `EXPOSE {port}`"))
}
