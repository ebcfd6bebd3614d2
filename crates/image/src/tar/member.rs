//! What a tar archive holds, and what can be wrong with it.

use std::io;

/// Why a stream cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum TarError {
    /// The stream under the archive failed.
    #[error(transparent)]
    Io(io::Error),
    /// It ends in the middle of a member.
    #[error("the archive ends in the middle of {0}")]
    Truncated(&'static str),
    /// A block that should be a header is none.
    #[error("the header at byte {at} is damaged: {what}")]
    Malformed {
        /// Offset of the header in the unpacked stream.
        at: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// An extended header is larger than allowed.
    #[error("an extended header at byte {at} has {size} bytes, more than the {limit} allowed")]
    HeaderTooLarge {
        /// Offset of the header in the unpacked stream.
        at: u64,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
}

/// What a member is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MemberKind {
    /// A regular file.
    File,
    /// A hard link to [`Member::link`].
    Hardlink,
    /// A symbolic link to [`Member::link`].
    Symlink,
    /// A character device.
    CharDevice,
    /// A block device.
    BlockDevice,
    /// A folder.
    Directory,
    /// A named pipe.
    Fifo,
    /// A type flag that image layers do not use.
    Other(u8),
}

/// Something that tar programs read in different ways.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Oddity {
    /// A file in a sparse form; its bytes are not its content.
    Sparse,
    /// A link, folder or device that claims to have data.
    DataWithoutFile,
    /// A global header that gives a path, link or size to every following member.
    GlobalOverride,
    /// More than one extended header of the same kind before a member.
    DoubledHeader,
}

/// One member, without its data.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// Its path as written.
    pub path: Vec<u8>,
    /// Its link target as written; empty unless it is a link.
    pub link: Vec<u8>,
    /// What it is.
    pub kind: MemberKind,
    /// Bytes of data that follow.
    pub size: u64,
    /// Permission bits, with setuid, setgid and sticky.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Time of last change, in seconds since 1970.
    pub mtime: i64,
    /// Whether it carries `security.capability`.
    pub has_capabilities: bool,
    /// Bytes of the extended headers before it.
    pub extended_bytes: u64,
    /// What tar programs would disagree about.
    pub oddity: Option<Oddity>,
}

/// How an archive ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// With its end mark, and nothing but zeros behind it.
    Marked,
    /// Between two members, without the end mark; some builders do so.
    Unmarked,
    /// With its end mark, and more bytes behind it.
    Trailing,
}

/// What a type flag stands for.
pub(super) fn member_kind(flag: u8, path: &[u8]) -> MemberKind {
    match flag {
        // The V7 form has no folders: a trailing slash tells.
        0 | b'0' if path.ends_with(b"/") => MemberKind::Directory,
        0 | b'0' | b'7' | b'S' => MemberKind::File,
        b'1' => MemberKind::Hardlink,
        b'2' => MemberKind::Symlink,
        b'3' => MemberKind::CharDevice,
        b'4' => MemberKind::BlockDevice,
        b'5' => MemberKind::Directory,
        b'6' => MemberKind::Fifo,
        other => MemberKind::Other(other),
    }
}
