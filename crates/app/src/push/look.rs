//! Looking up what became of a push.

use assay_core::ledger::read;
use assay_core::push::UnattributedPush;
use assay_core::records::{BuildFilter, Page};
use assay_core::registry::RepositoryName;
use assay_core::work::{WorkKind, WorkState};
use assay_core::{Actor, Build, Digest, OrgId, Refused, Rejection};

use crate::Service;
use crate::page;

/// What became of a pushed image.
#[derive(Clone, PartialEq, Debug)]
pub enum Whereabouts {
    /// It waits to be read, or is being read.
    Reading,
    /// It is these builds; more than one when several engines share an image.
    Builds(Vec<Build>),
    /// It belongs to no engine.
    Unattributed(UnattributedPush),
}

/// Pushes that became no build, newest first: those of `org`, or of the actor's own organization; of all for operators who
/// name none.
///
/// # Errors
/// `not-found` for an organization out of sight; `invalid-page`.
pub fn list(
    service: &Service,
    actor: &Actor,
    org: Option<OrgId>,
    page: Page,
) -> Result<Vec<UnattributedPush>, Refused> {
    crate::scope::reads(actor)?;
    page::check(page)?;
    let org = crate::scope::org(actor, org)?;
    read(&*service.ledger, |records| records.pushes(org, page))
}

/// What became of the image `digest` pushed to `repository`.
///
/// # Errors
/// `not-found` when there was no such push, or none to be seen.
pub fn whereabouts(
    service: &Service,
    actor: &Actor,
    repository: &RepositoryName,
    digest: &Digest,
) -> Result<Whereabouts, Refused> {
    let org = repository.org().filter(|org| actor.sees(*org)).ok_or_else(|| not_found(repository, digest))?;
    read(&*service.ledger, |records| {
        let work = records.work_on(WorkKind::Intake, &format!("{repository}@{digest}"))?;
        if work.is_some_and(|work| matches!(work.state, WorkState::Queued | WorkState::Leased)) {
            return Ok(Whereabouts::Reading);
        }
        let filter = BuildFilter { org: Some(org), digest: Some(digest.clone()), ..BuildFilter::default() };
        let builds = records.builds(&filter, page::LARGEST)?;
        if !builds.is_empty() {
            return Ok(Whereabouts::Builds(builds));
        }
        let push = records.push_of(repository.as_str(), digest)?;
        push.map(Whereabouts::Unattributed).ok_or_else(|| not_found(repository, digest).into())
    })
}

fn not_found(repository: &RepositoryName, digest: &Digest) -> Rejection {
    Rejection::new("not-found", format!("nothing is known of {repository}@{digest}"))
}
