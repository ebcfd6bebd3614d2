//! The rules.

use std::io;

use super::assembler::{Assembler, Label};
use super::calls::{ESCAPES, FOREIGN_BIT, NATIVE, RINGS};

/// Offsets into `struct seccomp_data`.
const NUMBER: u32 = 0;
const ARCH: u32 = 4;

/// The lower or upper half of an argument, little endian.
const fn argument(which: u32, upper: bool) -> u32 {
    16 + which * 8 + if upper { 4 } else { 0 }
}

/// `clone` flags that make namespaces: cgroup, uts, ipc, user, pid, net, mount.
const NAMESPACES: u32 = 0x0200_0000 | 0x7C00_0000 | 0x0002_0000;
/// The type of a socket without its flags.
const TYPE_BITS: u32 = 0xf;
/// Multipath TCP: on the wire it is TCP, and some runtimes listen with it by default.
const MULTIPATH: u32 = 262;

/// Netlink families of everyday use: routes (every resolver), socket tables, device events.
fn allowed_netlink() -> &'static [u32] {
    &[0, 4, 15]
}

/// Protocols of internet sockets that are let through though we hear of them: echo requests, which make packets we
/// see, and multipath TCP.
pub(crate) fn heard_protocol(protocol: u32) -> bool {
    matches!(protocol, 1 | 58 | MULTIPATH)
}

/// Actions a rule can end with.
#[derive(Clone, Copy)]
struct Ends {
    allow: Label,
    notify: Label,
}

/// The whole filter.
pub(crate) fn filter() -> io::Result<Vec<libc::sock_filter>> {
    let mut code = Assembler::default();
    let ends = Ends { allow: code.label(), notify: code.label() };
    let (native, missing, refused) = (code.label(), code.label(), code.label());
    code.load(ARCH);
    code.if_one_of(&[NATIVE], native);
    code.goto(ends.notify);
    code.place(native);
    code.load(NUMBER);
    code.if_any(FOREIGN_BIT, ends.notify);
    code.if_one_of(&numbers(ESCAPES), ends.notify);
    code.if_one_of(&numbers(RINGS), ends.notify);
    code.if_one_of(
        &[libc::SYS_connect, libc::SYS_sendmsg, libc::SYS_sendmmsg].map(|n| n as u32),
        ends.notify,
    );
    code.if_one_of(&[libc::SYS_clone3 as u32], missing);
    rule(&mut code, libc::SYS_socket, |code| socket(code, ends));
    rule(&mut code, libc::SYS_socketpair, |code| socketpair(code, ends));
    rule(&mut code, libc::SYS_sendto, |code| sendto(code, ends));
    rule(&mut code, libc::SYS_clone, |code| clone(code, ends));
    rule(&mut code, libc::SYS_prlimit64, |code| limits(code, ends, refused));
    code.place(ends.allow);
    code.finish_with(libc::SECCOMP_RET_ALLOW);
    code.place(ends.notify);
    code.finish_with(libc::SECCOMP_RET_USER_NOTIF);
    code.place(missing);
    // Its flags lie in memory where a filter cannot look. C libraries fall back to `clone`.
    code.finish_with(libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32);
    code.place(refused);
    code.finish_with(libc::SECCOMP_RET_ERRNO | libc::EPERM as u32);
    code.assemble()
}

fn numbers(calls: &[(libc::c_long, &str)]) -> Vec<u32> {
    calls.iter().map(|(number, _)| *number as u32).collect()
}

/// Runs `body`, which always ends by itself, for calls of `number` only.
fn rule(code: &mut Assembler, number: libc::c_long, body: impl FnOnce(&mut Assembler)) {
    let (hit, past) = (code.label(), code.label());
    code.if_one_of(&[number as u32], hit);
    code.goto(past);
    code.place(hit);
    body(code);
    code.place(past);
}

