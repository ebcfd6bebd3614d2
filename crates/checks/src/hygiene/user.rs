//! IMG-006: who the engine runs as.

use assay_core::{Code, Fault, Finding, Place};
use assay_image::View;

use super::{CONFIG, read_small};

/// Largest account file read, in bytes.
const ACCOUNTS: u64 = 1 << 20;

/// The image's user, looked up in the image.
pub(super) enum User {
    /// Numbers of user and group.
    Known(u32, u32),
    /// A name that `/etc/passwd` or `/etc/group` does not have.
    Unknown(String),
}

impl User {
    /// The numbers, when known.
    pub(super) fn ids(&self) -> Option<(u32, u32)> {
        match self {
            Self::Known(uid, gid) => Some((*uid, *gid)),
            Self::Unknown(_) => None,
        }
    }
}

/// Looks up `user`, `uid`, `user:group` or `uid:gid`; empty is root.
pub(super) fn resolve(user: &str, view: &View) -> Result<User, Fault> {
    if user.is_empty() {
        return Ok(User::Known(0, 0));
    }
    let (name, group) = user.split_once(':').map_or((user, None), |(name, group)| (name, Some(group)));
    let accounts = read_small(view, "/etc/passwd", ACCOUNTS)?.unwrap_or_default();
    let Some((uid, own_group)) = account(&accounts, name) else {
        return Ok(User::Unknown(name.into()));
    };
    let Some(group) = group.filter(|group| !group.is_empty()) else {
        return Ok(User::Known(uid, own_group));
    };
    let groups = read_small(view, "/etc/group", ACCOUNTS)?.unwrap_or_default();
    Ok(match number(group).or_else(|| column(&groups, group, 2)) {
        Some(gid) => User::Known(uid, gid),
        None => User::Unknown(group.into()),
    })
}

/// Numbers of an account given by name or number; a number without an account has group 0.
fn account(accounts: &[u8], name: &str) -> Option<(u32, u32)> {
    let by_name = column(accounts, name, 2).zip(column(accounts, name, 3));
    by_name.or_else(|| number(name).map(|uid| (uid, 0)))
}

/// A numeric column of the line that begins with `name`.
fn column(file: &[u8], name: &str, index: usize) -> Option<u32> {
    let text = String::from_utf8_lossy(file);
    let mut lines = text.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let line = lines.find(|line| line.first().is_some_and(|first| *first == name))?;
    number(line.get(index)?)
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// A user that is root, or that nobody knows.
pub(super) fn judge(written: &str, user: &User) -> Option<Finding> {
    let place = Place::pointer(CONFIG, "/config/User");
    match user {
        User::Known(0, _) => {
            let how = if written.is_empty() {
                "no user is set".to_owned()
            } else {
                format!("the user is `{written}`")
            };
            let observed = format!("the engine runs as root: {how}");
            Some(Finding::error(Code::IMG_006, observed, "an unprivileged user").at(place))
        }
        User::Known(..) => None,
        User::Unknown(name) => {
            let shown: String = name.chars().take(60).collect();
            let finding = Finding::error(
                Code::IMG_005,
                format!(
                    "the image cannot be started: its user or group `{shown}` is not in the image's account files"
                ),
                "a user of `/etc/passwd`, or a number",
            );
            Some(finding.at(place).fix("create the account in the Dockerfile, or write `USER 65534:65534`"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &[u8] =
        b"root:x:0:0::/root:/bin/sh\nengine:x:1000:1001::/:/bin/false\ntoor:x:0:0::/:/bin/sh\nbroken\n";

    #[test]
    fn names_and_numbers_are_found() {
        assert_eq!(account(PASSWD, "engine"), Some((1000, 1001)));
        assert_eq!(account(PASSWD, "toor"), Some((0, 0)), "another name for root");
        assert_eq!(account(PASSWD, "65534"), Some((65534, 0)));
        assert_eq!(account(PASSWD, "nobody"), None);
        assert_eq!(account(PASSWD, "broken"), None);
        assert_eq!(account(PASSWD, "99999999999"), None);
        assert_eq!(account(PASSWD, ""), None);
    }

    #[test]
    fn root_by_any_name_is_told() {
        assert_eq!(judge("", &User::Known(0, 0)).unwrap().code, Code::IMG_006);
        assert_eq!(judge("toor", &User::Known(0, 0)).unwrap().code, Code::IMG_006);
        assert_eq!(judge("engine", &User::Known(1000, 0)), None);
        assert_eq!(judge("ghost", &User::Unknown("ghost".into())).unwrap().code, Code::IMG_005);
    }
}
