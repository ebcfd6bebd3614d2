//! The engine's network: loopback, and one device whose other end is ours. Made and routed before the engine exists, so
//! there is no moment without a route.

use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsRawFd, OwnedFd};

use rustix::net::{AddressFamily, SocketFlags, SocketType};

use super::message::{Doing, LoneUser, Trouble};

/// A name any container might see.
const NAME: &str = "eth0";
/// Room for a burst of packets while our reader is busy; beyond it the device counts drops.
const QUEUE: u32 = 20_000;
/// The engine's own addresses: a block reserved for tests (RFC 2544), and a unique local one (RFC 4193).
pub(crate) const ADDRESS: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 1);
/// See [`ADDRESS`].
pub(crate) const ADDRESS6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xa55a, 0, 0, 0, 0, 0, 1);

/// Kernel settings of the fresh namespace. No chatter of the kernel's own; low ports for every user, as container runtimes
/// allow; addresses usable at once.
const SETTINGS: &[(&str, &str)] = &[
    ("ipv6/conf/all/accept_ra", "0"),
    ("ipv6/conf/default/accept_ra", "0"),
    ("ipv6/conf/default/router_solicitations", "0"),
    ("ipv6/conf/default/addr_gen_mode", "1"),
    ("ipv6/conf/default/accept_dad", "0"),
    ("ipv4/ip_unprivileged_port_start", "0"),
];

/// Settings and loopback.
pub(super) fn prepare_namespace(lone_user: Option<LoneUser>) -> Result<(), Trouble> {
    for (name, value) in SETTINGS {
        set(name, value)?;
    }
    // Echo sockets for every group there is: without them a ping fails and leaves no trace.
    let (first, last) = lone_user.map_or((0, i32::MAX as u32), |user| (user.inside.1, user.inside.1));
    set("ipv4/ping_group_range", &format!("{first} {last}"))?;
    let socket = control(AddressFamily::INET).doing("opening a control socket")?;
    bring_up(&socket, "lo").doing("bringing up loopback")
}

fn set(name: &str, value: &str) -> Result<(), Trouble> {
    match std::fs::write(format!("/proc/sys/net/{name}"), value) {
        // A kernel without IPv6, or older than the setting.
        Err(absent) if absent.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.doing(format!("setting net/{name}")),
    }
}

/// The device with addresses and default routes for both families; what its descriptor reads is what the engine sends.
pub(super) fn tun() -> Result<OwnedFd, Trouble> {
    let tun = File::options().read(true).write(true).open("/dev/net/tun").doing("opening /dev/net/tun")?;
    let mut request = named(NAME).doing("naming the device")?;
    request.ifr_ifru.ifru_flags = (libc::IFF_TUN | libc::IFF_NO_PI) as libc::c_short;
    control_device(&tun, libc::TUNSETIFF, &mut request).doing("making the TUN device")?;
    rustix::io::ioctl_fionbio(&tun, true).doing("making the TUN device non-blocking")?;
    let socket = control(AddressFamily::INET).doing("opening a control socket")?;
    lengthen_queue(index(&socket).doing("finding the device")?).doing("lengthening the device's queue")?;
    set_address(&socket).doing("setting the IPv4 address")?;
    bring_up(&socket, NAME).doing("bringing up the device")?;
    set_route(&socket).doing("setting the IPv4 route")?;
    // A host without IPv6 gives the engine none either: nothing to watch.
    if let Ok(socket) = control(AddressFamily::INET6) {
        set_ipv6(&socket).doing("setting the IPv6 address and route")?;
    }
    Ok(tun.into())
}

fn control(family: AddressFamily) -> rustix::io::Result<OwnedFd> {
    rustix::net::socket_with(family, SocketType::DGRAM, SocketFlags::CLOEXEC, None)
}

fn named(name: &str) -> io::Result<libc::ifreq> {
    // SAFETY: `ifreq` is plain data for which all zeroes is valid.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (slot, byte) in request.ifr_name.iter_mut().zip(name.bytes()) {
        *slot = byte as libc::c_char;
    }
    Ok(request)
}

