//! Who the engine runs as: the `User` of the image configuration looked up in the image's own files, as container
//! runtimes do.

use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, ResolveFlags};

/// Longest `/etc/passwd` or `/etc/group` read.
const LONGEST: u64 = 1024 * 1024;
/// Opening must not wait for a writer.
const READING: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

/// Ids inside the sandbox.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Identity {
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// Supplementary groups, when only a user was named.
    pub(super) groups: Vec<u32>,
    /// Home folder from the image's user list; `/` when it has none.
    pub(super) home: String,
}

/// Looks `user` up (`name`, `uid`, `name:group`, `uid:gid`, or empty) in the lists below `etc`. A name or number out of
/// range is the engine's trouble: it is told in words.
pub(super) fn look_up(user: &str, etc: &Path) -> Result<Identity, String> {
    let passwd = read_list(&etc.join("passwd")).unwrap_or_default();
    let group = read_list(&etc.join("group")).unwrap_or_default();
    resolve(user, &passwd, &group)
}

/// The ids of `user` by the topmost lists in unpacked `layers`, lowest first, for a sandbox that must know them before it
/// can mount. What cannot be found is root.
pub(crate) fn identity_from_layers(user: &str, layers: &[PathBuf]) -> (u32, u32) {
    let topmost = |list: &str| layers.iter().rev().find_map(|layer| read_in_layer(layer, list).ok());
    let (passwd, group) =
        (topmost("etc/passwd").unwrap_or_default(), topmost("etc/group").unwrap_or_default());
    resolve(user, &passwd, &group).map_or((0, 0), |identity| (identity.uid, identity.gid))
}

/// Outside the sandbox a link in the image could lead anywhere, so none is followed.
fn read_in_layer(layer: &Path, list: &str) -> io::Result<String> {
    let layer = rustix::fs::open(layer, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let inside = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    read_regular(rustix::fs::openat2(&layer, list, READING, Mode::empty(), inside)?)
}

fn resolve(user: &str, passwd: &str, groups: &str) -> Result<Identity, String> {
    let (name, group) = match user.split_once(':') {
        Some((name, group)) => (name, Some(group)),
        None => (user, None),
    };
    let name = if name.is_empty() { "0" } else { name };
    let entry = passwd.lines().filter_map(Account::read).find(|account| account.is(name));
    let uid = match &entry {
        Some(account) => account.uid,
        None => number(name).ok_or_else(|| format!("the image has no user `{name}`"))?,
    };
    let gid = match group.filter(|group| !group.is_empty()) {
        Some(group) => group_id(group, groups)?,
        None => entry.as_ref().map_or(0, |account| account.gid),
    };
    let named_group = group.is_some_and(|group| !group.is_empty());
    let member = entry.as_ref().filter(|_| !named_group).map(|account| account.name.as_str());
    let groups = member.map(|member| memberships(member, groups)).unwrap_or_default();
    let home = entry.map(|account| account.home).filter(|home| home.starts_with('/'));
    Ok(Identity { uid, gid, groups, home: home.unwrap_or_else(|| "/".into()) })
}

/// Ids above are taken as "no change" or refused by the kernel.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|id| *id <= i32::MAX as u32)
}

struct Account {
    name: String,
    uid: u32,
    gid: u32,
    home: String,
}

impl Account {
    /// A line `name:password:uid:gid:comment:home:shell`.
    fn read(line: &str) -> Option<Self> {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let (uid, gid) = (number(fields.nth(1)?)?, number(fields.next()?)?);
        Some(Self { name, uid, gid, home: fields.nth(1).unwrap_or_default().to_owned() })
    }

    fn is(&self, wanted: &str) -> bool {
        self.name == wanted || number(wanted) == Some(self.uid)
    }
}

/// A line `name:password:gid:member,member`.
fn group_line(line: &str) -> Option<(&str, u32, &str)> {
    let mut fields = line.split(':');
    let name = fields.next()?;
    let gid = number(fields.nth(1)?)?;
    Some((name, gid, fields.next().unwrap_or_default()))
}

fn group_id(wanted: &str, groups: &str) -> Result<u32, String> {
    let listed =
        groups.lines().filter_map(group_line).find(|(name, ..)| *name == wanted).map(|(_, gid, _)| gid);
    listed.or_else(|| number(wanted)).ok_or_else(|| format!("the image has no group `{wanted}`"))
}

fn memberships(user: &str, groups: &str) -> Vec<u32> {
    let of_user =
        groups.lines().filter_map(group_line).filter(|(.., members)| members.split(',').any(|m| m == user));
    // The kernel's own limit is 65536; nobody needs more than these.
    of_user.map(|(_, gid, _)| gid).take(64).collect()
}

fn read_list(path: &Path) -> io::Result<String> {
    read_regular(rustix::fs::open(path, READING, Mode::empty())?)
}

/// Reads a regular file, not a pipe or device a hostile image may have put there.
fn read_regular(fd: OwnedFd) -> io::Result<String> {
    let file = std::fs::File::from(fd);
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001::/home/app:/bin/sh\nbad:x:y:z\n";
    const GROUPS: &str = "root:x:0:\naudio:x:29:app,other\nstaff:x:50:app\n";

    #[test]
    fn reads_every_form() {
        let of = |user: &str| resolve(user, PASSWD, GROUPS).unwrap();
        let ids = |user: &str| (of(user).uid, of(user).gid);
        assert_eq!(ids(""), (0, 0));
        assert_eq!(of("").home, "/root");
        assert_eq!(ids("app"), (1000, 1001));
        assert_eq!(of("app").groups, [29, 50]);
        assert_eq!(ids("1000"), (1000, 1001));
        assert_eq!(ids("app:staff"), (1000, 50));
        assert!(of("app:staff").groups.is_empty());
        assert_eq!(ids("65534:7"), (65534, 7));
        assert_eq!(of("65534").home, "/");
    }

    #[test]
    fn refuses_what_is_not_there() {
        for user in ["nobody", "app:wheel", "4294967295", "-1", "bad"] {
            assert!(resolve(user, PASSWD, GROUPS).is_err(), "{user}");
        }
    }
}
