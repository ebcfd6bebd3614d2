//! What goes wrong before the webhooks are served.

use std::net::TcpListener;
use std::time::Duration;

use crate::behaviour::Behaviour;
use crate::call;

/// How long the late caller waits: longer than a hasty observer would.
const DELAY: Duration = Duration::from_secs(6);

/// Does what `behaviour` does at the start.
pub(crate) fn at_start(behaviour: Behaviour) {
    match behaviour {
        Behaviour::SlowStop => ignore_sigterm(),
        _ => webhook::end_on_sigterm(),
    }
    match behaviour {
        Behaviour::Tcp => call::tcp(),
        Behaviour::Udp => call::udp(),
        Behaviour::Dns => call::dns(),
        Behaviour::Ipv6 => call::ipv6(),
        Behaviour::IcmpRaw => call::icmp(libc::SOCK_RAW),
        Behaviour::IcmpPing => call::icmp(libc::SOCK_DGRAM),
        Behaviour::IoUring => call::io_uring(),
        Behaviour::Vsock => call::vsock(),
        Behaviour::Metadata => call::metadata(),
        Behaviour::UndeclaredHost => call::undeclared_host(),
        Behaviour::AfterDelay => {
            std::thread::spawn(|| {
                std::thread::sleep(DELAY);
                call::tcp();
            });
        }
        Behaviour::DaemonisedChild => daemonise(),
        Behaviour::WritesRoot => write_beside_tmp(),
        Behaviour::Exits => std::process::exit(0),
        Behaviour::Listens => listen_elsewhere(),
        Behaviour::ProbesSandbox => probe_sandbox(),
        _ => {}
    }
}

fn ignore_sigterm() {
    // SAFETY: ignoring a signal installs no handler.
    unsafe { libc::signal(libc::SIGTERM, libc::SIG_IGN) };
}

/// A child of a child in a session of its own, which calls out and stays when its parent is asked to end.
fn daemonise() {
    // SAFETY: no other thread exists yet, so the children may do as they like.
    unsafe {
        if libc::fork() == 0 {
            libc::setsid();
            if libc::fork() == 0 {
                libc::signal(libc::SIGTERM, libc::SIG_IGN);
                std::thread::sleep(Duration::from_millis(500));
                call::tcp();
                loop {
                    libc::pause();
                }
            }
            libc::_exit(0);
        }
        libc::wait(std::ptr::null_mut());
    }
}

fn listen_elsewhere() {
    std::thread::spawn(|| match TcpListener::bind("0.0.0.0:4444") {
        Ok(listener) => listener.incoming().for_each(drop),
        Err(error) => println!("could not listen: {error}"),
    });
}

/// Asks for a network of its own, which would hide its calls.
fn probe_sandbox() {
    // SAFETY: no memory is handed over.
    let done = unsafe { libc::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNET) };
    println!("a network of its own: {done}");
}

fn write_beside_tmp() {
    for path in ["/cache.bin", "/var/lib/engine-state"] {
        match std::fs::write(path, b"state") {
            Ok(()) => println!("wrote {path}"),
            Err(error) => println!("could not write {path}: {error}"),
        }
    }
}

/// Takes memory a page at a time, and touches it, up to 3 GB.
pub(crate) fn eat_memory() {
    const STEP: usize = 16 << 20;
    let mut held: Vec<Vec<u8>> = Vec::new();
    while held.len() * STEP < 3 << 30 {
        held.push(vec![1; STEP]);
    }
    println!("holding {} MB", held.len() * (STEP >> 20));
}
