//! Fetching: the image of a build that was named and not pushed is brought into the registry, and taken in there.

use std::time::Duration;

use assay_core::build::{BuildEvent, BuildStatus};
use assay_core::ledger::{Transaction, read, write};
use assay_core::registry::{Link, LinkKind, ManifestPush, Push, RepositoryName, keep_manifest};
use assay_core::work::{Lease, Work, WorkEnd, WorkKind};
use assay_core::{Actor, Build, Digest, Fault, Refused, Rejection};
use assay_image::{OpenError, TopDocument, Transfer, transfer};
use jiff::Timestamp;

use super::brief::address;
use super::intake::{conclude, named, short};
use super::port::Importer;
use super::shelf::Shelf;
use super::{Pipeline, payload};
use crate::build::transition::apply;
use crate::build::{Change, engine_of};
use crate::certification::TakenIn;
use crate::policy;
use crate::push::{FetchOrder, FetchSource};
use crate::work::{Handler, StopFlag, WorkOutcome, alert, lost};

/// Does [`WorkKind::Fetch`].
pub(super) struct Fetch(pub(super) Pipeline);

/// What came of bringing the image in.
enum Brought {
    /// It is in the registry.
    Image(Box<Copied>),
    /// It cannot be had as asked; told to whoever asked.
    Refused(String),
}

struct Copied {
    manifest: ManifestPush,
    taken: TakenIn,
}

impl Handler for Fetch {
    fn kind(&self) -> WorkKind {
        WorkKind::Fetch
    }

    fn limit(&self) -> Duration {
        Duration::from_secs(3600)
    }

    fn run(&self, lease: &Lease, _: &StopFlag) -> WorkOutcome {
        let order: FetchOrder = payload(lease)?;
        let Some(build) = self.begin(&order)? else { return self.end(lease, &order, |_| Ok(())) };
        let brought = match self.bring(&build, &order.source) {
            Ok(copied) => Brought::Image(Box::new(copied)),
            Err(Refused::Rejection(rejection)) => Brought::Refused(rejection.message),
            Err(Refused::Fault(fault)) => return Err(fault.into()),
        };
        self.0.crash.reach("fetch-copied");
        let now = self.0.service.now();
        self.end(lease, &order, |records| match &brought {
            Brought::Image(copied) => keep(records, &build, copied, now),
            Brought::Refused(why) => fail(records, &build, why, now),
        })?;
        self.0.crash.reach("fetch-committed");
        Ok(())
    }

    /// What could not be fetched is invalid (lifecycle.md §5): the developer names it again.
    fn gave_up(
        &self,
        records: &dyn Transaction,
        work: &Work,
        fault: &Fault,
        at: Timestamp,
    ) -> Result<(), Refused> {
        alert(records, work, fault, at)?;
        let order: Option<FetchOrder> = serde_json::from_value(work.payload.clone()).ok();
        let build = order.map(|order| records.build(order.build)).transpose()?.flatten();
        match build.filter(|build| build.status == BuildStatus::Fetching) {
            Some(build) => fail(records, &build, &format!("the image could not be fetched: {fault}"), at),
            None => Ok(()),
        }
    }
}

impl Fetch {
    /// Shows that the build is being fetched; nothing when there is nothing to fetch any more.
    fn begin(&self, order: &FetchOrder) -> Result<Option<Build>, Refused> {
        let now = self.0.service.now();
        write(&*self.0.service.ledger, |records| {
            let Some(build) = records.build(order.build)? else { return Ok(None) };
            match build.status {
                BuildStatus::Uploaded => {
                    let system = Actor::system();
                    let change = Change::of(build.id, BuildEvent::FetchStarted, &system);
                    apply(records, &change, now).map(Some)
                }
                BuildStatus::Fetching => Ok(Some(build)),
                _ => Ok(None),
            }
        })
    }

    /// Copies the image into the registry's files and looks at its form.
    fn bring(&self, build: &Build, source: &FetchSource) -> Result<Copied, Refused> {
        let repository: RepositoryName =
            build.repository.parse().map_err(|cause| Fault::new("store", "naming a repository", cause))?;
        let reference = self.reference(source)?;
        let into = Destination { importer: &*self.0.importer, repository: &repository, build };
        let Transfer { top, bytes, blobs } =
            transfer(&reference, &self.0.open, &self.0.images, &mut |digest, bytes| into.keep(digest, bytes))
                .map_err(|problem| match problem {
                    OpenError::Rejection(rejection) => in_their_words(rejection, &reference, build).into(),
                    OpenError::Fault(fault) => Refused::Fault(fault),
                })?;
        self.refuse_another(build, &top.digest)?;
        let manifest = self.push(build, &repository, &top, bytes, blobs)?;
        let taken = self.look(build, &repository, &manifest)?;
        Ok(Copied { manifest, taken })
    }

    /// What names the image to those who open images.
    fn reference(&self, source: &FetchSource) -> Result<String, Fault> {
        match source {
            FetchSource::Registry(name) => Ok(format!("docker://{name}")),
            FetchSource::Archive(file) => {
                let path = self.0.folders.archives.join(file);
                let lost = |cause| Fault::io("opening the uploaded archive", cause).hint("upload it again");
                std::fs::metadata(&path).map_err(lost)?;
                Ok(path.display().to_string())
            }
        }
    }

    /// The engine has one build of each image.
    fn refuse_another(&self, build: &Build, digest: &Digest) -> Result<(), Refused> {
        let known = read(&*self.0.service.ledger, |records| records.build_by_digest(build.engine, digest))?;
        match known.filter(|known| known.id != build.id) {
            Some(known) => Err(exists(&known).into()),
            None => Ok(()),
        }
    }

