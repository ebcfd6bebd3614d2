//! The engine's file system: the image's layers below, a small writable layer on top, and the few things every program
//! expects. Built in a private mount namespace on a workshop folder nobody else sees.

use std::fs::{self, Permissions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use rustix::mount::{MountFlags, UnmountFlags, mount, mount_bind, mount_remount};

use super::message::{Doing, Trouble, World};

/// Devices that hold no state of the host.
const DEVICES: &[&str] = &["null", "zero", "full", "random", "urandom", "tty"];
/// Files of the kernel that tell about the host or change it.
const MASKED: &[&str] = &[
    "acpi",
    "asound",
    "buddyinfo",
    "cmdline",
    "config.gz",
    "interrupts",
    "iomem",
    "ioports",
    "kallsyms",
    "kcore",
    "key-users",
    "keys",
    "kmsg",
    "kpagecgroup",
    "kpagecount",
    "kpageflags",
    "latency_stats",
    "modules",
    "mtrr",
    "pagetypeinfo",
    "partitions",
    "sched_debug",
    "scsi",
    "slabinfo",
    "swaps",
    "sysrq-trigger",
    "timer_list",
    "timer_stats",
    "vmallocinfo",
    "zoneinfo",
];
/// Parts of `/proc` where even a root without capabilities could write.
const READ_ONLY: &[&str] = &["bus", "fs", "irq", "sys"];
/// Folders programs may write to wherever they run.
const TEMPORARY: &[&str] = &["tmp", "var/tmp", "run", "dev/shm"];

/// Builds it and moves in. Returns the folder that collects what the engine writes.
pub(super) fn build(world: &World) -> Result<OwnedFd, Trouble> {
    let workshop = &world.workshop;
    let size = format!("size={},mode=0755", world.scratch_bytes);
    mount_at("tmpfs", workshop, "tmpfs", nothing_special(), &size).doing("mounting the workshop")?;
    std::env::set_current_dir(workshop).doing("entering the workshop")?;
    for folder in ["upper", "work", "root", "layers", "dev"] {
        fs::create_dir(folder).doing("furnishing the workshop")?;
    }
    stack(world).doing("stacking the image's layers")?;
    let upper = rustix::fs::open("upper", OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .doing("opening the writable layer")?;
    let root = workshop.join("root");
    furnish(&root).doing("making folders every program expects")?;
    devices(&root.join("dev"), world.lone_user.is_some()).doing("making devices")?;
    // While the host's is still in sight: without root, the kernel allows a new one only then.
    processes(&root.join("proc"))?;
    move_in(&root).doing("moving into the new root")?;
    name_service();
    Ok(upper)
}

fn nothing_special() -> MountFlags {
    MountFlags::NOSUID | MountFlags::NODEV
}

fn mount_at(kind: &str, at: &Path, source: &str, flags: MountFlags, options: &str) -> io::Result<()> {
    let options = std::ffi::CString::new(options)?;
    Ok(mount(source, at, kind, flags, Some(options.as_c_str()))?)
}

/// The overlay. Layers are named by short links in the current folder: mount options end at one page, and paths may hold
/// colons.
fn stack(world: &World) -> io::Result<()> {
    let mut lower = Vec::new();
    for (number, layer) in world.layers.iter().enumerate() {
        let name = format!("layers/{number:x}");
        symlink(layer, &name)?;
        lower.push(name);
    }
    // overlayfs wants a lower folder even for an image without layers.
    if lower.is_empty() {
        fs::create_dir("layers/none")?;
        lower.push("layers/none".into());
    }
    lower.reverse();
    let options = format!("userxattr,lowerdir={},upperdir=upper,workdir=work", lower.join(":"));
    mount_at("overlay", Path::new("root"), "overlay", nothing_special(), &options)
}

/// Folders to mount on or to write to. A hostile image may have links there, so nothing is followed.
fn furnish(root: &Path) -> io::Result<()> {
    for folder in ["proc", "dev"] {
        real_folder(&root.join(folder), 0o755)?;
    }
    if fs::symlink_metadata(root.join("var")).is_err() {
        real_folder(&root.join("var"), 0o755)?;
    }
    for folder in TEMPORARY.iter().filter(|folder| !folder.starts_with("dev/")) {
        let path = root.join(folder);
        let parent_is_real =
            path.parent().is_some_and(|up| fs::symlink_metadata(up).is_ok_and(|meta| meta.is_dir()));
        if parent_is_real && fs::symlink_metadata(&path).is_err() {
            real_folder(&path, 0o1777)?;
        }
    }
    Ok(())
}

/// A folder at `path`, replacing whatever else the image has there.
fn real_folder(path: &Path, mode: u32) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => return Ok(()),
        Ok(_) => fs::remove_file(path)?,
        Err(_) => {}
    }
    fs::create_dir(path)?;
    fs::set_permissions(path, Permissions::from_mode(mode))
}

