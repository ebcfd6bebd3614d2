//! What the kernel says on its own. An engine has no raw sockets, so these messages cannot be its own making.

use std::net::{IpAddr, Ipv6Addr};

const MLD_V1_REPORT: u8 = 131;
const MLD_V1_DONE: u8 = 132;
const ROUTER_SOLICITATION: u8 = 133;
const NEIGHBOUR_SOLICITATION: u8 = 135;
const NEIGHBOUR_ADVERTISEMENT: u8 = 136;
const MLD_V2_REPORT: u8 = 143;

/// Whether an ICMP `message` to `target` is the kernel's own: looking for routers and neighbours, reporting the groups that
/// every host is a member of, or complaining about a packet we sent.
pub(super) fn is_chatter(target: IpAddr, message: &[u8]) -> bool {
    let Some((kind, _)) = message.split_first() else { return false };
    match (target, *kind) {
        (IpAddr::V6(_), ROUTER_SOLICITATION | NEIGHBOUR_SOLICITATION | NEIGHBOUR_ADVERTISEMENT) => true,
        (IpAddr::V6(_), MLD_V1_REPORT | MLD_V1_DONE) => group_at(message, 8).is_some_and(is_every_hosts),
        (IpAddr::V6(_), MLD_V2_REPORT) => {
            reported_groups(message).is_some_and(|mut all| all.all(is_every_hosts))
        }
        (IpAddr::V6(_), 1..=4) => complains_about(message).is_some_and(|sender| sender == target),
        (IpAddr::V4(_), 3 | 11 | 12) => complains_about(message).is_some_and(|sender| sender == target),
        _ => false,
    }
}

/// The groups of an MLDv2 report (RFC 3810 §5.2). `None` when the report contradicts itself.
fn reported_groups(message: &[u8]) -> Option<impl Iterator<Item = Ipv6Addr>> {
    let count = u16::from_be_bytes(*message.get(6..)?.first_chunk()?);
    let mut groups = Vec::new();
    let mut at = 8;
    for _ in 0..count {
        let [_, auxiliary, high, low] = *message.get(at..)?.first_chunk::<4>()?;
        groups.push(group_at(message, at + 4)?);
        at += 20 + 16 * usize::from(u16::from_be_bytes([high, low])) + 4 * usize::from(auxiliary);
    }
    Some(groups.into_iter())
}

fn group_at(message: &[u8], at: usize) -> Option<Ipv6Addr> {
    message.get(at..)?.first_chunk::<16>().map(|octets| Ipv6Addr::from(*octets))
}

/// All nodes, all routers, and the group of an own address (RFC 4291 §2.7.1). Any other was joined on purpose.
fn is_every_hosts(group: Ipv6Addr) -> bool {
    match group.segments() {
        [0xff01 | 0xff02 | 0xff05, 0, 0, 0, 0, 0, 0, 1 | 2] => true,
        [0xff02, 0, 0, 0, 0, 1, last, _] => last >> 8 == 0xff,
        _ => false,
    }
}

/// Who sent the packet that an ICMP error quotes.
fn complains_about(message: &[u8]) -> Option<IpAddr> {
    let quoted = message.get(8..)?;
    match quoted.first()? >> 4 {
        4 => quoted.get(12..)?.first_chunk::<4>().map(|octets| IpAddr::from(*octets)),
        6 => quoted.get(8..)?.first_chunk::<16>().map(|octets| IpAddr::from(*octets)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn report(groups: &[&str]) -> Vec<u8> {
        let mut message = vec![143, 0, 0, 0, 0, 0, 0, groups.len() as u8];
        for group in groups {
            message.extend([4, 0, 0, 0]);
            message.extend(group.parse::<Ipv6Addr>().unwrap().octets());
        }
        message
    }

    #[test]
    fn membership_is_noise_only_for_the_groups_of_every_host() {
        let routers: IpAddr = "ff02::16".parse().unwrap();
        let table: [(&[&str], bool); 5] = [
            (&["ff02::1:ff00:1"], true),
            (&["ff02::1:ff00:1", "ff02::2"], true),
            (&["ff02::fb"], false),
            (&["ff02::1:ff00:1", "ff02::fb"], false),
            (&["ff0e::1234"], false),
        ];
        for (groups, expected) in table {
            assert_eq!(is_chatter(routers, &report(groups)), expected, "{groups:?}");
        }
        let mut lying = report(&["ff02::1:ff00:1"]);
        lying[7] = 9;
        assert!(!is_chatter(routers, &lying), "a report that contradicts itself is not the kernel's");
    }

    #[test]
    fn complaints_are_noise_when_they_answer_us() {
        let resolver = IpAddr::from([198, 18, 0, 2]);
        let mut complaint = vec![3, 3, 0, 0, 0, 0, 0, 0, 0x45, 0, 0, 40, 0, 0, 0, 0, 64, 17, 0, 0];
        complaint.extend([198, 18, 0, 2, 198, 18, 0, 1]);
        assert!(is_chatter(resolver, &complaint));
        assert!(!is_chatter(IpAddr::from([203, 0, 113, 1]), &complaint));
        assert!(!is_chatter(resolver, &[8, 0, 0, 0, 0, 0, 0, 0]), "an echo request is the engine's");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = is_chatter(IpAddr::from([203, 0, 113, 1]), &bytes);
            let _ = is_chatter("ff02::16".parse().unwrap(), &[&[143][..], &bytes].concat());
        }
    }
}
