//! Everything that has to be known of a build to work on it, read at once.

use assay_core::ledger::{Transaction, read};
use assay_core::registry::RepositoryName;
use assay_core::report::Report;
use assay_core::{Build, BuildId, Digest, Engine, Fault, Policy, Refused, UserId, Waiver};
use assay_image::TopDocument;

use super::order::{Order, Reach, Task};
use super::shelf::Documents;
use crate::build::engine_of;
use crate::{Service, policy};

/// A build and what it is judged by.
pub(super) struct Brief {
    pub(super) build: Build,
    pub(super) engine: Engine,
    pub(super) policy: Policy,
    pub(super) waivers: Vec<Waiver>,
    pub(super) documents: Documents,
    /// E-mail address of the pusher.
    pub(super) pusher: String,
}

impl Brief {
    /// Reads it; nothing when there is no such build.
    pub(super) fn of(service: &Service, id: BuildId) -> Result<Option<Self>, Refused> {
        read(&*service.ledger, |records| {
            let Some(build) = records.build(id)? else { return Ok(None) };
            let digest = build.digest.clone().ok_or_else(|| gone(&build, "it has no image yet"))?;
            let engine = engine_of(records, &build)?;
            let repository: RepositoryName = build
                .repository
                .parse()
                .map_err(|cause| Fault::new("store", "naming a repository", cause))?;
            let documents = Documents::gather(records, &repository, &digest)?;
            let documents =
                documents.ok_or_else(|| gone(&build, "its manifest is no longer in the registry"))?;
            Ok(Some(Self {
                policy: policy::of_org(records, build.org)?,
                waivers: waivers(records, &build, &engine, &digest)?,
                pusher: address(records, build.pushed_by)?,
                engine,
                documents,
                build,
            }))
        })
    }

    /// The order to do `task` with its image.
    pub(super) fn order(&self, task: Task, reach: &Reach, evidence_dir: &std::path::Path) -> Order {
        let TopDocument { digest, media_type } = self.documents.top.clone();
        Order {
            task,
            reference: self.build.reference.clone(),
            top: TopDocument { digest, media_type },
            documents: self.documents.texts.clone(),
            profile: self.engine.profile(),
            policy: self.policy.clone(),
            waivers: self.waivers.clone(),
            reach: reach.clone(),
            evidence_dir: evidence_dir.to_owned(),
        }
    }
}

/// Waivers are gathered for the image as it was pushed; those that name the platform's own manifest come with them when
/// they are for the engine.
fn waivers(
    records: &dyn Transaction,
    build: &Build,
    engine: &Engine,
    digest: &Digest,
) -> Result<Vec<Waiver>, Refused> {
    records.granted_waivers(build.org, Some(engine.id), std::slice::from_ref(digest))
}

/// E-mail address of a user; empty for none.
pub(super) fn address(records: &dyn Transaction, user: Option<UserId>) -> Result<String, Refused> {
    let user = user.map(|id| records.user(id)).transpose()?.flatten();
    Ok(user.map(|user| user.email).unwrap_or_default())
}

/// Writes into a report whose it is.
pub(super) fn address_report(report: &mut Report, build: &Build, pusher: &str) {
    report.build = build.id.to_string();
    report.user = pusher.to_owned();
    report.upload_time = build.uploaded_at.as_millisecond();
}

fn gone(build: &Build, why: &str) -> Refused {
    Fault::new("image-gone", format!("reading the image of build {}", build.number), why)
        .hint("push the image again")
        .into()
}
