//! Namespaces.

use rustix::thread::UnshareFlags;

use super::message::{Doing, LoneUser, Trouble};

/// Leaves the host's namespaces; the process namespace holds for the next child only.
pub(super) fn enter(lone_user: Option<LoneUser>) -> Result<(), Trouble> {
    if let Some(user) = lone_user {
        unshare(UnshareFlags::NEWUSER).doing("making a user namespace")?;
        map(user)?;
    }
    let all = UnshareFlags::NEWNS
        | UnshareFlags::NEWNET
        | UnshareFlags::NEWPID
        | UnshareFlags::NEWIPC
        | UnshareFlags::NEWUTS
        | UnshareFlags::NEWCGROUP;
    unshare(all).doing("making mount, network, process, ipc, host name and cgroup namespaces")?;
    rustix::system::sethostname(b"engine").doing("setting the host name")?;
    // Nothing mounted from here on may show up on the host.
    rustix::mount::mount_change("/", private()).doing("making mounts private")
}

fn private() -> rustix::mount::MountPropagationFlags {
    rustix::mount::MountPropagationFlags::PRIVATE | rustix::mount::MountPropagationFlags::REC
}

fn unshare(flags: UnshareFlags) -> rustix::io::Result<()> {
    // SAFETY: the only unsafe flag is `FILES`, which is never among ours, and the process has one thread.
    unsafe { rustix::thread::unshare_unsafe(flags) }
}

/// One user and one group: more needs a set-id helper, and an engine needs no more.
fn map(user: LoneUser) -> Result<(), Trouble> {
    let line = |inside: u32, outside: u32| format!("{inside} {outside} 1");
    let write = |file: &str, text: String| std::fs::write(format!("/proc/self/{file}"), text);
    write("setgroups", "deny".into()).doing("giving up supplementary groups")?;
    write("uid_map", line(user.inside.0, user.outside.0)).doing("mapping the user")?;
    write("gid_map", line(user.inside.1, user.outside.1)).doing("mapping the group")
}
