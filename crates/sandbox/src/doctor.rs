//! What this machine gives the sandbox, found by trying, and how to mend what is missing.

mod canary;

use std::fs::{self, File};
use std::path::Path;

use serde::Serialize;

use crate::cgroup::{self, Ceilings, Kind, PREFIX};
use crate::host::Sandbox;
use crate::seccomp;

/// How good it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// As it should be.
    Good,
    /// It works, but a verdict says less; no certificate is based on it.
    Weak,
    /// Engines cannot be run, or nothing can be concluded.
    Missing,
}

/// One thing looked at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Fact {
    /// What: `network device`.
    pub name: &'static str,
    /// How good.
    pub health: Health,
    /// What was found.
    pub found: String,
    /// What to do; absent when all is well.
    pub mend: Option<&'static str>,
}

impl Fact {
    fn good(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, health: Health::Good, found: found.into(), mend: None }
    }

    fn bad(name: &'static str, health: Health, found: impl Into<String>, mend: &'static str) -> Self {
        Self { name, health, found: found.into(), mend: Some(mend) }
    }
}

impl Sandbox {
    /// Looks at everything a run needs, and runs a tiny engine that calls out, to see whether it is seen.
    pub fn examine(&self) -> Vec<Fact> {
        vec![
            user(),
            namespaces(),
            self.control_groups(),
            network_device(),
            filter(),
            overlay(),
            canary::sing(self),
        ]
    }

    fn control_groups(&self) -> Fact {
        let name = "control groups";
        let mend = "run as root, or within `systemd-run --user --scope -p Delegate=yes`";
        let kind = match self.places().kind() {
            Kind::Version1 => "version 1",
            Kind::Hybrid => "versions 1 and 2 together",
            Kind::Version2 => "version 2",
            Kind::None => {
                let found = "none with a memory controller; limits are enforced by sampling";
                return Fact::bad(name, Health::Weak, found, mend);
            }
        };
        let leaf = format!("{PREFIX}doctor-{}", self.options().ids.next_id().as_simple());
        let ceilings = Ceilings { memory_bytes: 64 << 20, cpus: 1.0, processes: 16 };
        let made = self.places().create(&leaf, ceilings).map(drop);
        let removed = cgroup::remove(&self.places().leaves(&leaf));
        match made.and(removed) {
            Ok(()) => Fact::good(name, kind),
            Err(cause) => Fact::bad(name, Health::Weak, format!("{kind}, but not for us: {cause}"), mend),
        }
    }
}

fn user() -> Fact {
    let uid = rustix::process::geteuid();
    if uid.is_root() {
        return Fact::good("user", "root");
    }
    let found = format!("user {}: engines run as this one user in a user namespace", uid.as_raw());
    Fact::bad("user", Health::Weak, found, "run as root for verdicts with certificates")
}

/// Whether the kernel has them; whether we may make them shows in the canary.
fn namespaces() -> Fact {
    let name = "namespaces";
    let missing: Vec<&str> = ["mnt", "net", "pid", "ipc", "uts", "cgroup"]
        .into_iter()
        .filter(|kind| !Path::new("/proc/self/ns").join(kind).exists())
        .collect();
    if !missing.is_empty() {
        let found = format!("the kernel lacks {}", missing.join(", "));
        return Fact::bad(name, Health::Missing, found, "use a kernel with namespaces built in");
    }
    if rustix::process::geteuid().is_root() {
        return Fact::good(name, "mount, network, process, ipc, host name, cgroup");
    }
    for (setting, forbids, mend) in [
        ("user/max_user_namespaces", "0", "sysctl user.max_user_namespaces=10000"),
        ("kernel/unprivileged_userns_clone", "0", "sysctl kernel.unprivileged_userns_clone=1"),
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "give assay an AppArmor profile with `userns,`, or sysctl kernel.apparmor_restrict_unprivileged_userns=0",
        ),
    ] {
        let value = fs::read_to_string(Path::new("/proc/sys").join(setting)).unwrap_or_default();
        if value.trim() == forbids {
            return Fact::bad(name, Health::Missing, format!("{setting} is {forbids}"), mend);
        }
    }
    Fact::good(name, "all, inside a user namespace")
}

fn network_device() -> Fact {
    let name = "network device";
    match File::options().read(true).write(true).open("/dev/net/tun") {
        Ok(_) => Fact::good(name, "/dev/net/tun opens"),
        Err(cause) => Fact::bad(
            name,
            Health::Missing,
            format!("/dev/net/tun: {cause}; the packets of an engine cannot be seen"),
            "load the kernel module `tun`, and let this user open it: chmod 0666 /dev/net/tun",
        ),
    }
}

fn filter() -> Fact {
    let name = "system call filter";
    if seccomp::can_notify() {
        Fact::good(name, "the kernel can ask us about single calls")
    } else {
        let found = "the kernel cannot ask us about single calls";
        Fact::bad(name, Health::Missing, found, "use Linux 5.11 or newer with seccomp filters built in")
    }
}

fn overlay() -> Fact {
    let known = fs::read_to_string("/proc/filesystems").unwrap_or_default();
    if known.split_whitespace().any(|kind| kind == "overlay") {
        Fact::good("overlay file system", "the kernel has it")
    } else {
        Fact::bad(
            "overlay file system",
            Health::Missing,
            "the kernel lacks it",
            "load the kernel module `overlay`",
        )
    }
}
