//! The distribution's own records in an image: dpkg's in both its forms, and apk's.

use std::collections::{BTreeSet, HashMap};

use assay_image::{Node, NodeKind, ReadError, View};

use super::{Kind, Package, Trouble, apk, dpkg};

/// Bytes of a status file or apk database that are read.
const LARGEST: u64 = 64 << 20;
/// Bytes of one file list.
const LARGEST_LIST: u64 = 16 << 20;
/// Paths in all file lists together.
const MOST_PATHS: usize = 3_000_000;
/// Bytes of all records and lists together; a full desktop system has under 200 MB.
const LARGEST_ALL: u64 = 768 << 20;
/// Folders whose place is remembered.
const MOST_FOLDERS: usize = 200_000;
/// Troubles that are kept; far fewer are shown.
const MOST_TROUBLES: usize = 1_000;
/// Packages of all databases together.
const MOST_PACKAGES: usize = 200_000;
/// Where dpkg keeps its files.
pub(super) const DPKG: &str = "/var/lib/dpkg";
/// Where apk keeps its database, of old and of late.
const APK: [&str; 2] = ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"];

/// What the distribution's records say.
#[derive(Default, Debug)]
pub(super) struct System {
    /// Installed packages.
    pub(super) packages: Vec<Package>,
    /// Every dpkg record, installed or not, by name.
    pub(super) recorded: HashMap<String, Vec<dpkg::Record>>,
    /// Sum and owning package of each file in dpkg's `md5sums`.
    pub(super) sums: HashMap<String, (String, String)>,
    /// Owning package of each path in a `.list` of dpkg or in apk's database.
    pub(super) listed: HashMap<String, String>,
    /// Packages with a `.list`, and with `md5sums`.
    pub(super) with_list: BTreeSet<String>,
    pub(super) with_sums: BTreeSet<String>,
    /// Whether there is a dpkg database in either form, and an apk database.
    pub(super) has_dpkg: bool,
    pub(super) has_apk: bool,
    pub(super) troubles: Vec<Trouble>,
    /// Bytes that may still be read.
    budget: u64,
    folders: Folders,
}

/// Where folders lie once links are followed. Lists name a hundred thousand files in some thousand folders, and in a slim
/// image most of them are gone; each folder is looked for once.
#[derive(Default, Debug)]
struct Folders(HashMap<String, Option<String>>);

impl Folders {
    /// The path under which the view knows a listed file: `/lib/…` is listed, and lies in `/usr/lib/…` on a merged system.
    fn real(&mut self, view: &View, path: String) -> String {
        if view.get(&path).is_some() {
            return path;
        }
        let reached = match path.rsplit_once('/') {
            Some((folder, name)) if !matches!(name, "" | "." | "..") => self.below(view, folder, name),
            _ => view.resolve(&path).ok().map(|(reached, _)| reached),
        };
        reached.unwrap_or(path)
    }

    /// What `name` in `folder` leads to, if anything is there.
    fn below(&mut self, view: &View, folder: &str, name: &str) -> Option<String> {
        let path = format!("{}/{name}", self.place(view, folder)?.trim_end_matches('/'));
        match view.get(&path)?.kind {
            NodeKind::Symlink(_) => view.resolve(&path).ok().map(|(reached, _)| reached),
            _ => Some(path),
        }
    }

    fn place(&mut self, view: &View, folder: &str) -> Option<String> {
        if let Some(known) = self.0.get(folder) {
            return known.clone();
        }
        let found = view.resolve(folder).ok().filter(|(_, node)| node.is_dir()).map(|(reached, _)| reached);
        if self.0.len() < MOST_FOLDERS {
            self.0.insert(folder.to_owned(), found.clone());
        }
        found
    }
}

