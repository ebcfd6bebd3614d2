//! What the kernel's tables of the engine's network namespace say, read through the helper that lives there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use assay_core::run::Listener;

use crate::processes::text;

/// Longest table read.
const LONGEST: u64 = 1024 * 1024;
/// Most listeners told of.
const MOST: usize = 100;
/// TCP state `LISTEN`, and the state of a UDP socket without a peer.
const LISTENS: &str = "0A";
const UNCONNECTED: &str = "07";
/// From here on the kernel itself hands out ports, to clients of UDP too.
const EPHEMERAL: u16 = 32_768;
/// Our name server inside.
const NAMES: u16 = 53;

/// Ports the engine listens on. `own_port` and the name server are ours.
pub(super) fn listening(helper: u32, own_port: u16) -> Vec<Listener> {
    let ours = |listener: &Listener| {
        let loopback = listener.address == IpAddr::from(Ipv4Addr::LOCALHOST);
        loopback && (listener.port == NAMES || listener.port == own_port)
    };
    let mut found: Vec<Listener> = ["tcp", "tcp6", "udp", "udp6"]
        .iter()
        .flat_map(|table| {
            read(&text(&format!("/proc/{helper}/net/{table}"), LONGEST).unwrap_or_default(), table)
        })
        .filter(|listener| !ours(listener))
        .collect();
    found.sort();
    found.dedup();
    found.truncate(MOST);
    found
}

fn read(table: &str, name: &str) -> Vec<Listener> {
    let transport = name.trim_end_matches('6');
    let tcp = transport == "tcp";
    let line = |line: &str| {
        let mut fields = line.split_whitespace();
        let (local, state) = (fields.nth(1)?, fields.nth(1)?);
        let (address, port) = local.split_once(':')?;
        let port = u16::from_str_radix(port, 16).ok()?;
        let wanted = if tcp { state == LISTENS } else { state == UNCONNECTED && port < EPHEMERAL };
        let address = address_of(address)?;
        wanted.then(|| Listener { transport: transport.into(), address, port })
    };
    table.lines().skip(1).filter_map(line).collect()
}

/// Addresses stand there as 32-bit words in the machine's own byte order.
fn address_of(hex: &str) -> Option<IpAddr> {
    let words: Vec<u32> = (0..hex.len() / 8)
        .map(|at| u32::from_str_radix(hex.get(at * 8..at * 8 + 8)?, 16).ok())
        .collect::<Option<_>>()?;
    match *words.as_slice() {
        [word] => Some(Ipv4Addr::from(word.to_ne_bytes()).into()),
        [a, b, c, d] => {
            let bytes: Vec<u8> = [a, b, c, d].iter().flat_map(|word| word.to_ne_bytes()).collect();
            Some(IpAddr::from(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?)).to_canonical())
        }
        _ => None,
    }
}

/// Packets the engine's network device threw away because we were too slow to read them.
pub(super) fn dropped(helper: u32) -> Option<u64> {
    let table = text(&format!("/proc/{helper}/net/dev"), LONGEST)?;
    let line = table.lines().find_map(|line| line.trim().strip_prefix("eth0:"))?;
    // Eight columns of receiving come first; among those of sending, drops are the fourth.
    line.split_whitespace().nth(8 + 3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_kernels_tables() {
        let tcp = "  sl  local_address rem_address   st tx_queue\n\
            0: 0100007F:1F90 00000000:0000 0A 00000000:00000000\n\
            1: 0100007F:1F91 0100007F:0050 01 00000000:00000000\n";
        let expected = Listener { transport: "tcp".into(), address: Ipv4Addr::LOCALHOST.into(), port: 8080 };
        assert_eq!(read(tcp, "tcp"), [expected]);
        let six = "head\n 0: 00000000000000000000000001000000:0050 0:0 0A x\n";
        assert_eq!(read(six, "tcp6")[0].address, IpAddr::from(Ipv6Addr::LOCALHOST));
        let udp = "head\n 0: 00000000:00A1 00000000:0000 07 x\n 1: 00000000:C000 00000000:0000 07 x\n";
        assert_eq!(read(udp, "udp").len(), 1);
        assert!(
            read("head\ngarbage\n 0: zz:zz 0 0A\n 0: é0000000000000000000000000000000:0050 0 0A\n", "tcp")
                .is_empty()
        );
    }
}
