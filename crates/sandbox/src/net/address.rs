//! Where an address lies, and which addresses are never dialled.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use assay_core::run::{AddressBlock, AddressClass};

/// The engine's own address on its network device.
pub const ENGINE_V4: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 1);
/// The engine's own IPv6 address on its network device.
pub const ENGINE_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xa55a, 0, 0, 0, 0, 0, 1);
/// The name server written into `/etc/resolv.conf`.
pub const RESOLVER_V4: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 2);
/// The same name server by IPv6.
pub const RESOLVER_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xa55a, 0, 0, 0, 0, 0, 2);

/// The metadata services of the big clouds.
const METADATA_V4: [Ipv4Addr; 2] = [Ipv4Addr::new(169, 254, 169, 254), Ipv4Addr::new(100, 100, 100, 200)];
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// IPv4 addresses in IPv6 clothes become plain IPv4.
pub fn normalise(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// Whether `address` is of no concern: loopback, unspecified, or the engine's own.
pub fn is_own(address: IpAddr) -> bool {
    let address = normalise(address);
    address.is_loopback()
        || address.is_unspecified()
        || address == IpAddr::V4(ENGINE_V4)
        || address == IpAddr::V6(ENGINE_V6)
}

/// Whether `address` belongs to the blocks the sandbox answers names with.
pub fn is_synthetic(address: IpAddr) -> bool {
    match normalise(address) {
        IpAddr::V4(v4) => in_v4(v4, Ipv4Addr::new(198, 18, 0, 0), 15),
        IpAddr::V6(v6) => v6.segments().first_chunk() == Some(&[0xfd00, 0xa55a, 0, 0, 0, 0]),
    }
}

/// The class of `address`. Documentation and benchmark ranges count as public: nothing else of note lives there.
pub fn classify(address: IpAddr) -> AddressClass {
    if is_synthetic(address) {
        return AddressClass::Public;
    }
    match normalise(address) {
        IpAddr::V4(v4) => classify_v4(v4),
        IpAddr::V6(v6) => classify_v6(v6),
    }
}

fn classify_v4(address: Ipv4Addr) -> AddressClass {
    if METADATA_V4.contains(&address) {
        AddressClass::Metadata
    } else if address.is_multicast() || address.is_broadcast() {
        AddressClass::Multicast
    } else if address.is_link_local() {
        AddressClass::LinkLocal
    } else if address.is_private()
        || in_v4(address, Ipv4Addr::new(100, 64, 0, 0), 10)
        || address.is_loopback()
        || address.octets().first() == Some(&0)
    {
        AddressClass::Private
    } else {
        AddressClass::Public
    }
}

fn classify_v6(address: Ipv6Addr) -> AddressClass {
    if let Some(inner) = embedded_v4(address) {
        return classify_v4(inner);
    }
    if address == METADATA_V6 {
        AddressClass::Metadata
    } else if address.is_multicast() {
        AddressClass::Multicast
    } else if address.is_unicast_link_local() {
        AddressClass::LinkLocal
    } else if address.is_unique_local()
        || address.is_loopback()
        || address.is_unspecified()
        || address.segments().first().is_some_and(|first| first & 0xffc0 == 0xfec0)
    {
        AddressClass::Private
    } else {
        AddressClass::Public
    }
}

/// The IPv4 address that a translator would dial for an IPv6 one (NAT64, 6to4): a way around the IPv4 rules.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = address.to_bits();
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(Ipv4Addr::from_bits(bits as u32)),
        [0x2002, ..] => Some(Ipv4Addr::from_bits((bits >> 80) as u32)),
        _ => None,
    }
}

/// Whether the supervisor may dial `address` for an engine: public ones, and those an operator excepted.
pub fn may_dial(address: IpAddr, exceptions: &[AddressBlock]) -> bool {
    let address = normalise(address);
    exceptions.iter().any(|block| block.contains(address))
        || (classify(address) == AddressClass::Public && !is_synthetic(address) && !is_reserved(address))
}

/// Ranges that lead nowhere and that a resolver has no business answering with.
fn is_reserved(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.octets().first().is_some_and(|first| *first >= 240),
        IpAddr::V6(_) => false,
    }
}

fn in_v4(address: Ipv4Addr, block: Ipv4Addr, prefix: u8) -> bool {
    AddressBlock { address: IpAddr::V4(block), prefix }.contains(IpAddr::V4(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class_of(text: &str) -> AddressClass {
        classify(text.parse().unwrap())
    }

    #[test]
    fn every_range_has_its_class() {
        use AddressClass::{LinkLocal, Metadata, Multicast, Private, Public};
        let table = [
            ("10.0.0.1", Private),
            ("172.16.0.1", Private),
            ("172.31.255.255", Private),
            ("172.32.0.0", Public),
            ("192.168.7.7", Private),
            ("100.64.0.1", Private),
            ("100.127.255.255", Private),
            ("100.128.0.0", Public),
            ("100.100.100.200", Metadata),
            ("169.254.169.254", Metadata),
            ("169.254.1.1", LinkLocal),
            ("127.0.0.1", Private),
            ("0.0.0.0", Private),
            ("224.0.0.251", Multicast),
            ("255.255.255.255", Multicast),
            ("198.51.100.7", Public),
            ("203.0.113.7", Public),
            ("198.18.4.4", Public),
            ("8.8.8.8", Public),
            ("::ffff:169.254.169.254", Metadata),
            ("::ffff:10.0.0.1", Private),
            ("64:ff9b::a9fe:a9fe", Metadata),
            ("2002:a00:1::", Private),
            ("fd00:ec2::254", Metadata),
            ("fd00:a55a::9", Public),
            ("fd12::1", Private),
            ("fc00::1", Private),
            ("fec0::1", Private),
            ("fe80::1", LinkLocal),
            ("ff02::fb", Multicast),
            ("::1", Private),
            ("2001:db8::1", Public),
            ("2606:4700::1111", Public),
        ];
        for (address, expected) in table {
            assert_eq!(class_of(address), expected, "{address}");
        }
    }

    #[test]
    fn only_public_and_excepted_addresses_are_dialled() {
        let exceptions: Vec<AddressBlock> = vec!["10.9.0.0/16".parse().unwrap()];
        let table = [
            ("203.0.113.1", true),
            ("10.9.1.1", true),
            ("::ffff:10.9.1.1", true),
            ("10.8.1.1", false),
            ("127.0.0.1", false),
            ("::1", false),
            ("169.254.169.254", false),
            ("64:ff9b::7f00:1", false),
            ("198.18.0.5", false),
            ("fd00:a55a::5", false),
            ("255.255.255.255", false),
            ("240.0.0.1", false),
            ("0.0.0.0", false),
            ("ff02::1", false),
        ];
        for (address, expected) in table {
            assert_eq!(may_dial(address.parse().unwrap(), &exceptions), expected, "{address}");
        }
    }

    #[test]
    fn own_addresses_are_of_no_concern() {
        for own in [
            "127.0.0.1",
            "127.9.9.9",
            "::1",
            "::ffff:127.0.0.1",
            "0.0.0.0",
            "::",
            "198.18.0.1",
            "fd00:a55a::1",
        ] {
            assert!(is_own(own.parse().unwrap()), "{own}");
        }
        assert!(!is_own("198.18.0.2".parse().unwrap()));
    }
}