    fn push(
        &self,
        build: &Build,
        repository: &RepositoryName,
        top: &TopDocument,
        bytes: Vec<u8>,
        blobs: Vec<Digest>,
    ) -> Result<ManifestPush, Refused> {
        let pusher = read(&*self.0.service.ledger, |records| address(records, build.pushed_by))?;
        let push = Push {
            repository: repository.clone(),
            org: build.org,
            digest: top.digest.clone(),
            tags: Vec::new(),
            media_type: top.media_type.clone(),
            size: bytes.len() as u64,
            actor: Actor { user: build.pushed_by, name: pusher, ..Actor::system() },
            at: self.0.service.now(),
        };
        let links = blobs.into_iter().map(|digest| Link { digest, kind: LinkKind::Blob }).collect();
        Ok(ManifestPush {
            push,
            bytes,
            links,
            subject: None,
            artifact_type: None,
            annotations: Default::default(),
        })
    }

    /// Reads the image from the registry's own files, where its blobs are by now.
    fn look(
        &self,
        build: &Build,
        repository: &RepositoryName,
        manifest: &ManifestPush,
    ) -> Result<TakenIn, Refused> {
        let ledger = &*self.0.service.ledger;
        let digest = &manifest.push.digest;
        let (named, policy) = read(ledger, |records| {
            let engine = engine_of(records, build)?;
            Ok((named(records, &engine, digest)?, policy::of_org(records, build.org)?))
        })?;
        let top = TopDocument {
            digest: manifest.push.digest.clone(),
            media_type: manifest.push.media_type.clone(),
        };
        let shelf = Shelf { ledger, files: &*self.0.files, repository };
        let blobs = Fresh { shelf: &shelf, manifest };
        self.0.take_in(&build.reference, &top, &blobs, policy, |_| Ok(named))
    }

    /// Ends the lease in the transaction of what `effect` does, and removes an archive that was read.
    fn end(
        &self,
        lease: &Lease,
        order: &FetchOrder,
        effect: impl FnOnce(&dyn Transaction) -> Result<(), Refused>,
    ) -> WorkOutcome {
        let now = self.0.service.now();
        write(&*self.0.service.ledger, |records| {
            effect(records)?;
            if records.end(lease, &WorkEnd::Done, now)? { Ok(()) } else { Err(lost()) }
        })?;
        if let FetchSource::Archive(file) = &order.source {
            // Whatever is left is swept with the folder.
            let _ = std::fs::remove_file(self.0.folders.archives.join(file));
        }
        if let Ok(repository) = order_repository(&self.0, order) {
            self.0.importer.changed(&repository);
        }
        Ok(())
    }
}

/// Where blobs go.
struct Destination<'a> {
    importer: &'a dyn Importer,
    repository: &'a RepositoryName,
    build: &'a Build,
}

impl Destination<'_> {
    fn keep(
        &self,
        digest: Option<&Digest>,
        bytes: &mut (dyn std::io::Read + Send),
    ) -> Result<(Digest, u64), OpenError> {
        self.importer.keep(self.repository, self.build.org, digest, bytes).map_err(|refused| match refused {
            Refused::Rejection(rejection) => rejection.into(),
            Refused::Fault(fault) => fault.into(),
        })
    }
}

/// The registry's blobs, and a manifest that is not kept yet.
struct Fresh<'a> {
    shelf: &'a Shelf<'a>,
    manifest: &'a ManifestPush,
}

impl assay_image::Blobs for Fresh<'_> {
    fn blob(&self, digest: &Digest) -> std::io::Result<Option<Box<dyn std::io::Read + Send>>> {
        self.shelf.blob(digest)
    }

    fn document(&self, digest: &Digest) -> std::io::Result<Option<Vec<u8>>> {
        Ok((*digest == self.manifest.push.digest).then(|| self.manifest.bytes.clone()))
    }
}

/// Keeps the manifest and lets the build go on as a pushed one does.
fn keep(records: &dyn Transaction, build: &Build, copied: &Copied, at: Timestamp) -> Result<(), Refused> {
    keep_manifest(records, &copied.manifest)?;
    let current = records.build(build.id)?.filter(|build| build.status == BuildStatus::Fetching);
    let Some(current) = current else { return Ok(()) };
    let digest = copied.manifest.push.digest.clone();
    if let Some(known) = records.build_by_digest(build.engine, &digest)?.filter(|known| known.id != build.id)
    {
        return fail(records, build, &exists(&known).message, at);
    }
    records.update_build(&Build { digest: Some(digest), ..current.clone() })?;
    let nothing = || Fault::new("bug", "fetching an image", "nothing was judged");
    let form = copied.taken.form.as_ref().ok_or_else(nothing)?;
    conclude(records, &current, form, copied.taken.manifest.as_deref(), at)
}

fn fail(records: &dyn Transaction, build: &Build, why: &str, at: Timestamp) -> Result<(), Refused> {
    let system = Actor::system();
    let change = Change::of(build.id, BuildEvent::IntakeFailed, &system).because(short(why));
    apply(records, &change, at).map(drop)
}

/// The same without the name of a file of ours, which whoever uploaded it calls otherwise.
fn in_their_words(rejection: Rejection, reference: &str, build: &Build) -> Rejection {
    Rejection { message: rejection.message.replace(reference, &build.reference), ..rejection }
}

fn exists(known: &Build) -> Rejection {
    Rejection::new("build-exists", format!("the engine has this image as build {} already", known.number))
}

fn order_repository(pipeline: &Pipeline, order: &FetchOrder) -> Result<RepositoryName, Refused> {
    let build = read(&*pipeline.service.ledger, |records| records.build(order.build))?;
    let name = build.map(|build| build.repository).unwrap_or_default();
    name.parse().map_err(|cause| Fault::new("store", "naming a repository", cause).into())
}
