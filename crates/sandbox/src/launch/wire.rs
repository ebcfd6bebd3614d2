//! Messages between us and our helpers inside the sandbox: one packet each, with descriptors beside it. The peers are our
//! own code, but they share a kernel with the engine, so sizes are bounded all the same.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Longest message in bytes; what may be longer travels in a memory file.
const LONGEST: usize = 16 * 1024;
/// Most descriptors in one message.
const DESCRIPTORS: usize = 8;
/// Largest memory file read back: arguments and environment may take 2 MiB, the rest is small.
const LARGEST_PARCEL: u64 = 64 * 1024 * 1024;

/// One end of a packet socket.
#[derive(Debug)]
pub(super) struct Wire(OwnedFd);

/// What arrived.
#[derive(Debug)]
pub(super) struct Received<T> {
    pub(super) message: T,
    pub(super) descriptors: Vec<OwnedFd>,
    /// The sender's process id in our own numbering.
    pub(super) sender: Option<i32>,
}

impl Wire {
    /// A connected pair; the first end learns the process ids of those who write to it.
    pub(super) fn pair() -> io::Result<(Self, Self)> {
        let (near, far) =
            rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        rustix::net::sockopt::set_socket_passcred(&near, true)?;
        Ok((Self(near), Self(far)))
    }

    pub(super) fn from_fd(fd: OwnedFd) -> Self {
        Self(fd)
    }

    pub(super) fn into_fd(self) -> OwnedFd {
        self.0
    }

    /// Sends `message` with `descriptors` beside it.
    pub(super) fn send(&self, message: &impl Serialize, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
        let bytes = serde_json::to_vec(message)?;
        if bytes.len() > LONGEST {
            return Err(io::Error::other("a message to a helper is too long"));
        }
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
        let mut beside = SendAncillaryBuffer::new(&mut space);
        if !descriptors.is_empty() && !beside.push(SendAncillaryMessage::ScmRights(descriptors)) {
            return Err(io::Error::other("too many descriptors for one message"));
        }
        let parts = [IoSlice::new(&bytes)];
        rustix::io::retry_on_intr(|| {
            rustix::net::sendmsg(&self.0, &parts, &mut beside, SendFlags::NOSIGNAL)
        })?;
        Ok(())
    }

    /// The next message; `None` when the other end is gone.
    pub(super) fn receive<T: DeserializeOwned>(&self) -> io::Result<Option<Received<T>>> {
        let mut bytes = vec![0; LONGEST];
        let mut space =
            [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS), ScmCredentials(1))];
        let mut beside = RecvAncillaryBuffer::new(&mut space);
        let length = rustix::io::retry_on_intr(|| {
            let mut parts = [IoSliceMut::new(&mut bytes)];
            rustix::net::recvmsg(&self.0, &mut parts, &mut beside, RecvFlags::CMSG_CLOEXEC)
        })?
        .bytes;
        if length == 0 {
            return Ok(None);
        }
        let (mut descriptors, mut sender) = (Vec::new(), None);
        for item in beside.drain() {
            match item {
                RecvAncillaryMessage::ScmRights(fds) => descriptors.extend(fds),
                RecvAncillaryMessage::ScmCredentials(who) => sender = Some(who.pid.as_raw_pid()),
                _ => {}
            }
        }
        let message = serde_json::from_slice(bytes.get(..length).unwrap_or_default())?;
        Ok(Some(Received { message, descriptors, sender }))
    }

    /// As [`Self::receive`], but gives up after `patience` with `TimedOut`.
    pub(super) fn receive_within<T: DeserializeOwned>(
        &self,
        patience: Duration,
    ) -> io::Result<Option<Received<T>>> {
        let wait = Timespec::try_from(patience).map_err(io::Error::other)?;
        let mut interest = [PollFd::new(&self.0, PollFlags::IN)];
        if rustix::io::retry_on_intr(|| poll(&mut interest, Some(&wait)))? == 0 {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.receive()
    }
}

impl AsFd for Wire {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Puts a long message into a memory file, to be sent as a descriptor.
pub(super) fn parcel(content: &impl Serialize) -> io::Result<OwnedFd> {
    use std::io::Write;
    let fd = rustix::fs::memfd_create("parcel", rustix::fs::MemfdFlags::CLOEXEC)?;
    let mut file = std::fs::File::from(fd);
    file.write_all(&serde_json::to_vec(content)?)?;
    Ok(file.into())
}

/// Reads what [`parcel`] made.
pub(super) fn unwrap_parcel<T: DeserializeOwned>(fd: OwnedFd) -> io::Result<T> {
    use std::io::{Read, Seek};
    let mut file = std::fs::File::from(fd);
    file.rewind()?;
    let mut bytes = Vec::new();
    file.take(LARGEST_PARCEL).read_to_end(&mut bytes)?;
    Ok(serde_json::from_slice(&bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_words_descriptors_and_the_sender() {
        let (near, far) = Wire::pair().unwrap();
        let load = parcel(&vec!["x".repeat(100_000)]).unwrap();
        far.send(&"hello", &[load.as_fd()]).unwrap();
        let mut got = near.receive::<String>().unwrap().unwrap();
        assert_eq!(got.message, "hello");
        assert_eq!(got.sender, Some(std::process::id() as i32));
        let load: Vec<String> = unwrap_parcel(got.descriptors.pop().unwrap()).unwrap();
        assert_eq!(load[0].len(), 100_000);
        let silence = near.receive_within::<String>(Duration::ZERO).unwrap_err();
        assert_eq!(silence.kind(), io::ErrorKind::TimedOut);
        drop(far);
        assert!(near.receive::<String>().unwrap().is_none());
    }
}
