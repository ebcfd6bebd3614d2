//! Looking builds up.

use assay_app::build::{self, approvals, offered};
use assay_app::push;
use assay_core::BuildId;
use async_graphql::{Context, ID, Object, Result};

use super::approval::ApprovalNode;
use super::event::BuildEventNode;
use super::node::BuildNode;
use super::push::PushNode;
use super::word::ApprovalState;
use crate::graphql::account::org;
use crate::graphql::part::{Part, USUAL, asked, cost};
use crate::graphql::scalar::id;
use crate::graphql::visit::visit;

#[derive(Default)]
pub(crate) struct BuildQuery;

#[Object]
impl BuildQuery {
    /// A build that the caller may see.
    async fn engine_build(
        &self,
        context: &Context<'_>,
        #[graphql(name = "id")] wanted: ID,
    ) -> Result<Option<BuildNode>> {
        let wanted = BuildId(id("Build", &wanted)?);
        let found = visit(context)?.ask(move |service, actor| build::get(service, actor, wanted)).await?;
        Ok(Some(BuildNode::new(found, None)))
    }

    /// Builds that wait for a person, those that have waited longest first. An extension of ours.
    #[graphql(complexity = "cost(limit, child_complexity)")]
    async fn approvals(
        &self,
        context: &Context<'_>,
        #[graphql(default_with = "Some(ApprovalState::Waiting)")] state: Option<ApprovalState>,
        #[graphql(default_with = "Some(0)")] offset: Option<i32>,
        #[graphql(default_with = "Some(USUAL)")] limit: Option<i32>,
    ) -> Result<Option<Part<ApprovalNode>>> {
        let page = asked(offset, limit)?;
        let queue = visit(context)?.ask(move |service, actor| {
            let mut queue = approvals(service, actor, page)?;
            // The longest waiting come first, so what is due or overdue is the beginning of the queue.
            queue.retain(|one| match state {
                None | Some(ApprovalState::Waiting) => true,
                Some(ApprovalState::Due) => one.is_due(),
                Some(ApprovalState::Overdue) => one.is_overdue(),
            });
            let node = |waiting: build::Waiting| {
                let view = offered(service, waiting.build.clone())?;
                Ok(ApprovalNode { waiting, view })
            };
            queue.into_iter().map(node).collect::<Result<Vec<_>, assay_app::Refused>>()
        });
        Ok(Some(Part::of(page, queue.await?)))
    }

    /// What happened to a build, oldest first. An extension of ours.
    #[graphql(complexity = "cost(limit, child_complexity)")]
    async fn build_events(
        &self,
        context: &Context<'_>,
        build_id: ID,
        #[graphql(default_with = "Some(0)")] offset: Option<i32>,
        #[graphql(default_with = "Some(USUAL)")] limit: Option<i32>,
    ) -> Result<Option<Part<BuildEventNode>>> {
        let (page, wanted) = (asked(offset, limit)?, BuildId(id("Build", &build_id)?));
        let told = visit(context)?.ask(move |service, actor| build::events(service, actor, wanted, page));
        Ok(Some(Part::of(page, told.await?.into_iter().map(BuildEventNode::from))))
    }

    /// Pushes that became no build, newest first: those of the caller's organization. An extension of ours.
    #[graphql(complexity = "cost(limit, child_complexity)")]
    async fn unattributed_pushes(
        &self,
        context: &Context<'_>,
        organization_id: Option<ID>,
        #[graphql(default_with = "Some(0)")] offset: Option<i32>,
        #[graphql(default_with = "Some(USUAL)")] limit: Option<i32>,
    ) -> Result<Option<Part<PushNode>>> {
        let page = asked(offset, limit)?;
        let org = organization_id.as_ref().map(org).transpose()?;
        let listed = visit(context)?.ask(move |service, actor| push::list(service, actor, org, page));
        Ok(Some(Part::of(page, listed.await?.into_iter().map(PushNode::from))))
    }
}
