//! Where a call leads: the address it names, and the kind of socket it goes through.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::{FromRawFd, OwnedFd};

use assay_core::run::Protocol;
use rustix::net::SocketType;
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};

use super::memory::{self, Unreadable};
use crate::launch::{ADDRESS, ADDRESS6};

/// Enough of a socket address for both internet families.
const ADDRESS_BYTES: usize = 28;
/// `PIDFD_THREAD` (Linux 6.9): a descriptor for one thread.
const ONE_THREAD: u32 = libc::O_EXCL as u32;

/// An internet address and port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Target {
    pub(super) address: IpAddr,
    pub(super) port: u16,
}

impl Target {
    /// Whether it stays inside the sandbox: loopback, "this host", and the engine's own addresses.
    pub(super) fn stays_inside(&self) -> bool {
        let own = self.address == IpAddr::from(ADDRESS) || self.address == IpAddr::from(ADDRESS6);
        own || self.address.is_loopback() || self.address.is_unspecified()
    }
}

/// The target in a socket address of `length` bytes at `pointer`; `None` when it is of another family. `sends` calls take
/// an address without family for an IPv4 one.
pub(super) fn read(
    thread: i32,
    pointer: u64,
    length: u64,
    sends: bool,
) -> Result<Option<Target>, Unreadable> {
    let mut bytes = [0; ADDRESS_BYTES];
    let length = usize::try_from(length).unwrap_or(ADDRESS_BYTES).min(ADDRESS_BYTES);
    let Some(part) = bytes.get_mut(..length).filter(|part| part.len() >= 2) else { return Ok(None) };
    memory::read(thread, pointer, part)?;
    Ok(parse(part, sends))
}

fn parse(bytes: &[u8], sends: bool) -> Option<Target> {
    let family = i32::from(u16::from_ne_bytes(bytes.first_chunk().copied()?));
    let port = u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?);
    match family {
        libc::AF_INET => Some(Target { address: ipv4(bytes)?, port }),
        libc::AF_UNSPEC if sends => Some(Target { address: ipv4(bytes)?, port }),
        libc::AF_INET6 => {
            let address = Ipv6Addr::from(<[u8; 16]>::try_from(bytes.get(8..24)?).ok()?);
            Some(Target { address: address.to_canonical(), port })
        }
        _ => None,
    }
}

fn ipv4(bytes: &[u8]) -> Option<IpAddr> {
    Some(Ipv4Addr::from(<[u8; 4]>::try_from(bytes.get(4..8)?).ok()?).into())
}

/// The transport of descriptor `fd` in the process of `thread`, as far as we can look.
pub(super) fn transport(thread: i32, fd: u64) -> Option<Protocol> {
    let fd = i32::try_from(fd as u32).ok()?;
    let socket = borrow(thread, fd)?;
    let protocol = rustix::net::sockopt::socket_protocol(&socket).ok()??.as_raw().get() as i32;
    Some(match protocol {
        libc::IPPROTO_TCP | libc::IPPROTO_MPTCP => Protocol::Tcp,
        libc::IPPROTO_UDP => Protocol::Udp,
        libc::IPPROTO_ICMP | libc::IPPROTO_ICMPV6 => Protocol::Icmp,
        _ if rustix::net::sockopt::socket_type(&socket).ok()? == SocketType::STREAM => Protocol::Tcp,
        _ => Protocol::OtherIp,
    })
}

/// A copy of a descriptor of another thread: by the thread itself where the kernel can, else by its process.
fn borrow(thread: i32, fd: i32) -> Option<OwnedFd> {
    let holder = open_thread(thread).or_else(|| {
        let leader = leader(thread)?;
        pidfd_open(Pid::from_raw(leader)?, PidfdFlags::empty()).ok()
    })?;
    pidfd_getfd(&holder, fd, PidfdGetfdFlags::empty()).ok()
}

fn open_thread(thread: i32) -> Option<OwnedFd> {
    // SAFETY: a plain system call on numbers; the descriptor returned is new and ours.
    unsafe {
        let fd = libc::syscall(libc::SYS_pidfd_open, thread, ONE_THREAD);
        i32::try_from(fd).ok().filter(|fd| *fd >= 0).map(|fd| OwnedFd::from_raw_fd(fd))
    }
}

fn leader(thread: i32) -> Option<i32> {
    let status = std::fs::read_to_string(format!("/proc/{thread}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("Tgid:")?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inet(family: i32, rest: &[u8]) -> Vec<u8> {
        [&(family as u16).to_ne_bytes(), rest].concat()
    }

    #[test]
    fn reads_both_families_and_no_other() {
        let four = inet(libc::AF_INET, &[0, 80, 203, 0, 113, 9, 0, 0]);
        let target = parse(&four, false).unwrap();
        assert_eq!((target.address.to_string(), target.port), ("203.0.113.9".into(), 80));
        let mut six = inet(libc::AF_INET6, &[1, 187, 0, 0, 0, 0]);
        six.extend("::ffff:127.0.0.1".parse::<Ipv6Addr>().unwrap().octets());
        let mapped = parse(&six, false).unwrap();
        assert!(mapped.stays_inside(), "{mapped:?}");
        assert_eq!(parse(&inet(libc::AF_UNIX, b"/run/x"), true), None);
        let unspecified = inet(libc::AF_UNSPEC, &[0, 53, 198, 51, 100, 1]);
        assert_eq!(parse(&unspecified, false), None);
        assert!(parse(&unspecified, true).is_some());
        for cut in 0..four.len() {
            let _ = parse(&four[..cut], true);
        }
    }

    #[test]
    fn finds_the_transport_of_a_descriptor() {
        use std::os::fd::AsRawFd;
        let me = std::process::id() as i32;
        let udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        assert_eq!(transport(me, udp.as_raw_fd() as u64), Some(Protocol::Udp));
        assert_eq!(transport(me, tcp.as_raw_fd() as u64), Some(Protocol::Tcp));
        assert_eq!(transport(me, u64::from(u32::MAX)), None);
    }
}