/// A fresh `/dev`: the host's own nodes bound one by one, since a user namespace may not make nodes.
fn devices(dev: &Path, rootless: bool) -> io::Result<()> {
    let flags = MountFlags::NOSUID | MountFlags::NOEXEC;
    mount_at("tmpfs", dev, "tmpfs", flags, "size=64k,mode=0755")?;
    for name in DEVICES {
        fs::write(dev.join(name), "")?;
        bind_node(&Path::new("/dev").join(name), &dev.join(name))?;
    }
    for (name, target) in [
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
        ("ptmx", "pts/ptmx"),
    ] {
        symlink(target, dev.join(name))?;
    }
    for folder in ["pts", "shm"] {
        fs::create_dir(dev.join(folder))?;
    }
    let group = if rootless { "" } else { ",gid=5" };
    let options = format!("newinstance,ptmxmode=0666,mode=0620{group}");
    mount_at("devpts", &dev.join("pts"), "devpts", flags, &options)?;
    // Shared memory counts as written: it shares the limit of the workshop.
    fs::create_dir("shm")?;
    fs::set_permissions("shm", Permissions::from_mode(0o1777))?;
    mount_bind("shm", dev.join("shm"))
        .and_then(|()| mount_remount(dev.join("shm"), MountFlags::BIND | flags | MountFlags::NODEV, ""))?;
    Ok(())
}

/// A node of the host, to be read and written but not changed: a read-only mount lets bytes through to the device and
/// keeps an engine that runs as root from giving the host's own `/dev/null` another mode.
fn bind_node(node: &Path, at: &Path) -> io::Result<()> {
    let flags = MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NOEXEC;
    mount_bind(node, at)?;
    Ok(mount_remount(at, flags, "")?)
}

/// Makes `root` the root of everything and lets go of the host's.
fn move_in(root: &Path) -> io::Result<()> {
    std::env::set_current_dir(root)?;
    rustix::process::pivot_root(".", ".")?;
    // The old root now lies over the new one; peel it off.
    rustix::mount::unmount(".", UnmountFlags::DETACH)?;
    std::env::set_current_dir("/")
}

/// Our name server, loopback names, a plain host name. From here on the root is the engine's own, so a link in the image
/// leads nowhere else; it is replaced all the same. An image that makes this impossible, say with a folder of that name,
/// only harms itself: names are served on loopback too.
fn name_service() {
    if fs::symlink_metadata("/etc").is_err() {
        let _ = real_folder(Path::new("/etc"), 0o755);
    }
    for (path, text) in [
        ("/etc/resolv.conf", "nameserver 198.18.0.2\n"),
        (
            "/etc/hosts",
            "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.0.1\tengine\n",
        ),
        ("/etc/hostname", "engine\n"),
    ] {
        let _ = fs::remove_file(path);
        let _ = fs::write(path, text);
    }
}

/// `/proc` of the engine's own processes only.
fn processes(proc: &Path) -> Result<(), Trouble> {
    let flags = nothing_special() | MountFlags::NOEXEC;
    // The older wording (before Linux 5.8) does not hide us from the root group.
    mount_at("proc", proc, "proc", flags, "hidepid=ptraceable")
        .or_else(|_| mount_at("proc", proc, "proc", flags, "hidepid=2"))
        .doing("mounting /proc")?;
    for name in READ_ONLY {
        let path = proc.join(name);
        if path.exists() {
            mount_bind(&path, &path)
                .and_then(|()| mount_remount(&path, MountFlags::BIND | MountFlags::RDONLY | flags, ""))
                .doing(format!("protecting /proc/{name}"))?;
        }
    }
    for name in MASKED {
        let path = proc.join(name);
        let Ok(meta) = fs::metadata(&path) else { continue };
        let masked = if meta.is_dir() {
            mount_at("tmpfs", &path, "tmpfs", flags | MountFlags::RDONLY, "size=0,mode=0555")
        } else {
            bind_node(Path::new("/dev/null"), &path)
        };
        masked.doing(format!("masking /proc/{name}"))?;
    }
    Ok(())
}
