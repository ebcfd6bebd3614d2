//! Reads another process's memory, a few bytes at a time.

use std::io;

/// Why memory could not be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unreadable {
    /// There is nothing at the address: the kernel will find that too, and the call fails.
    Empty,
    /// We may not, or the process is gone.
    Refused,
}

/// Fills `into` from `address` in the memory of `thread`. Fewer bytes than asked are `Empty`.
pub(crate) fn read(thread: i32, address: u64, into: &mut [u8]) -> Result<(), Unreadable> {
    let local = libc::iovec { iov_base: into.as_mut_ptr().cast(), iov_len: into.len() };
    let remote = libc::iovec { iov_base: address as usize as *mut libc::c_void, iov_len: into.len() };
    // SAFETY: the kernel writes at most `into.len()` bytes into `into`, which lives during the call; the remote address
    // is only looked up in the other process.
    let got = unsafe { libc::process_vm_readv(thread, &raw const local, 1, &raw const remote, 1, 0) };
    match usize::try_from(got) {
        Ok(length) if length == into.len() => Ok(()),
        Ok(_) => Err(Unreadable::Empty),
        Err(_) => match io::Error::last_os_error().raw_os_error() {
            Some(libc::EFAULT) => Err(Unreadable::Empty),
            _ => Err(Unreadable::Refused),
        },
    }
}

/// A native-endian `u64` at `offset` of what was read.
pub(crate) fn word(bytes: &[u8], offset: usize) -> u64 {
    let word = bytes.get(offset..offset + 8).and_then(|word| word.try_into().ok());
    word.map_or(0, u64::from_ne_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_there_and_says_what_is_not() {
        let secret = *b"assay";
        let mut seen = [0; 5];
        let me = std::process::id() as i32;
        assert_eq!(read(me, secret.as_ptr() as u64, &mut seen), Ok(()));
        assert_eq!(seen, secret);
        assert_eq!(read(me, 8, &mut seen), Err(Unreadable::Empty));
        assert_eq!(read(i32::MAX, 8, &mut seen), Err(Unreadable::Refused));
    }
}
