//! The shim: our binary again, outside the engine's process namespace but inside its network. It makes the namespaces,
//! starts the init, and then only makes sockets until it dies with us.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use rustix::process::{Pid, PidfdFlags, Signal};

use super::message::{Doing, LoneUser, ShimOrder, ShimReport, Trouble, World};
use super::wire::{Wire, unwrap_parcel};
use super::{cell, device, init, isolation, spawner};

/// Becomes the sandbox's helper when this process was started as one, and then never returns. Call it first thing in
/// `main` of every program that uses [`crate::Sandbox`], before any thread is started.
pub fn shim_main_if_asked() {
    if asked() {
        std::process::exit(match take_wire() {
            Ok(wire) => report(&wire, serve(&wire)),
            Err(_) => 1,
        });
    }
}

fn report(wire: &Wire, served: Result<(), Trouble>) -> i32 {
    let Err(trouble) = served else { return 0 };
    // When even this cannot be said, the closed wire says it.
    let _ = wire.send(&ShimReport::Failed(trouble), &[]);
    1
}

/// Started under the shim's name, without arguments and environment, with a packet socket as standard input.
fn asked() -> bool {
    let mut arguments = std::env::args_os();
    let named = arguments.next().is_some_and(|name| name == spawner::NAME);
    if !named || arguments.next().is_some() || std::env::vars_os().next().is_some() {
        return false;
    }
    rustix::net::sockopt::socket_type(std::io::stdin()).is_ok_and(|kind| kind == SocketType::SEQPACKET)
}

/// Moves the wire out of the way of the standard streams.
fn take_wire() -> io::Result<Wire> {
    let wire = rustix::io::fcntl_dupfd_cloexec(std::io::stdin(), 3)?;
    cell::put(&std::fs::File::open("/dev/null")?.into(), libc::STDIN_FILENO)?;
    Ok(Wire::from_fd(wire))
}

fn serve(wire: &Wire) -> Result<(), Trouble> {
    let Some(order) = wire.receive::<ShimOrder>().doing("reading the first order")? else { return Ok(()) };
    let [world, init_wire, stdout, stderr] = <[OwnedFd; 4]>::try_from(order.descriptors)
        .map_err(|_| "descriptors are missing")
        .doing("reading the first order")?;
    let world: World = unwrap_parcel(world).doing("reading the world to build")?;
    stay_with(world.supervisor)?;
    isolation::enter(world.lone_user)?;
    // Entering a user namespace changes credentials, which clears the parent-death signal.
    stay_with(world.supervisor)?;
    report_network(wire, world.lone_user)?;
    let init = start_init(&world, Wire::from_fd(init_wire), stdout, stderr, wire)?;
    make_sockets(wire, init).doing("making sockets")
}

/// Asks to be killed with the supervisor, and ends here if it is already gone.
fn stay_with(supervisor: i32) -> Result<(), Trouble> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .doing("tying the shim to its parent")?;
    let parent = rustix::process::getppid().map(Pid::as_raw_pid);
    if parent == Some(supervisor) { Ok(()) } else { std::process::exit(0) }
}

fn report_network(wire: &Wire, lone_user: Option<LoneUser>) -> Result<(), Trouble> {
    device::prepare_namespace(lone_user)?;
    let sent = match device::tun() {
        Ok(tun) => wire.send(&ShimReport::Network { tun_trouble: None }, &[tun.as_fd()]),
        Err(trouble) => {
            let why = format!("{}: {}", trouble.doing, trouble.cause);
            wire.send(&ShimReport::Network { tun_trouble: Some(why) }, &[])
        }
    };
    sent.doing("handing over the network device")
}

/// Forks the first process of the new process namespace. It must not keep the shim's wire.
fn start_init(
    world: &World,
    init_wire: Wire,
    stdout: OwnedFd,
    stderr: OwnedFd,
    shim_wire: &Wire,
) -> Result<Pid, Trouble> {
    let (alive_reader, alive_writer) =
        rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).doing("making a pipe")?;
    // SAFETY: the shim has one thread, so the child may go on as ordinary Rust.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()).doing("forking the init"),
        0 => {
            drop(alive_writer);
            // Left open here, the shim's wire would hide the shim's death from the supervisor.
            // SAFETY: the init never returns, so the wire's owner further up never closes the number again.
            unsafe { rustix::io::close(shim_wire.as_fd().as_raw_fd()) };
            init::main(world, init_wire, stdout, stderr, &alive_reader)
        }
        child => {
            // Open for as long as the shim lives: the init sees its end close when we die early.
            std::mem::forget(alive_writer);
            Pid::from_raw(child).ok_or("no process id").doing("forking the init")
        }
    }
}

/// Serves orders until the supervisor closes the wire or the init ends.
fn make_sockets(wire: &Wire, init: Pid) -> io::Result<()> {
    let init = rustix::process::pidfd_open(init, PidfdFlags::empty())?;
    loop {
        let mut interest = [PollFd::new(wire, PollFlags::IN), PollFd::new(&init, PollFlags::IN)];
        rustix::io::retry_on_intr(|| poll(&mut interest, None))?;
        let [order, ended] = interest.map(|fd| !fd.revents().is_empty());
        if order {
            match wire.receive::<ShimOrder>()? {
                Some(order) => answer(wire, order.message)?,
                None => return Ok(()),
            }
        } else if ended {
            return Ok(());
        }
    }
}

fn answer(wire: &Wire, order: ShimOrder) -> io::Result<()> {
    let ShimOrder::Socket { family, kind } = order else { return Ok(()) };
    let (family, kind) = (AddressFamily::from_raw(family), SocketType::from_raw(kind));
    match rustix::net::socket_with(family, kind, SocketFlags::CLOEXEC, None) {
        Ok(socket) => wire.send(&ShimReport::Socket { errno: None }, &[socket.as_fd()]),
        Err(errno) => wire.send(&ShimReport::Socket { errno: Some(errno.raw_os_error()) }, &[]),
    }
}