/// An `ioctl` that reads and may write one structure.
fn control_device<T>(fd: &impl AsRawFd, code: libc::Ioctl, argument: &mut T) -> io::Result<()> {
    // SAFETY: every caller pairs the code with the structure the kernel expects for it, alive during the call.
    let done = unsafe { libc::ioctl(fd.as_raw_fd(), code, std::ptr::from_mut(argument)) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn bring_up(socket: &OwnedFd, name: &str) -> io::Result<()> {
    let mut request = named(name)?;
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    control_device(socket, libc::SIOCSIFFLAGS, &mut request)
}

/// `address` in the shape the socket calls use.
fn socket_address(address: Ipv4Addr) -> libc::sockaddr {
    let bytes = address.octets().map(|byte| byte as libc::c_char);
    // SAFETY: `sockaddr` is plain data for which all zeroes is valid.
    let mut plain: libc::sockaddr = unsafe { std::mem::zeroed() };
    plain.sa_family = libc::AF_INET as libc::sa_family_t;
    // A `sockaddr_in` is the port in two bytes, then the address in four.
    for (slot, byte) in plain.sa_data.iter_mut().skip(2).zip(bytes) {
        *slot = byte;
    }
    plain
}

fn set_address(socket: &OwnedFd) -> io::Result<()> {
    let mut request = named(NAME)?;
    request.ifr_ifru.ifru_addr = socket_address(ADDRESS);
    control_device(socket, libc::SIOCSIFADDR, &mut request)?;
    request.ifr_ifru.ifru_netmask = socket_address(Ipv4Addr::new(255, 254, 0, 0));
    control_device(socket, libc::SIOCSIFNETMASK, &mut request)
}

fn set_route(socket: &OwnedFd) -> io::Result<()> {
    let mut device = named(NAME)?.ifr_name;
    // SAFETY: `rtentry` is plain data for which all zeroes is valid.
    let mut route: libc::rtentry = unsafe { std::mem::zeroed() };
    route.rt_dst = socket_address(Ipv4Addr::UNSPECIFIED);
    route.rt_genmask = socket_address(Ipv4Addr::UNSPECIFIED);
    route.rt_flags = libc::RTF_UP as libc::c_ushort;
    route.rt_dev = device.as_mut_ptr();
    control_device(socket, libc::SIOCADDRT, &mut route)
}

fn index(socket: &OwnedFd) -> io::Result<libc::c_int> {
    let mut request = named(NAME)?;
    control_device(socket, libc::SIOCGIFINDEX, &mut request)?;
    // SAFETY: the kernel has just filled in this member.
    Ok(unsafe { request.ifr_ifru.ifru_ifindex })
}

/// By netlink, since the `ioctl` for it wants root on the host: one message that changes one attribute of the device.
fn lengthen_queue(index: libc::c_int) -> io::Result<()> {
    // Without a protocol it is the one for routes and devices.
    let socket =
        rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
    let flags = (libc::NLM_F_REQUEST | libc::NLM_F_ACK) as u16;
    let mut message = 40_u32.to_ne_bytes().to_vec();
    message.extend([libc::RTM_NEWLINK, flags].map(u16::to_ne_bytes).concat());
    // Sequence and port; then family, type, index, flags, change.
    message.extend([0, 0, 0, index as u32, 0, 0].map(u32::to_ne_bytes).concat());
    message.extend([8, libc::IFLA_TXQLEN].map(u16::to_ne_bytes).concat());
    message.extend(QUEUE.to_ne_bytes());
    rustix::net::send(&socket, &message, rustix::net::SendFlags::empty())?;
    let mut answer = [0; 512];
    let (length, _) = rustix::net::recv(&socket, &mut answer, rustix::net::RecvFlags::empty())?;
    let error =
        answer.get(16..20.min(length)).and_then(|error| error.try_into().ok()).map(i32::from_ne_bytes);
    match error {
        Some(0) => Ok(()),
        Some(errno) => Err(io::Error::from_raw_os_error(-errno)),
        None => Err(io::Error::other("netlink gave no answer")),
    }
}

fn set_ipv6(socket: &OwnedFd) -> io::Result<()> {
    let index = index(socket)?;
    let mut address = libc::in6_ifreq {
        ifr6_addr: libc::in6_addr { s6_addr: ADDRESS6.octets() },
        ifr6_prefixlen: 64,
        ifr6_ifindex: index,
    };
    control_device(socket, libc::SIOCSIFADDR, &mut address)?;
    let mut route = Route6 { metric: 1, flags: u32::from(libc::RTF_UP), device: index, ..Route6::default() };
    control_device(socket, libc::SIOCADDRT, &mut route)
}

/// The kernel's `struct in6_rtmsg`; the C library binding keeps its fields to itself. All zeroes is the route to
/// everything.
#[repr(C)]
#[derive(Default)]
struct Route6 {
    destination: [u32; 4],
    source: [u32; 4],
    gateway: [u32; 4],
    kind: u32,
    destination_length: u16,
    source_length: u16,
    metric: u32,
    info: libc::c_ulong,
    flags: u32,
    device: libc::c_int,
}
