//! The other end of the filter: hear of a call, answer it.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

/// `_IOWR('!', 0, struct seccomp_notif)` and its kin, which the C library binding lacks.
const RECEIVE: libc::Ioctl = request(3, 0, size_of::<libc::seccomp_notif>());
const SEND: libc::Ioctl = request(3, 1, size_of::<libc::seccomp_notif_resp>());
const ID_VALID: libc::Ioctl = request(1, 2, size_of::<u64>());

/// The kernel's way to number its `ioctl` requests: direction, size, kind `!`, number.
const fn request(direction: u64, number: u64, size: usize) -> libc::Ioctl {
    (direction << 30 | (size as u64) << 16 | (b'!' as u64) << 8 | number) as libc::Ioctl
}

/// A call that waits for our answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notification {
    id: u64,
    /// The thread, in our numbering.
    pub(crate) thread: i32,
    /// Number of the call.
    pub(crate) number: i32,
    /// Architecture word.
    pub(crate) arch: u32,
    /// Arguments as they are in the registers.
    pub(crate) arguments: [u64; 6],
}

/// What becomes of the call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reply {
    /// It runs as if nobody had looked.
    Continue,
    /// It fails with this error number.
    Fail(i32),
}

/// The listening descriptor.
#[derive(Debug)]
pub(crate) struct Listener(OwnedFd);

impl Listener {
    pub(crate) fn new(fd: OwnedFd) -> Self {
        Self(fd)
    }

    /// The next call; `None` when the caller died or was interrupted before we looked. Blocks unless polled before.
    pub(crate) fn receive(&self) -> io::Result<Option<Notification>> {
        // SAFETY: plain data for which all zeroes is valid; the kernel even demands it.
        let mut raw: libc::seccomp_notif = unsafe { std::mem::zeroed() };
        match self.ioctl(RECEIVE, &mut raw) {
            Ok(()) => Ok(Some(Notification {
                id: raw.id,
                thread: raw.pid as i32,
                number: raw.data.nr,
                arch: raw.data.arch,
                arguments: raw.data.args,
            })),
            Err(error) => match error.raw_os_error() {
                Some(libc::ENOENT | libc::EINTR) => Ok(None),
                _ => Err(error),
            },
        }
    }

    /// Whether the caller still waits in this very call: what was read of its memory is then its own.
    pub(crate) fn still_waits(&self, call: &Notification) -> bool {
        let mut id = call.id;
        self.ioctl(ID_VALID, &mut id).is_ok()
    }

    /// Answers. A caller that died meanwhile needs none.
    pub(crate) fn reply(&self, call: &Notification, reply: Reply) -> io::Result<()> {
        let (error, flags) = match reply {
            Reply::Continue => (0, libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32),
            Reply::Fail(errno) => (-errno, 0),
        };
        let mut raw = libc::seccomp_notif_resp { id: call.id, val: 0, error, flags };
        match self.ioctl(SEND, &mut raw) {
            Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(()),
            other => other,
        }
    }

    fn ioctl<T>(&self, code: libc::Ioctl, argument: &mut T) -> io::Result<()> {
        // SAFETY: each code carries the size of its structure, and each caller passes that structure.
        let done = unsafe { libc::ioctl(self.0.as_raw_fd(), code, std::ptr::from_mut(argument)) };
        if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
