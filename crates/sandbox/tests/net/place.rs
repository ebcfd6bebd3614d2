//! Network namespaces of our own.

use std::fs::File;
use std::io::Write;
use std::net::TcpStream;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::process::{Command, Output, Stdio};

use rustix::thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space};

const DEVICE: &str = "eth0";

/// A network namespace; gone when the last descriptor of it is.
pub(crate) struct Place(OwnedFd);

impl Place {
    /// A namespace with nothing but loopback. `None`, loudly, where that is not allowed.
    pub(crate) fn new() -> Option<Self> {
        let made = std::thread::spawn(|| {
            // SAFETY: a thread of its own leaves the namespace; no descriptors are unshared.
            unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWNET) }?;
            File::open("/proc/thread-self/ns/net")
        });
        match made.join().unwrap() {
            Ok(file) => {
                let place = Self(file.into());
                place.shell("ip link set lo up");
                Some(place)
            }
            Err(error) => {
                eprintln!("SKIPPED: network namespaces need root: {error}");
                None
            }
        }
    }

    /// Runs `work` on a thread inside.
    pub(crate) fn enter<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let inside = || {
            move_into_link_name_space(self.0.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            work()
        };
        std::thread::scope(|scope| scope.spawn(inside).join().unwrap())
    }

    /// Runs a shell script inside, which must succeed.
    pub(crate) fn shell(&self, script: &str) {
        let output = self.enter(|| Command::new("sh").arg("-ec").arg(script).output().unwrap());
        assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Runs `program` as an engine would be run: with this namespace's name server, and within twenty seconds.
    pub(crate) fn client(&self, name_server: &str, program: &str, arguments: &[&str]) -> Output {
        let mut resolv = tempfile::NamedTempFile::new().unwrap();
        if !name_server.is_empty() {
            writeln!(resolv, "nameserver {name_server}").unwrap();
        }
        let script =
            "mount --bind \"$0\" /etc/resolv.conf; unset http_proxy https_proxy; exec timeout 20 \"$@\"";
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-ec", script]).arg(resolv.path()).arg(program).args(arguments);
        self.enter(|| command.stdin(Stdio::null()).output().unwrap())
    }

    /// Runs a Python program.
    pub(crate) fn python(&self, name_server: &str, program: &str) -> String {
        let output = self.client(name_server, "/usr/bin/env", &["python3", "-c", program]);
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
        said
    }

    /// A TUN device here, addressed and routed like an engine's.
    pub(crate) fn device(&self) -> OwnedFd {
        let device = self.enter(open_device);
        self.shell(&format!(
            "ip address add 198.18.0.1/15 dev {DEVICE}; ip -6 address add fd00:a55a::1/64 dev {DEVICE} nodad
             ip link set {DEVICE} up; ip route add default dev {DEVICE}; ip -6 route add default dev {DEVICE}"
        ));
        device
    }

    /// Packets that the device dropped.
    pub(crate) fn dropped(&self) -> Option<u64> {
        let table = self.enter(|| std::fs::read_to_string("/proc/thread-self/net/dev").unwrap());
        let line = table.lines().find_map(|line| line.trim().strip_prefix(DEVICE)?.strip_prefix(':'))?;
        line.split_whitespace().nth(11)?.parse().ok()
    }

    /// A connection out of this namespace.
    pub(crate) fn dial(&self, target: std::net::SocketAddr) -> std::io::Result<TcpStream> {
        self.enter(|| TcpStream::connect_timeout(&target, std::time::Duration::from_secs(5)))
    }

    /// Joins this place and `other` by a cable without any way further.
    pub(crate) fn join(&self, own: &str, other: &Self, others: &str) {
        let far = format!("/proc/{}/fd/{}", std::process::id(), other.0.as_raw_fd());
        self.shell(&format!(
            "ip link add near type veth peer name far netns {far}; ip address add {own} dev near; ip link set near up"
        ));
        other.shell(&format!("ip address add {others} dev far; ip link set far up"));
    }
}

fn open_device() -> OwnedFd {
    let device = File::options().read(true).write(true).open("/dev/net/tun").unwrap();
    // SAFETY: all zeroes is a valid request, and the call reads and writes nothing but it.
    let done = unsafe {
        let mut request: libc::ifreq = std::mem::zeroed();
        for (slot, byte) in request.ifr_name.iter_mut().zip(DEVICE.bytes()) {
            *slot = byte as libc::c_char;
        }
        request.ifr_ifru.ifru_flags = (libc::IFF_TUN | libc::IFF_NO_PI) as libc::c_short;
        libc::ioctl(device.as_raw_fd(), libc::TUNSETIFF, &raw mut request)
    };
    assert_eq!(done, 0, "{}", std::io::Error::last_os_error());
    device.into()
}