impl System {
    pub(super) fn read(view: &View) -> Self {
        let mut system = Self { budget: LARGEST_ALL, ..Self::default() };
        system.read_dpkg(view, &format!("{DPKG}/status"), true);
        let parts: Vec<&str> = view.children(&format!("{DPKG}/status.d")).map(|(path, _)| path).collect();
        for path in parts.into_iter().filter(|path| !path.ends_with(".md5sums")) {
            system.read_dpkg(view, path, false);
        }
        system.read_lists(view);
        let databases: BTreeSet<String> = APK.iter().filter_map(|path| place_of(view, path)).collect();
        for path in databases {
            system.read_apk(view, &path);
        }
        system
    }

    /// Whether a file list of the distribution names `path`.
    pub(super) fn lists(&self, path: &str) -> bool {
        self.sums.contains_key(path) || self.listed.contains_key(path)
    }

    fn read_dpkg(&mut self, view: &View, path: &str, needs_status: bool) {
        let Some(bytes) = self.bytes(view, path, LARGEST) else { return };
        self.has_dpkg = true;
        if self.too_many(path) {
            return;
        }
        let reading = dpkg::read(&bytes, needs_status);
        reading.problems.iter().for_each(|problem| self.trouble(path, problem));
        for record in reading.records {
            if record.installed {
                self.packages.push(Package {
                    kind: Kind::Deb,
                    name: record.name.clone(),
                    version: record.version.clone(),
                    source: record.source.clone(),
                    source_version: record.source_version.clone(),
                    architecture: record.architecture.clone(),
                    path: path.into(),
                    layer: layer(view, path),
                    owner: None,
                });
            }
            self.recorded.entry(record.name.clone()).or_default().push(record);
        }
    }

    fn read_apk(&mut self, view: &View, path: &str) {
        let Some(bytes) = self.bytes(view, path, LARGEST) else { return };
        self.has_apk = true;
        if self.too_many(path) {
            return;
        }
        let reading = apk::read(&bytes);
        reading.problems.iter().for_each(|problem| self.trouble(path, problem));
        for file in apk::files(&bytes) {
            let file = self.folders.real(view, file);
            self.listed.insert(file, "apk".to_owned());
        }
        self.packages.extend(reading.records.into_iter().map(|record| Package {
            kind: Kind::Apk,
            source_version: record.version.clone(),
            source: record.origin,
            name: record.name,
            version: record.version,
            architecture: record.architecture,
            path: path.into(),
            layer: layer(view, path),
            owner: None,
        }));
    }

    /// File lists: `info/PACKAGE[:ARCH].md5sums` and `.list`, in distroless images `status.d/PACKAGE.md5sums`.
    fn read_lists(&mut self, view: &View) {
        for folder in ["info", "status.d"] {
            let files: Vec<&str> = view.children(&format!("{DPKG}/{folder}")).map(|(path, _)| path).collect();
            for path in files {
                let Some((stem, form)) = path.rsplit('/').next().and_then(|name| name.rsplit_once('.'))
                else {
                    continue;
                };
                let package = stem.split(':').next().unwrap_or(stem);
                match form {
                    "md5sums" => self.read_sums(view, path, package),
                    "list" => self.read_list(view, path, package),
                    _ => {}
                }
            }
        }
    }

    fn read_sums(&mut self, view: &View, path: &str, package: &str) {
        let Some(bytes) = self.list(view, path) else { return };
        self.with_sums.insert(package.to_owned());
        for line in String::from_utf8_lossy(&bytes).lines() {
            let Some((sum, file)) = line.split_once(' ') else { continue };
            let file = self.folders.real(view, format!("/{}", file.trim_start().trim_start_matches('/')));
            self.sums.insert(file, (sum.to_ascii_lowercase(), package.to_owned()));
        }
    }

    fn read_list(&mut self, view: &View, path: &str, package: &str) {
        let Some(bytes) = self.list(view, path) else { return };
        self.with_list.insert(package.to_owned());
        for line in String::from_utf8_lossy(&bytes).lines() {
            let file = self.folders.real(view, line.trim_end().to_owned());
            if view.get(&file).is_some_and(|node| !node.is_dir()) {
                self.listed.insert(file, package.to_owned());
            }
        }
    }

