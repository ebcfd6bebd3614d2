//! Numbers and names of the system calls the filter knows, one table for each processor.

#[cfg(target_arch = "x86_64")]
mod native {
    /// `AUDIT_ARCH_X86_64`: ELF machine 62, 64 bits, little endian.
    pub(crate) const ARCH: u32 = 62 | 0x8000_0000 | 0x4000_0000;
    /// Calls of the x32 kind share the architecture word and carry this bit.
    pub(crate) const FOREIGN_BIT: u32 = 0x4000_0000;
}

#[cfg(target_arch = "aarch64")]
mod native {
    /// `AUDIT_ARCH_AARCH64`: ELF machine 183, 64 bits, little endian.
    pub(crate) const ARCH: u32 = 183 | 0x8000_0000 | 0x4000_0000;
    /// No second kind of call on this processor; no real number reaches this bit.
    pub(crate) const FOREIGN_BIT: u32 = 0x4000_0000;
}

pub(crate) use native::{ARCH as NATIVE, FOREIGN_BIT};

/// Calls that could change the sandbox, look into other processes or load code into the kernel. Denied, and each attempt
/// is recorded.
pub(crate) const ESCAPES: &[(libc::c_long, &str)] = &[
    (libc::SYS_unshare, "unshare"),
    (libc::SYS_setns, "setns"),
    (libc::SYS_mount, "mount"),
    (libc::SYS_umount2, "umount2"),
    (libc::SYS_pivot_root, "pivot_root"),
    (libc::SYS_open_tree, "open_tree"),
    (libc::SYS_move_mount, "move_mount"),
    (libc::SYS_fsopen, "fsopen"),
    (libc::SYS_fsconfig, "fsconfig"),
    (libc::SYS_fsmount, "fsmount"),
    (libc::SYS_fspick, "fspick"),
    (libc::SYS_mount_setattr, "mount_setattr"),
    (OPEN_TREE_ATTR, "open_tree_attr"),
    (libc::SYS_bpf, "bpf"),
    (libc::SYS_perf_event_open, "perf_event_open"),
    (libc::SYS_ptrace, "ptrace"),
    (libc::SYS_process_vm_readv, "process_vm_readv"),
    (libc::SYS_process_vm_writev, "process_vm_writev"),
    (libc::SYS_pidfd_getfd, "pidfd_getfd"),
    (libc::SYS_keyctl, "keyctl"),
    (libc::SYS_add_key, "add_key"),
    (libc::SYS_request_key, "request_key"),
    (libc::SYS_userfaultfd, "userfaultfd"),
    (libc::SYS_open_by_handle_at, "open_by_handle_at"),
    (libc::SYS_kexec_load, "kexec_load"),
    (libc::SYS_kexec_file_load, "kexec_file_load"),
    (libc::SYS_init_module, "init_module"),
    (libc::SYS_finit_module, "finit_module"),
    (libc::SYS_delete_module, "delete_module"),
    (libc::SYS_swapon, "swapon"),
    (libc::SYS_swapoff, "swapoff"),
    (libc::SYS_reboot, "reboot"),
    (libc::SYS_acct, "acct"),
    (libc::SYS_quotactl, "quotactl"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_iopl, "iopl"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_ioperm, "ioperm"),
];

/// Newer than the table of the C library binding; the same number on every processor.
const OPEN_TREE_ATTR: libc::c_long = 467;

/// Calls of the ring interface, which would hide all others from the filter.
pub(crate) const RINGS: &[(libc::c_long, &str)] = &[
    (libc::SYS_io_uring_setup, "io_uring_setup"),
    (libc::SYS_io_uring_enter, "io_uring_enter"),
    (libc::SYS_io_uring_register, "io_uring_register"),
];

/// The name of a call the filter denies by number alone.
pub(crate) fn name_of(number: i32) -> Option<&'static str> {
    let wanted = libc::c_long::from(number);
    ESCAPES.iter().chain(RINGS).find(|(known, _)| *known == wanted).map(|(_, name)| *name)
}
