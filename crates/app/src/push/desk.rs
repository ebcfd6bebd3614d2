//! Where the registry hands pushed manifests over.

use assay_core::ledger::{Transaction, write};
use assay_core::records::{BuildFilter, Page};
use assay_core::registry::media::ManifestKind;
use assay_core::registry::{Accepted, ManifestDesk, ManifestPush, Repository, keep_manifest};
use assay_core::{Build, BuildStatus, Digest, Refused, Rejection};

use super::IntakeOrder;
use crate::Service;

/// Configurations that make an image of a manifest; whatever has another one is some other artifact.
const IMAGE_CONFIGS: [&str; 2] =
    ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];

/// Takes in manifests: the registry's records and the order to read the image are one transaction.
#[derive(Clone, Debug)]
pub struct PushDesk {
    service: Service,
    address: Option<String>,
}

impl PushDesk {
    /// A desk of `service`, which is reached at `address`, as in `https://assay.example`.
    pub fn new(service: Service, address: Option<String>) -> Self {
        Self { service, address: address.map(|address| address.trim_end_matches('/').to_owned()) }
    }

    fn notice(&self, order: &IntakeOrder) -> String {
        let reference = order.reference();
        match &self.address {
            Some(address) => {
                format!("{reference} will be read; follow it at {address}/v3/pushes/{}", order.key())
            }
            None => format!("{reference} will be read"),
        }
    }
}

impl ManifestDesk for PushDesk {
    fn accept(&self, push: &ManifestPush) -> Result<Accepted, Refused> {
        let order = orders_intake(push).map(|()| IntakeOrder::of(&push.push));
        write(&*self.service.ledger, |records| {
            keep_manifest(records, push)?;
            order.as_ref().map_or(Ok(()), |order| records.enqueue(&order.work(), push.push.at).map(drop))
        })?;
        let notice = match &order {
            Ok(order) => Some(self.notice(order)),
            Err(why) => why.map(str::to_owned),
        };
        Ok(Accepted { notice })
    }

    fn let_go(
        &self,
        records: &dyn Transaction,
        repository: &Repository,
        digest: &Digest,
    ) -> Result<(), Refused> {
        let Some(build) = build_that_needs(records, repository, digest)? else { return Ok(()) };
        let message = format!(
            "build {} of engine {} is {} and needs it",
            build.number,
            build.engine,
            build.status.name()
        );
        Err(Rejection::new("manifest-in-use", message).hint("delete the build first").into())
    }
}

/// Builds that need their image no more. A disapproved one may be taken up again.
const OVER: [BuildStatus; 2] = [BuildStatus::Invalid, BuildStatus::Deleted];

/// Indexes of one repository that are looked at for one manifest.
const INDEXES: u32 = 1000;

/// The build that needs a manifest of the repository, as its own or as part of its index.
fn build_that_needs(
    records: &dyn Transaction,
    repository: &Repository,
    digest: &Digest,
) -> Result<Option<Build>, Refused> {
    let mut images = records.manifests_around(repository, digest, INDEXES)?;
    images.push(digest.clone());
    let statuses: Vec<BuildStatus> =
        BuildStatus::ALL.into_iter().filter(|status| !OVER.contains(status)).collect();
    for image in images {
        let filter =
            BuildFilter { digest: Some(image), statuses: statuses.clone(), ..BuildFilter::default() };
        let builds = records.builds(&filter, Page { offset: 0, limit: u32::MAX })?;
        if let Some(build) = builds.into_iter().find(|build| build.repository == repository.name.as_str()) {
            return Ok(Some(build));
        }
    }
    Ok(None)
}

/// Whether a push offers an engine image. What does not is kept like anything else in a registry; the pusher is told when
/// they may have meant something by it.
fn orders_intake(push: &ManifestPush) -> Result<(), Option<&'static str>> {
    let artifact = push.artifact_type.as_deref().is_some_and(|kind| !IMAGE_CONFIGS.contains(&kind));
    if ManifestKind::of(&push.push.media_type).is_none() || artifact || push.subject.is_some() {
        return Err(None);
    }
    let tags = &push.push.tags;
    if tags.is_empty() {
        // Clients push the images of an index this way before the index itself.
        return Err(Some("stored by digest; nothing is built of an image until a tag points to it"));
    }
    if tags.iter().all(|tag| says_something_about_another(tag.as_str())) {
        return Err(None);
    }
    Ok(())
}

/// Tags such as `sha256-<hex>` or `sha256-<hex>.sig`: signatures and the like, from before there were referrers (OCI
/// distribution specification, "Referrers Tag Schema").
fn says_something_about_another(tag: &str) -> bool {
    let Some((algorithm, rest)) = tag.split_once('-') else { return false };
    let hex = rest.split('.').next().unwrap_or_default();
    matches!(algorithm, "sha256" | "sha512")
        && hex.len() >= 64
        && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
}
