//! What the engine cannot do.

use assay_core::run::{EngineRunner, Fate, Protocol, Stream};

use crate::stage::{MachineIds, Stage, lines};

/// Every family and every denied call, tried from inside.
pub(crate) fn the_filter_denies_what_it_should() {
    let stage = Stage::new();
    let mut plan = stage.plan("prober");
    plan.process.user = String::new();
    plan.timing.work = std::time::Duration::from_secs(60);
    let evidence = stage.run(&plan);
    let said = lines(&evidence, Stream::Stdout);
    let mut calls = 0;
    for line in &said {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["socket", rest @ ..] => {
                let [family, kind, protocol, errno] =
                    rest.iter().map(|n| n.parse().unwrap()).collect::<Vec<i32>>()[..]
                else {
                    panic!("{line}")
                };
                assert_eq!(errno == 0, may_open(family, kind, protocol, errno), "{line}");
            }
            ["call", "int80" | "x32" | "clone3", errno] => {
                assert_eq!(*errno, libc::ENOSYS.to_string(), "{line}")
            }
            ["call", name, errno] => {
                calls += 1;
                assert_eq!(*errno, libc::EPERM.to_string(), "{line}");
                let told = |event: &&assay_core::run::NetworkEvent| {
                    event.name.as_deref().is_some_and(|told| told.starts_with(name))
                        && event.fate == Fate::Denied
                };
                assert!(evidence.network.iter().any(|event| told(&event)), "{name} is not in the evidence");
            }
            _ => panic!("{line}"),
        }
    }
    assert_eq!(calls, 40);
    for name in [
        "AF_VSOCK",
        "AF_PACKET",
        "AF_ALG",
        "a system call of a foreign architecture",
        "raw socket, protocol 0",
    ] {
        assert!(evidence.network.iter().any(|event| event.name.as_deref() == Some(name)), "{name}");
    }
    assert!(evidence.network.iter().any(|event| event.protocol == Protocol::IoUring));
    assert_eq!(evidence.exit.code, Some(0));
}

/// An engine that runs as root has the host's user id, so what it shares with the host must be out of its reach.
pub(crate) fn root_changes_nothing_it_shares() {
    let words =
        ["change", "/dev/null", "change", "/dev/full", "starve", "1", "starve", "0", "put", "/dev/null"];
    let evidence = Stage::new().run_as_root("worker", &words);
    assert_eq!(
        lines(&evidence, Stream::Stdout),
        [
            "change /dev/null: Read-only file system",
            "change /dev/full: Read-only file system",
            "starve 1: Operation not permitted",
            "starve 0: done",
            "put /dev/null: done",
        ]
    );
}

/// Whether such a socket may be had; one that the kernel itself lacks may fail in any way.
fn may_open(family: i32, kind: i32, protocol: i32, errno: i32) -> bool {
    let stream_or_datagram = kind == libc::SOCK_STREAM || kind == libc::SOCK_DGRAM;
    match family {
        libc::AF_UNIX => errno == 0,
        libc::AF_INET | libc::AF_INET6 => {
            let known = matches!(protocol, 0 | 1 | 6 | 17 | 58 | 262);
            stream_or_datagram && known && errno == 0
        }
        libc::AF_NETLINK => matches!(protocol, 0 | 4 | 15) && errno == 0,
        _ => false,
    }
}

/// Root without capabilities still owns the kernel's settings: they must be out of reach.
pub(crate) fn root_inside_is_nobody() {
    let evidence = Stage::new().run_as_root(
        "worker",
        &[
            "put",
            "/proc/sys/kernel/hostname",
            "put",
            "/proc/sysrq-trigger",
            "put",
            "/proc/1/oom_score_adj",
            "put",
            "/dev/console",
            "put",
            "/etc/written",
            "look",
            "/proc/1/cmdline",
            "look",
            "/proc/self/status",
            "look",
            "/etc/resolv.conf",
            "look",
            "/etc/hostname",
            "look",
            "/sys/kernel/notes",
        ],
    );
    let said = lines(&evidence, Stream::Stdout).join("\n");
    assert!(said.contains("put /proc/sys/kernel/hostname: Read-only file system"), "{said}");
    assert!(said.contains("put /proc/1/oom_score_adj: No such file or directory"), "{said}");
    assert!(
        said.contains("put /dev/console: done") || said.contains("put /dev/console: Permission denied"),
        "{said}"
    );
    assert!(said.contains("put /etc/written: done"), "{said}");
    assert!(said.contains("look /proc/1/cmdline: No such file or directory"), "{said}");
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert!(said.contains(&format!("{set}:\t0000000000000000")), "{set}: {said}");
    }
    assert!(said.contains("NoNewPrivs:\t1") && said.contains("Seccomp:\t2"), "{said}");
    assert!(said.contains("look /etc/resolv.conf: nameserver 198.18.0.2"), "{said}");
    assert!(said.contains("look /etc/hostname: engine"), "{said}");
    assert!(said.contains("look /sys/kernel/notes: No such file or directory"), "{said}");
    // A file of that name in the engine's own memory, not the host's console.
    assert_eq!(evidence.files_written, ["/etc/written"]);
}

