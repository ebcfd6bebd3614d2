//! Puts the filter in force for the calling thread and what it becomes.

use std::io;
use std::os::fd::{FromRawFd, OwnedFd};

/// A waiting call is only interrupted by a deadly signal (Linux 5.19): a runtime that signals its own threads would
/// otherwise make every call come twice.
const WAIT_KILLABLE_RECV: libc::c_ulong = 1 << 5;

/// Installs `filter`; also says whether waiting calls are steady.
///
/// # Errors
/// Those of `seccomp(2)`. `no_new_privs` must be set.
pub(crate) fn install(filter: &[libc::sock_filter]) -> io::Result<(OwnedFd, bool)> {
    let listening = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER;
    match attempt(filter, listening | WAIT_KILLABLE_RECV) {
        Ok(listener) => Ok((listener, true)),
        Err(old) if old.raw_os_error() == Some(libc::EINVAL) => Ok((attempt(filter, listening)?, false)),
        Err(other) => Err(other),
    }
}

fn attempt(filter: &[libc::sock_filter], flags: libc::c_ulong) -> io::Result<OwnedFd> {
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_ptr().cast_mut() };
    // SAFETY: the kernel copies the program during the call; `program` and what it points to live until it returns. The
    // descriptor returned is new and ours.
    unsafe {
        match libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const program) {
            -1 => Err(io::Error::last_os_error()),
            fd => Ok(OwnedFd::from_raw_fd(fd as i32)),
        }
    }
}

/// Whether the kernel knows the action on which the filter rests.
pub(crate) fn can_notify() -> bool {
    let action: u32 = libc::SECCOMP_RET_USER_NOTIF;
    // SAFETY: the kernel reads one number, which lives during the call.
    unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_GET_ACTION_AVAIL, 0, &raw const action) == 0 }
}