    fn list(&mut self, view: &View, path: &str) -> Option<Vec<u8>> {
        if self.sums.len() + self.listed.len() > MOST_PATHS {
            self.trouble(path, format!("the file lists name more than {MOST_PATHS} paths"));
            return None;
        }
        self.bytes(view, path, LARGEST_LIST)
    }

    /// Whether there are too many packages to go on. One database alone is cut by its reader.
    fn too_many(&mut self, path: &str) -> bool {
        let full = self.packages.len() > MOST_PACKAGES;
        if full {
            self.trouble(path, format!("there are more than {MOST_PACKAGES} packages"));
        }
        full
    }

    /// The bytes of a record. One that is there and cannot be read is trouble; one that is not there is nothing.
    fn bytes(&mut self, view: &View, path: &str, limit: u64) -> Option<Vec<u8>> {
        match view.read(path, limit.min(self.budget)) {
            Ok(bytes) => {
                self.budget = self.budget.saturating_sub(bytes.len() as u64);
                Some(bytes)
            }
            Err(ReadError::NotFound { .. }) => None,
            Err(error) => {
                self.trouble(path, error);
                None
            }
        }
    }

    fn trouble(&mut self, path: &str, why: impl std::fmt::Display) {
        if self.troubles.len() < MOST_TROUBLES {
            self.troubles.push(Trouble::unreadable(path, why));
        }
    }
}

/// The layer that brought the file at `path`.
pub(super) fn layer(view: &View, path: &str) -> Option<assay_core::Digest> {
    let (_, node) = view.resolve(path).ok()?;
    view.layer(node).cloned()
}

/// The path reached when something is there, or the path itself when what is there is broken: that is for reading to
/// find out.
fn place_of(view: &View, path: &str) -> Option<String> {
    match view.resolve(path) {
        Ok((reached, _)) => Some(reached),
        Err(_) => view.get(path).map(|_| path.to_owned()),
    }
}

/// Whether `node` is something a record could be read from.
pub(super) fn readable(node: &Node) -> bool {
    matches!(node.kind, NodeKind::File | NodeKind::Symlink(_))
}

#[cfg(test)]
mod tests {
    use assay_core::Silent;
    use assay_image::{OpenOptions, PackLayer, PackSpec, Store};

    use super::*;

    #[test]
    fn a_listed_file_is_where_following_its_path_leads() {
        let home = tempfile::tempdir().unwrap();
        let layer = PackLayer::new()
            .file("/usr/lib/x86/libc.so.6", "c", 0o644)
            .symlink("/usr/lib/x86/libm.so", "libc.so.6")
            .symlink("/usr/lib/x86/gone", "/nowhere")
            .symlink("/lib", "usr/lib")
            .symlink("/round", "round")
            .folder("/usr/share", 0o755);
        let layout = home.path().join("image");
        assay_image::pack(&PackSpec::new().layer(layer), &layout).unwrap();
        let store = Store::open(&home.path().join("store")).unwrap();
        let opened =
            assay_image::open(layout.to_str().unwrap(), &OpenOptions::default(), &store, &Silent).unwrap();
        let view = opened.image.unwrap().view;
        let mut folders = Folders::default();
        for path in [
            "/lib/x86/libc.so.6",
            "/lib/x86/libm.so",
            "/lib/x86/gone",
            "/lib/x86/absent",
            "/lib/x86/libc.so.6/below",
            "/lib/x86",
            "/lib",
            "/lib/",
            "/lib/x86/..",
            "/lib/../lib/x86/libc.so.6",
            "/usr/share/absent",
            "/absent/deep/file",
            "/round/x",
            "/",
            "",
            "relative",
            "/top",
        ] {
            let found = view.get(path).map(|_| path.to_owned());
            let followed = || view.resolve(path).map(|(reached, _)| reached).unwrap_or(path.into());
            for _ in 0..2 {
                let expected = found.clone().unwrap_or_else(followed);
                assert_eq!(folders.real(&view, path.to_owned()), expected, "{path}");
            }
        }
    }
}
