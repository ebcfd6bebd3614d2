//! Making and changing engines.

use assay_app::engine::{act, create, derived, update};
use assay_core::EngineId;
use assay_core::engine::EngineStateAction;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result};

use super::input::{CreateEngine, UpdateEngine};
use super::node::{DeletePayload, EngineNode};
use crate::graphql::CHANGE;
use crate::graphql::scalar::id;
use crate::graphql::visit::visit;

/// What can be done with an engine as a whole.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(rename_items = "lowercase")]
enum EngineWorkflowAction {
    /// Put it back into service.
    Enable,
    /// Take it out of service.
    Disable,
}

#[derive(InputObject)]
struct EngineWorkflow {
    id: ID,
    action: EngineWorkflowAction,
}

#[derive(Default)]
pub(crate) struct EngineMutation;

#[Object]
impl EngineMutation {
    #[graphql(complexity = "CHANGE + child_complexity")]
    async fn create_engine(&self, context: &Context<'_>, input: CreateEngine) -> Result<Option<EngineNode>> {
        let new = input.engine()?;
        let made = visit(context)?.ask(move |service, actor| derived(service, create(service, actor, &new)?));
        Ok(Some(made.await?.into()))
    }

    #[graphql(complexity = "CHANGE + child_complexity")]
    async fn update_engine(&self, context: &Context<'_>, input: UpdateEngine) -> Result<Option<EngineNode>> {
        let wanted = EngineId(id("Engine", &input.id)?);
        let checked = input.checked()?;
        let changed = visit(context)?.ask(move |service, actor| {
            derived(service, update(service, actor, wanted, |engine| checked.changes(engine))?)
        });
        Ok(Some(changed.await?.into()))
    }

    #[graphql(complexity = "CHANGE + child_complexity")]
    async fn delete_engine(
        &self,
        context: &Context<'_>,
        #[graphql(name = "id")] wanted: ID,
    ) -> Result<Option<DeletePayload>> {
        acted(context, &wanted, EngineStateAction::Delete).await?;
        Ok(Some(DeletePayload { id: wanted, message: Some("deleted".into()) }))
    }

    /// Takes a deletion back. An extension of ours.
    #[graphql(complexity = "CHANGE + child_complexity")]
    async fn undelete_engine(
        &self,
        context: &Context<'_>,
        #[graphql(name = "id")] wanted: ID,
    ) -> Result<Option<EngineNode>> {
        acted(context, &wanted, EngineStateAction::Undelete).await.map(Some)
    }

    #[graphql(complexity = "CHANGE + child_complexity")]
    async fn engine_workflow(
        &self,
        context: &Context<'_>,
        input: EngineWorkflow,
    ) -> Result<Option<EngineNode>> {
        let action = match input.action {
            EngineWorkflowAction::Enable => EngineStateAction::Enable,
            EngineWorkflowAction::Disable => EngineStateAction::Disable,
        };
        acted(context, &input.id, action).await.map(Some)
    }
}

async fn acted(context: &Context<'_>, wanted: &ID, action: EngineStateAction) -> Result<EngineNode> {
    let wanted = EngineId(id("Engine", wanted)?);
    let changed =
        visit(context)?.ask(move |service, actor| derived(service, act(service, actor, wanted, action)?));
    Ok(changed.await?.into())
}
