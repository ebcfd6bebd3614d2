//! Where this host keeps its control groups, and where in them we are.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::unified::Unified;
use super::version1::Version1;
use super::{Ceilings, Group, files};

/// Controllers of version 1 that we use where they are. Memory must be among them.
const WANTED: &[&str] = &["memory", "cpu", "cpuacct", "pids", "freezer"];

/// Our own place in each hierarchy: groups are made below it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Places {
    /// Version 1, by controller.
    controllers: BTreeMap<String, PathBuf>,
    /// Version 2: its root, and our group in it.
    unified: Option<(PathBuf, PathBuf)>,
}

/// What kind of host it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Version1,
    Hybrid,
    Version2,
    None,
}

impl Places {
    /// Reads them from `/proc`.
    pub(crate) fn find() -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        Self::parse(&read("/proc/self/mountinfo"), &read("/proc/self/cgroup"))
    }

    fn parse(mounts: &str, own: &str) -> Self {
        let mut places = Self::default();
        for mount in mounts.lines().filter_map(Mount::parse) {
            match mount.kind {
                "cgroup2" => {
                    let here = mount.resolve(own_path(own, ""));
                    places.unified = Some((mount.point.into(), here));
                }
                _ => {
                    for controller in mount.options.split(',').filter(|name| WANTED.contains(name)) {
                        let here = mount.resolve(own_path(own, controller));
                        places.controllers.insert(controller.into(), here);
                    }
                }
            }
        }
        places
    }

    /// Which kind it is, from what is mounted; whether we may use it shows on trying.
    pub(crate) fn kind(&self) -> Kind {
        match (self.controllers.contains_key("memory"), &self.unified) {
            (true, Some(_)) => Kind::Hybrid,
            (true, None) => Kind::Version1,
            (false, Some((root, _))) if offers_memory(root) => Kind::Version2,
            (false, _) => Kind::None,
        }
    }

    /// Folders of groups named `name`, made or not: to be written down before they are made.
    pub(crate) fn leaves(&self, name: &str) -> Vec<PathBuf> {
        let mut parents: Vec<&PathBuf> = self.controllers.values().collect();
        parents.extend(self.unified.iter().flat_map(|(root, here)| [root, here]));
        parents.sort();
        parents.dedup();
        parents.into_iter().map(|parent| parent.join(name)).collect()
    }

    /// Makes the group.
    ///
    /// # Errors
    /// When this host has none or we may not. What was made before the failure is for [`super::remove`].
    pub(crate) fn create(&self, name: &str, ceilings: Ceilings) -> io::Result<Box<dyn Group>> {
        match self.kind() {
            Kind::Version1 | Kind::Hybrid => {
                let side = self.unified.as_ref().map(|(_, here)| here.join(name));
                Ok(Box::new(Version1::create(&self.controllers, name, side, ceilings)?))
            }
            Kind::Version2 => {
                let (root, here) = self.unified.as_ref().ok_or(io::ErrorKind::NotFound)?;
                Ok(Box::new(Unified::create(&[here, root], name, ceilings)?))
            }
            Kind::None => Err(io::Error::new(
                io::ErrorKind::NotFound,
                "no control group hierarchy with a memory controller is mounted",
            )),
        }
    }
}

fn offers_memory(root: &Path) -> bool {
    files::text(root, "cgroup.controllers")
        .is_ok_and(|names| names.split_whitespace().any(|name| name == "memory"))
}

/// A line of `/proc/self/mountinfo` that is a control group hierarchy.
struct Mount<'a> {
    root: &'a str,
    point: &'a str,
    kind: &'a str,
    options: &'a str,
}

impl<'a> Mount<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (front, back) = line.split_once(" - ")?;
        let mut front = front.split(' ').skip(3);
        let (root, point) = (front.next()?, front.next()?);
        let mut back = back.split(' ');
        let kind = back.next().filter(|kind| matches!(*kind, "cgroup" | "cgroup2"))?;
        Some(Self { root, point, kind, options: back.nth(1)? })
    }

    /// The folder of the group `path`. What lies outside the mounted part is not to be seen; then its top must do.
    fn resolve(&self, path: Option<&str>) -> PathBuf {
        let below = path.and_then(|path| Path::new(path).strip_prefix(self.root).ok());
        Path::new(self.point).join(below.unwrap_or(Path::new("")))
    }
}

/// Our group in the hierarchy of `controller`, from `/proc/self/cgroup`; an empty name means version 2.
fn own_path<'a>(own: &'a str, controller: &str) -> Option<&'a str> {
    own.lines().find_map(|line| {
        let (names, path) = line.split_once(':')?.1.split_once(':')?;
        names.split(',').any(|name| name == controller).then_some(path)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hybrid_with_joined_controllers() {
        let mounts = "22 27 0:21 / /proc rw - proc proc rw\n\
            32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid - cgroup cgroup rw,cpu,cpuacct\n\
            35 31 0:32 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory\n\
            41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
        let own = "4:memory:/a/b\n3:cpu,cpuacct:/c\n0::/u\n";
        let places = Places::parse(mounts, own);
        assert_eq!(places.kind(), Kind::Hybrid);
        assert_eq!(
            places.leaves("x"),
            ["cpu,cpuacct/c/x", "memory/a/b/x", "unified/x", "unified/u/x"]
                .map(|path| PathBuf::from("/sys/fs/cgroup").join(path))
        );
    }

    #[test]
    fn part_of_a_hierarchy_and_nothing_at_all() {
        let mounts = "9 1 0:9 /docker/1 /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
        let inside = Places::parse(mounts, "1:memory:/docker/1/x\n");
        assert_eq!(inside.leaves("y"), [PathBuf::from("/sys/fs/cgroup/memory/x/y")]);
        let outside = Places::parse(mounts, "1:memory:/elsewhere\n");
        assert_eq!(outside.leaves("y"), [PathBuf::from("/sys/fs/cgroup/memory/y")]);
        assert_eq!(inside.kind(), Kind::Version1);
        assert_eq!(Places::parse("garbage\n - \n", ":::\n").kind(), Kind::None);
    }
}
