//! Calls outside. Every target is a documentation address, but for the metadata address; see [`crate::cage`] for where
//! this can run at all. Whether anybody answers does not matter to any of them.

use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_millis(300);

/// Connects by TCP; true when somebody takes the call.
fn connect(address: &str) -> bool {
    let parsed: Result<SocketAddr, _> = address.parse();
    let answered = parsed.is_ok_and(|address| TcpStream::connect_timeout(&address, PATIENCE).is_ok());
    println!("a call to {address}: {}", if answered { "answered" } else { "no answer" });
    answered
}

/// Whether somebody answers outside.
pub(crate) fn somebody_answers() -> bool {
    connect("198.51.100.20:80")
}

pub(crate) fn tcp() {
    connect("198.51.100.10:443");
}

pub(crate) fn ipv6() {
    connect("[2001:db8::10]:443");
}

pub(crate) fn metadata() {
    connect("169.254.169.254:80");
}

pub(crate) fn udp() {
    send("203.0.113.10:9", b"hello");
}

/// One datagram, no answer awaited.
fn send(address: &str, bytes: &[u8]) {
    let sent = UdpSocket::bind("0.0.0.0:0").and_then(|socket| socket.send_to(bytes, address));
    println!("{} bytes to {address}: {sent:?}", bytes.len());
}

/// A question for the address of a name under `.example`, to a name server at a documentation address.
pub(crate) fn dns() {
    send("203.0.113.53:53", &question("updates.vendor.example"));
}

/// Looks a name up as any program does, and calls what it finds.
pub(crate) fn undeclared_host() {
    use std::net::ToSocketAddrs;
    let found = ("undeclared.example", 80).to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    match found {
        Some(address) => connect(&address.to_string()),
        None => connect("198.51.100.30:80"),
    };
}

/// A DNS query for an A record (RFC 1035 §4.1).
fn question(name: &str) -> Vec<u8> {
    let mut message = vec![0x13, 0x37, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        message.push(label.len() as u8);
        message.extend(label.bytes());
    }
    message.extend([0, 0, 1, 0, 1]);
    message
}

/// An ICMP echo request, by a raw socket or by the unprivileged ping socket.
pub(crate) fn icmp(kind: libc::c_int) {
    // Type 8, code 0; the checksum of a message that is otherwise zero.
    let echo = [8_u8, 0, 0xf7, 0xff, 0, 0, 0, 0];
    // SAFETY: the address is plain data, and both buffers live during the call.
    unsafe {
        let socket = libc::socket(libc::AF_INET, kind | libc::SOCK_CLOEXEC, libc::IPPROTO_ICMP);
        if socket < 0 {
            println!("no ICMP socket: {}", std::io::Error::last_os_error());
            return;
        }
        let mut target: libc::sockaddr_in = std::mem::zeroed();
        target.sin_family = libc::AF_INET as libc::sa_family_t;
        target.sin_addr.s_addr = u32::from_ne_bytes([198, 51, 100, 10]);
        let sent = libc::sendto(
            socket,
            echo.as_ptr().cast(),
            echo.len(),
            0,
            std::ptr::from_ref(&target).cast(),
            size_of::<libc::sockaddr_in>() as libc::socklen_t,
        );
        println!("an echo request of {sent} bytes");
        libc::close(socket);
    }
}

/// Sets up a ring and does nothing with it: that it could hide calls is enough.
pub(crate) fn io_uring() {
    let mut parameters = [0_u8; 120];
    // SAFETY: the kernel writes at most the 120 bytes of `io_uring_params`.
    let ring = unsafe { libc::syscall(libc::SYS_io_uring_setup, 4, parameters.as_mut_ptr()) };
    report(ring, "a ring");
}

/// Opens a socket to the hypervisor's host and calls nobody.
pub(crate) fn vsock() {
    // SAFETY: no memory is handed over.
    let socket = unsafe { libc::socket(libc::AF_VSOCK, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0) };
    report(socket.into(), "a vsock socket");
}

fn report(descriptor: libc::c_long, what: &str) {
    match descriptor {
        0.. => println!("opened {what}"),
        _ => println!("could not open {what}: {}", std::io::Error::last_os_error()),
    }
}