/// Unix and everyday internet and netlink sockets pass; the rest is for the notifier to judge.
fn socket(code: &mut Assembler, ends: Ends) {
    let (internet, netlink) = (code.label(), code.label());
    code.load(argument(0, false));
    code.if_one_of(&[libc::AF_UNIX as u32], ends.allow);
    code.if_one_of(&[libc::AF_INET as u32, libc::AF_INET6 as u32], internet);
    code.if_one_of(&[libc::AF_NETLINK as u32], netlink);
    code.goto(ends.notify);
    code.place(netlink);
    code.load(argument(2, false));
    code.if_one_of(allowed_netlink(), ends.allow);
    code.goto(ends.notify);
    code.place(internet);
    let ordinary = code.label();
    code.load(argument(1, false));
    code.mask(TYPE_BITS);
    code.if_one_of(&[libc::SOCK_STREAM as u32, libc::SOCK_DGRAM as u32], ordinary);
    code.goto(ends.notify);
    code.place(ordinary);
    code.load(argument(2, false));
    code.if_one_of(&[0, libc::IPPROTO_TCP as u32, libc::IPPROTO_UDP as u32], ends.allow);
    code.goto(ends.notify);
}

fn socketpair(code: &mut Assembler, ends: Ends) {
    code.load(argument(0, false));
    code.if_one_of(&[libc::AF_UNIX as u32], ends.allow);
    code.goto(ends.notify);
}

/// Without an address it is a plain `send`, which every server uses to answer.
fn sendto(code: &mut Assembler, ends: Ends) {
    for upper in [false, true] {
        let empty = code.label();
        code.load(argument(4, upper));
        code.if_one_of(&[0], empty);
        code.goto(ends.notify);
        code.place(empty);
    }
    code.goto(ends.allow);
}

fn clone(code: &mut Assembler, ends: Ends) {
    code.load(argument(0, false));
    code.if_any(NAMESPACES, ends.notify);
    code.goto(ends.allow);
}

