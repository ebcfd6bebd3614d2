//! Pushes that became no build.

use assay_core::push::UnattributedPush;
use async_graphql::{ID, SimpleObject};

use super::word::PushReasonWord;
use crate::graphql::scalar::DateTime;

/// A push of an image that belongs to no engine.
#[derive(SimpleObject, Debug)]
#[graphql(name = "UnattributedPush")]
pub(crate) struct PushNode {
    id: ID,
    organization_id: ID,
    repository: String,
    digest: String,
    /// The reference as pushed.
    reference: String,
    pushed_by: Option<ID>,
    /// Who pushed it, for people.
    pusher: String,
    pushed_date_time: DateTime,
    reason: PushReasonWord,
    /// The same with what was found, and what to do.
    detail: String,
}

impl From<UnattributedPush> for PushNode {
    fn from(push: UnattributedPush) -> Self {
        Self {
            id: push.id.to_string().into(),
            organization_id: push.org.to_string().into(),
            repository: push.repository,
            digest: push.digest.to_string(),
            reference: push.reference,
            pushed_by: push.pushed_by.map(|user| user.to_string().into()),
            pusher: push.pusher,
            pushed_date_time: DateTime(push.at),
            reason: push.reason.into(),
            detail: push.detail,
        }
    }
}