pub(crate) fn many_layers_stack_in_order() {
    let stage = Stage::new();
    let mut plan = stage.plan_with("worker", &["look", "/which", "look", "/only-low", "look", "/gone"]);
    let deep = stage.folder.path().join("a:folder,with=odd signs").join("x".repeat(150));
    for number in 0..120 {
        let layer = deep.join(number.to_string());
        std::fs::create_dir_all(&layer).unwrap();
        std::fs::write(layer.join("which"), format!("layer {number}")).unwrap();
        if number == 0 {
            std::fs::write(layer.join("only-low"), "low").unwrap();
            std::fs::write(layer.join("gone"), "here").unwrap();
        }
        if number == 7 {
            let mode = rustix::fs::Mode::from_raw_mode(0o600);
            rustix::fs::mknodat(
                rustix::fs::CWD,
                layer.join("gone"),
                rustix::fs::FileType::CharacterDevice,
                mode,
                0,
            )
            .unwrap();
        }
        plan.rootfs.layers.push(layer);
    }
    let said = lines(&stage.run(&plan), Stream::Stdout).join("\n");
    assert!(said.contains("look /which: layer 119\n"), "{said}");
    assert!(said.contains("look /only-low: low\n"), "{said}");
    assert!(said.contains("look /gone: No such file"), "{said}");
}

/// Links and pipes where the sandbox mounts, writes and reads: nothing outside is touched, and the engine runs.
pub(crate) fn a_hostile_image_reaches_nothing_outside() {
    use std::os::unix::fs::symlink;
    let stage = Stage::new();
    let outside = stage.folder.path().join("outside");
    std::fs::create_dir_all(outside.join("sub")).unwrap();
    let mut plan =
        stage.plan_with("worker", &["put", "/tmp/x", "look", "/etc/resolv.conf", "look", "/proc/self/comm"]);
    plan.process.user = "1000:1000".into();
    let trap = stage.folder.path().join("layers/trap");
    std::fs::create_dir_all(trap.join("etc")).unwrap();
    std::fs::create_dir_all(trap.join("var")).unwrap();
    for name in ["dev", "proc", "run", "var/tmp", "sys"] {
        symlink(&outside, trap.join(name)).unwrap();
    }
    for name in ["resolv.conf", "hosts", "hostname"] {
        symlink(outside.join("sub/target"), trap.join("etc").join(name)).unwrap();
    }
    let fifo = rustix::fs::FileType::Fifo;
    let mode = rustix::fs::Mode::from_raw_mode(0o666);
    rustix::fs::mknodat(rustix::fs::CWD, trap.join("etc/passwd"), fifo, mode, 0).unwrap();
    symlink("/dev/zero", trap.join("etc/group")).unwrap();
    plan.rootfs.layers.push(trap);
    let evidence = stage.run(&plan);
    assert_eq!(evidence.exit.code, Some(0), "{:?}", evidence.logs);
    let said = lines(&evidence, Stream::Stdout).join("\n");
    assert!(said.contains("look /etc/resolv.conf: nameserver 198.18.0.2"), "{said}");
    assert!(said.contains("look /proc/self/comm: engine"), "{said}");
    // The task's own file cannot be placed: the image's trouble, told as such.
    symlink(&outside, stage.folder.path().join("layers/trap/tmp")).unwrap();
    plan.id = assay_core::RunId::new(&MachineIds);
    let evidence = stage.run(&plan);
    assert_eq!((evidence.exit.code, evidence.exit.unasked), (Some(127), true));
    assert!(
        lines(&evidence, Stream::Stderr)[0].starts_with("cannot place the task's files"),
        "{:?}",
        evidence.logs
    );
    assert_eq!(std::fs::read_dir(outside.join("sub")).unwrap().count(), 0);
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 1);
}

/// A layer that cannot be mounted is our trouble, and leaves nothing lying about.
pub(crate) fn a_run_that_cannot_be_armed_is_a_fault_and_leaves_nothing() {
    let stage = Stage::new();
    let file = stage.folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    for layer in [stage.folder.path().join("missing"), file] {
        let mut plan = stage.plan("hello");
        plan.rootfs.layers.push(layer);
        let fault = stage.sandbox.run(&plan, &assay_core::Silent, assay_core::Step::Run).unwrap_err();
        assert_eq!(fault.kind, "sandbox-not-armed", "{fault}");
        let state = stage.folder.path().join("state");
        let left: Vec<_> =
            std::fs::read_dir(state).unwrap().flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(left, ["gate"]);
        let own = format!("assay-{}", plan.id);
        let group = std::fs::read_dir("/sys/fs/cgroup").unwrap().flatten();
        assert!(group.map(|hierarchy| hierarchy.path().join(&own)).all(|group| !group.exists()));
    }
}
