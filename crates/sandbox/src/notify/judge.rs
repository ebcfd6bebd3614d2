//! Looks at one waiting call: what it is, where it leads, and whether it may go on.

use assay_core::run::Protocol;

use super::memory::{self, Unreadable, word};
use super::target::{self, Target};
use crate::net::SyscallAttempt;
use crate::processes::describe;
use crate::seccomp::{self, NATIVE, Notification, Reply};

/// `struct msghdr`: pointer and length of the address come first.
const HEADER: usize = size_of::<libc::msghdr>();
/// `struct mmsghdr`: a header and the length sent.
const MULTI_HEADER: usize = size_of::<libc::mmsghdr>();
/// Messages of one `sendmmsg` that the kernel looks at, and so do we.
const MOST_MESSAGES: usize = 1024;

/// The port of name servers.
const NAMES: u16 = 53;

/// What a call amounts to.
#[derive(Debug)]
pub(super) struct Judgement {
    pub(super) reply: Reply,
    pub(super) attempts: Vec<SyscallAttempt>,
    /// It goes on, though we could not read where it leads.
    pub(super) unread: bool,
}

/// Judges `call`.
pub(super) fn judge(call: &Notification) -> Judgement {
    let [a, b, c, ..] = call.arguments;
    if call.arch != NATIVE || call.number as u32 & seccomp::FOREIGN_BIT != 0 {
        return denied(
            call,
            libc::ENOSYS,
            Protocol::Escape,
            "a system call of a foreign architecture".into(),
        );
    }
    match libc::c_long::from(call.number) {
        libc::SYS_connect => outward(call, target::read(call.thread, b, c & 0xffff_ffff, false).map(one)),
        libc::SYS_sendto => {
            let [.., pointer, length] = call.arguments;
            outward(call, target::read(call.thread, pointer, length & 0xffff_ffff, true).map(one))
        }
        libc::SYS_sendmsg => outward(call, headers(call.thread, b, HEADER, 1)),
        libc::SYS_sendmmsg => outward(call, headers(call.thread, b, MULTI_HEADER, c as u32 as usize)),
        libc::SYS_socket | libc::SYS_socketpair => socket(call, a as u32, b as u32, c as u32),
        libc::SYS_clone => denied(call, libc::EPERM, Protocol::Escape, "clone with new namespaces".into()),
        libc::SYS_io_uring_setup | libc::SYS_io_uring_enter | libc::SYS_io_uring_register => {
            denied(call, libc::EPERM, Protocol::IoUring, name(call))
        }
        _ => denied(call, libc::EPERM, Protocol::Escape, name(call)),
    }
}

fn one(target: Option<Target>) -> Vec<Target> {
    target.into_iter().collect()
}

fn name(call: &Notification) -> String {
    seccomp::name_of(call.number).map_or_else(|| format!("system call {}", call.number), str::to_owned)
}

fn denied(call: &Notification, errno: i32, protocol: Protocol, name: String) -> Judgement {
    let attempt = SyscallAttempt {
        protocol,
        address: None,
        port: None,
        name: Some(name),
        process: describe(call.thread),
        denied: true,
        sends: false,
    };
    Judgement { reply: Reply::Fail(errno), attempts: vec![attempt], unread: false }
}

fn passed(attempts: Vec<SyscallAttempt>, unread: bool) -> Judgement {
    Judgement { reply: Reply::Continue, attempts, unread }
}

/// A call that goes on, with its targets outside.
fn outward(call: &Notification, targets: Result<Vec<Target>, Unreadable>) -> Judgement {
    let mut targets = match targets {
        Ok(targets) => targets,
        Err(Unreadable::Empty) => return passed(Vec::new(), false),
        Err(Unreadable::Refused) => return passed(Vec::new(), true),
    };
    // A lookup on loopback is answered by us, so it matters who asks.
    targets.retain(|target| target.port == NAMES || !target.stays_inside());
    if targets.is_empty() {
        return passed(Vec::new(), false);
    }
    let [fd, ..] = call.arguments;
    let protocol = target::transport(call.thread, fd).unwrap_or(Protocol::OtherIp);
    let process = describe(call.thread);
    let attempt = |Target { address, port }| SyscallAttempt {
        protocol,
        address: Some(address),
        port: (protocol != Protocol::Icmp).then_some(port),
        name: None,
        process: process.clone(),
        denied: false,
        sends: libc::c_long::from(call.number) != libc::SYS_connect,
    };
    passed(targets.into_iter().map(attempt).collect(), false)
}

/// The addresses in `count` message headers of `size` bytes each. Most have none: the socket is connected.
fn headers(thread: i32, pointer: u64, size: usize, count: usize) -> Result<Vec<Target>, Unreadable> {
    let mut bytes = vec![0; size * count.min(MOST_MESSAGES)];
    memory::read(thread, pointer, &mut bytes)?;
    let mut named: Vec<(u64, u64)> = bytes
        .chunks_exact(size)
        .map(|header| (word(header, 0), word(header, 8) & 0xffff_ffff))
        .filter(|(pointer, _)| *pointer != 0)
        .collect();
    named.dedup();
    let targets = named.into_iter().map(|(pointer, length)| target::read(thread, pointer, length, true));
    Ok(targets.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// A socket the filter did not let through by itself.
fn socket(call: &Notification, family: u32, kind: u32, protocol: u32) -> Judgement {
    let internet = matches!(family as i32, libc::AF_INET | libc::AF_INET6);
    let raw = !matches!((kind & 0xf) as i32, libc::SOCK_STREAM | libc::SOCK_DGRAM);
    let single = libc::c_long::from(call.number) == libc::SYS_socket;
    if internet && !raw && single && seccomp::heard_protocol(protocol) {
        return passed(Vec::new(), false);
    }
    let (errno, what) = match family as i32 {
        _ if internet && raw => (libc::EPERM, format!("raw socket, protocol {protocol}")),
        _ if internet => (libc::EPROTONOSUPPORT, format!("internet socket, protocol {protocol}")),
        libc::AF_NETLINK => (libc::EPROTONOSUPPORT, format!("AF_NETLINK, protocol {protocol}")),
        _ => (libc::EAFNOSUPPORT, family_name(family)),
    };
    denied(call, errno, Protocol::Socket, what)
}

/// Names of families worth knowing by name.
fn family_name(family: u32) -> String {
    let known = match family as i32 {
        libc::AF_PACKET => "AF_PACKET",
        libc::AF_VSOCK => "AF_VSOCK",
        libc::AF_ALG => "AF_ALG",
        libc::AF_KEY => "AF_KEY",
        libc::AF_BLUETOOTH => "AF_BLUETOOTH",
        libc::AF_CAN => "AF_CAN",
        libc::AF_TIPC => "AF_TIPC",
        libc::AF_RDS => "AF_RDS",
        libc::AF_XDP => "AF_XDP",
        libc::AF_NFC => "AF_NFC",
        SMC => "AF_SMC",
        _ => return format!("socket family {family}"),
    };
    known.into()
}

/// Shared memory communications; the C library binding has no name for it.
const SMC: i32 = 43;
