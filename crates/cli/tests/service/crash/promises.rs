//! What the service acknowledged to one client, and what must be there for it.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::house::ADMIN;
use crate::repository::{Repository, digest};

/// Acknowledged to one client, all in one repository.
pub struct Promises {
    pub repository: String,
    pub blobs: Vec<String>,
    pub manifests: Vec<Vec<u8>>,
    tags: BTreeMap<String, Tag>,
    /// An upload under way, while it is.
    pub upload: Option<Upload>,
    /// How much of it was checked already.
    checked: (usize, usize),
}

/// Where a tag may point: to what was acknowledged last, or to what was tried since and never answered.
#[derive(Default)]
struct Tag {
    acknowledged: Option<String>,
    tried: Option<String>,
}

/// An upload of which some bytes are acknowledged.
pub struct Upload {
    pub location: String,
    pub bytes: Vec<u8>,
    pub acknowledged: usize,
}

impl Promises {
    /// None yet.
    pub fn of(repository: &str) -> Self {
        Self {
            repository: repository.to_owned(),
            blobs: Vec::new(),
            manifests: Vec::new(),
            tags: BTreeMap::new(),
            upload: None,
            checked: (0, 0),
        }
    }

    /// A tag is about to be set.
    pub fn tried(&mut self, tag: &str, digest: &str) {
        self.tags.entry(tag.to_owned()).or_default().tried = Some(digest.to_owned());
    }

    /// A manifest was accepted under a tag.
    pub fn accepted(&mut self, tag: &str, digest: &str, manifest: Vec<u8>) {
        self.manifests.push(manifest);
        self.tags.insert(tag.to_owned(), Tag { acknowledged: Some(digest.to_owned()), tried: None });
    }

    /// Finishes the upload that the kill cut off, from where the service says it stands; counts it.
    pub fn take_up(&mut self, address: SocketAddr) -> usize {
        let Some(upload) = self.upload.take() else { return 0 };
        let mut repository = self.open(address);
        let answer = repository.connection.ask("GET", &upload.location, &[], b"").unwrap();
        // The last request may have been carried out without the answer reaching the client.
        let name = digest(&upload.bytes);
        if answer.status == 404 && repository.digest_of_blob(&name).unwrap().is_some() {
            self.blobs.push(name);
            return 0;
        }
        let answer = answer.expect(204).expect("an upload survives");
        let at = stands(answer.header("range").expect("it says how far it has come"), &upload);
        let location = answer.location().unwrap();
        let range = format!("{at}-{}", upload.bytes.len() - 1);
        let rest = &upload.bytes[at..];
        let location = match rest {
            [] => location,
            _ => repository.append(&location, &[("Content-Range", &range)], rest).unwrap(),
        };
        repository.close_upload(&location, &name, b"").unwrap();
        self.blobs.push(name);
        1
    }

    /// Looks for what was promised since the last look.
    pub fn check_latest(&mut self, address: SocketAddr) {
        let mut repository = self.open(address);
        for blob in &self.blobs[self.checked.0..] {
            assert_eq!(repository.digest_of_blob(blob).unwrap().as_ref(), Some(blob), "a blob is lost");
        }
        for manifest in &self.manifests[self.checked.1..] {
            let found = repository.manifest(&digest(manifest)).unwrap();
            assert_eq!(found.as_ref(), Some(manifest), "a manifest is lost");
        }
        self.checked = (self.blobs.len(), self.manifests.len());
        for (name, tag) in &mut self.tags {
            let found = repository.digest_of_tag(name).unwrap();
            let good = found == tag.acknowledged || (found.is_some() && found == tag.tried);
            assert!(good, "tag {name} names {found:?} instead of {:?}", tag.acknowledged);
            *tag = Tag { acknowledged: found, tried: None };
        }
    }

    /// Looks for everything that was ever promised; counts it.
    pub fn check_all(&mut self, address: SocketAddr) -> usize {
        self.checked = (0, 0);
        self.check_latest(address);
        self.blobs.len() + self.manifests.len() + self.tags.len()
    }

    /// A client's view of the repository.
    pub fn open(&self, address: SocketAddr) -> Repository {
        Repository::at(address, &self.repository, Some(ADMIN)).unwrap()
    }
}

/// How many bytes of an upload the service has: no fewer than it acknowledged, no more than were sent.
fn stands(range: &str, upload: &Upload) -> usize {
    let (_, last) = range.split_once('-').expect("a range");
    let last: usize = last.parse().expect("a number");
    // `0-0` stands for nothing and for one byte alike; no piece is that small.
    let at = if last == 0 { 0 } else { last + 1 };
    // While it is being finished its file is moved to its place; killed there, it has to be sent again.
    if at == 0 && upload.acknowledged == upload.bytes.len() {
        return at;
    }
    assert!(
        (upload.acknowledged..=upload.bytes.len()).contains(&at),
        "{at} bytes are there, {} were acknowledged",
        upload.acknowledged
    );
    at
}