/// Own limits only: an engine that runs as root could else starve our init, which has the same user.
fn limits(code: &mut Assembler, ends: Ends, refused: Label) {
    code.load(argument(0, false));
    code.if_one_of(&[0], ends.allow);
    code.goto(refused);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs the program as the kernel would.
    fn verdict(arch: u32, number: libc::c_long, arguments: [u64; 6]) -> u32 {
        let mut data = [0; 64];
        data[0..4].copy_from_slice(&(number as u32).to_ne_bytes());
        data[4..8].copy_from_slice(&arch.to_ne_bytes());
        for (at, value) in arguments.iter().enumerate() {
            data[16 + at * 8..24 + at * 8].copy_from_slice(&value.to_ne_bytes());
        }
        let program = filter().unwrap();
        let (mut at, mut value) = (0_usize, 0_u32);
        loop {
            let step = program[at];
            let k = step.k;
            at += 1;
            match u32::from(step.code) & 0x07 {
                libc::BPF_LD => {
                    let at = k as usize;
                    value = u32::from_ne_bytes(data[at..at + 4].try_into().unwrap());
                }
                libc::BPF_ALU => value &= k,
                libc::BPF_JMP => {
                    at += match u32::from(step.code) & 0xf0 {
                        libc::BPF_JA => k as usize,
                        libc::BPF_JEQ => usize::from(if value == k { step.jt } else { step.jf }),
                        _ => usize::from(if value & k != 0 { step.jt } else { step.jf }),
                    }
                }
                _ => return k,
            }
        }
    }

    const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;
    const NOTIFY: u32 = libc::SECCOMP_RET_USER_NOTIF;

    fn native(number: libc::c_long, arguments: [u64; 6]) -> u32 {
        verdict(NATIVE, number, arguments)
    }

    #[test]
    fn every_socket_family() {
        for family in 0..64_u64 {
            let expected = if [1, 2, 10, 16].contains(&family) { ALLOW } else { NOTIFY };
            assert_eq!(native(libc::SYS_socket, [family, 1, 0, 0, 0, 0]), expected, "family {family}");
            let pair = if family == 1 { ALLOW } else { NOTIFY };
            assert_eq!(native(libc::SYS_socketpair, [family, 1, 0, 0, 0, 0]), pair, "pair of {family}");
        }
    }

    #[test]
    fn every_type_and_protocol_of_internet_sockets() {
        for family in [2, 10_u64] {
            for kind in 0..16_u64 {
                let expected = if kind == 1 || kind == 2 { ALLOW } else { NOTIFY };
                let flags = (libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK) as u64;
                assert_eq!(
                    native(libc::SYS_socket, [family, kind | flags, 0, 0, 0, 0]),
                    expected,
                    "type {kind}"
                );
            }
            for protocol in 0..300_u64 {
                let expected = if [0, 6, 17].contains(&protocol) { ALLOW } else { NOTIFY };
                assert_eq!(native(libc::SYS_socket, [family, 1, protocol, 0, 0, 0]), expected, "{protocol}");
            }
        }
        for protocol in 0..32_u64 {
            let expected = if [0, 4, 15].contains(&protocol) { ALLOW } else { NOTIFY };
            assert_eq!(native(libc::SYS_socket, [16, 3, protocol, 0, 0, 0]), expected, "netlink {protocol}");
        }
    }

    #[test]
    fn every_listed_call_and_nothing_else() {
        let by_argument = [libc::SYS_socket, libc::SYS_socketpair, libc::SYS_sendto, libc::SYS_clone];
        let heard = [libc::SYS_connect, libc::SYS_sendmsg, libc::SYS_sendmmsg];
        for number in (0..600).filter(|number| !by_argument.contains(number)) {
            let denied = super::super::name_of(number as i32).is_some();
            let expected = match number {
                libc::SYS_clone3 => libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32,
                _ if denied || heard.contains(&number) => NOTIFY,
                _ => ALLOW,
            };
            assert_eq!(native(number, [0; 6]), expected, "call {number}");
        }
    }

    #[test]
    fn limits_of_other_processes_are_out_of_reach() {
        assert_eq!(native(libc::SYS_prlimit64, [0, 7, 0x1000, 0, 0, 0]), ALLOW);
        let refused = libc::SECCOMP_RET_ERRNO | libc::EPERM as u32;
        assert_eq!(native(libc::SYS_prlimit64, [1, 7, 0x1000, 0, 0, 0]), refused);
    }

    #[test]
    fn arguments_and_foreign_kinds_of_calls() {
        assert_eq!(native(libc::SYS_sendto, [0; 6]), ALLOW);
        assert_eq!(native(libc::SYS_sendto, [3, 0, 0, 0, 0x7fff_0000_0000, 16]), NOTIFY);
        assert_eq!(native(libc::SYS_sendto, [3, 0, 0, 0, 0x1000, 16]), NOTIFY);
        assert_eq!(native(libc::SYS_clone, [libc::SIGCHLD as u64, 0, 0, 0, 0, 0]), ALLOW);
        let thread = libc::CLONE_VM | libc::CLONE_THREAD | libc::CLONE_SIGHAND | libc::CLONE_SETTLS;
        assert_eq!(native(libc::SYS_clone, [thread as u64, 0, 0, 0, 0, 0]), ALLOW);
        for flag in [
            libc::CLONE_NEWUSER,
            libc::CLONE_NEWNET,
            libc::CLONE_NEWNS,
            libc::CLONE_NEWPID,
            libc::CLONE_NEWIPC,
            libc::CLONE_NEWUTS,
            libc::CLONE_NEWCGROUP,
        ] {
            assert_eq!(native(libc::SYS_clone, [flag as u64, 0, 0, 0, 0, 0]), NOTIFY, "{flag:x}");
        }
        assert_eq!(verdict(0x4000_0003, 1, [0; 6]), NOTIFY);
        assert_eq!(native(libc::c_long::from(FOREIGN_BIT) + 1, [0; 6]), NOTIFY);
    }
}
