//! One attempt to reach something, in words and under its rules.

use std::net::IpAddr;

use assay_core::Code;
use assay_core::run::{AddressClass, Fate, NetworkEvent, Protocol};

/// What decides which rules an attempt breaks.
pub(super) struct Reach<'a> {
    /// Whether the engine may reach declared hosts.
    pub(super) outward: bool,
    /// Those hosts, lower case; `*.example.org` is any name below `example.org`.
    pub(super) declared: &'a [String],
}

/// The rules that `event` breaks.
pub(super) fn broken_rules(event: &NetworkEvent, reach: &Reach<'_>) -> Vec<Code> {
    // A UDP `connect` without a packet is how resolver libraries sort addresses; one by TCP is an attempt that failed.
    let route_probe = event.fate == Fate::NoPacket && event.protocol != Protocol::Tcp;
    if event.fate == Fate::Noise || route_probe || event.protocol == Protocol::Escape {
        return Vec::new();
    }
    match event.protocol {
        Protocol::Socket | Protocol::IoUring => vec![Code::NET_005],
        Protocol::Dns => lookup(event, reach),
        _ => contact(event, reach),
    }
}

fn lookup(event: &NetworkEvent, reach: &Reach<'_>) -> Vec<Code> {
    let name = event.name.as_deref().unwrap_or_default();
    let allowed = reach.outward && is_declared(name, reach.declared);
    match () {
        () if is_own_name(name) || allowed => Vec::new(),
        () if reach.outward => vec![Code::NET_003],
        () => vec![Code::NET_002],
    }
}

fn contact(event: &NetworkEvent, reach: &Reach<'_>) -> Vec<Code> {
    if event.fate == Fate::Proxied {
        return if posing(event, reach.declared).is_some() { vec![Code::NET_003] } else { Vec::new() };
    }
    let inside =
        matches!(event.class, AddressClass::Private | AddressClass::LinkLocal | AddressClass::Metadata);
    if reach.outward && !inside && to_declared(event, reach.declared) {
        return Vec::new();
    }
    // Both rules are broken, and a waiver of one must not silence the other.
    let general = if reach.outward { Code::NET_003 } else { Code::NET_001 };
    match (inside, event.fate) {
        (true, Fate::Withheld) => vec![Code::NET_004],
        (true, _) => vec![Code::NET_004, general],
        (false, _) => vec![general],
    }
}

/// Whether the host is a declared one, although nothing was proxied to it: a protocol we do not carry (HTTP/3), or a
/// host that did not answer.
fn to_declared(event: &NetworkEvent, declared: &[String]) -> bool {
    event.name.as_deref().is_some_and(|name| is_declared(name, declared)) && posing(event, declared).is_none()
}

/// The name told inside a connection that was let through under another one.
pub(super) fn posing<'a>(event: &'a NetworkEvent, declared: &[String]) -> Option<&'a str> {
    let told = [event.sni.as_deref(), event.host.as_deref()];
    told.into_iter().flatten().find(|name| !is_declared(name, declared))
}

/// Whether `name` is a declared host, or below a declared `*.` name.
pub(super) fn is_declared(name: &str, declared: &[String]) -> bool {
    let name = name.trim_end_matches('.').to_lowercase();
    // A `Host` may carry a port.
    let host = name.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map(|(host, _)| host);
    declared.iter().any(|entry| {
        [Some(name.as_str()), host].into_iter().flatten().any(|name| match entry.strip_prefix('*') {
            Some(suffix) => name.len() > suffix.len() && name.ends_with(suffix),
            None => name == entry,
        })
    })
}

/// Names of the engine's own machine: asking for them reaches nothing. `engine` is the host name it is given.
fn is_own_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_lowercase();
    let v6_reversed = format!("1.{}ip6.arpa", "0.".repeat(31));
    let loopback_reversed = name.ends_with(".127.in-addr.arpa") || name == v6_reversed;
    matches!(name.as_str(), "localhost" | "engine") || name.ends_with(".localhost") || loopback_reversed
}

/// The target as one reads it: protocol, address, port, name.
pub(super) fn target(event: &NetworkEvent) -> String {
    let name = event.name.as_deref().map(plain);
    match (event.protocol, event.address, name) {
        (Protocol::Dns, Some(server), Some(name)) => format!("looked up `{name}` at {server}"),
        (Protocol::Dns, _, name) => format!("looked up `{}`", name.unwrap_or_default()),
        (Protocol::Socket, _, name) => format!("opened a forbidden socket ({})", name.unwrap_or_default()),
        (Protocol::IoUring, _, _) => "set up io_uring, which hides calls from an observer".into(),
        (Protocol::Escape, _, name) => format!("called `{}`", name.unwrap_or_default()),
        (protocol, address, name) => contacted(event, protocol, address, name),
    }
}

fn contacted(
    event: &NetworkEvent,
    protocol: Protocol,
    address: Option<IpAddr>,
    name: Option<String>,
) -> String {
    let verb = match (event.class, protocol) {
        (AddressClass::Multicast, _) => "announced or searched on the local network by multicast,",
        _ => "tried to reach",
    };
    let address = match (address, event.port) {
        (Some(IpAddr::V6(v6)), Some(port)) => format!("[{v6}]:{port}"),
        (Some(address), Some(port)) => format!("{address}:{port}"),
        (Some(address), None) => address.to_string(),
        (None, _) => "an unknown address".into(),
    };
    // A synthetic address means nothing to the reader; the name it stands for does.
    let place = match name {
        Some(name) => {
            format!("`{name}`{}", event.port.map(|port| format!(" port {port}")).unwrap_or_default())
        }
        None => address,
    };
    format!("{verb} {place} over {}{}", protocol_name(protocol), range(event.class))
}

fn protocol_name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
        Protocol::Icmp => "ICMP",
        Protocol::Dns => "DNS",
        _ => "another IP protocol",
    }
}

fn range(class: AddressClass) -> &'static str {
    match class {
        AddressClass::Metadata => ", a cloud metadata service",
        AddressClass::Private => ", a private address",
        AddressClass::LinkLocal => ", a link-local address",
        _ => "",
    }
}

/// What an engine wrote, fit to be shown: no control characters, no backticks, at most 120 characters.
pub(super) fn plain(text: &str) -> String {
    let clean = |c: char| if c.is_control() || c == '`' { '?' } else { c };
    text.chars().take(120).map(clean).collect()
}
