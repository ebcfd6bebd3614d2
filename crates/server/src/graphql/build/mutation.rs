//! Making and moving builds.

use assay_app::build::{self, act, offered};
use assay_core::build::BuildAction;
use assay_core::build::lifecycle;
use assay_core::{BuildId, EngineId, Refused, Rejection};
use async_graphql::{Context, ID, InputObject, Object, Result};
use serde_json::Value;

use super::node::BuildNode;
use super::word::BuildUpdateAction;
use crate::graphql::CHANGE;
use crate::graphql::engine::DeletePayload;
use crate::graphql::error::{invalid, left_out, not_found};
use crate::graphql::scalar::id;
use crate::graphql::visit::visit;

/// A build to be made of an image in another registry.
#[derive(InputObject)]
struct CreateBuild {
    engine_id: ID,
    /// Not offered here: the runtime follows from the image.
    task_runtime: Option<Value>,
    /// `HOST/REPOSITORY:TAG` or `HOST/REPOSITORY@sha256:…`.
    docker_image: Option<String>,
    /// Not offered here: the manifest is read from the image.
    manifest: Option<Value>,
}

/// What is to be done with a build.
#[derive(InputObject)]
struct UpdateBuild {
    id: ID,
    engine_id: ID,
    action: BuildUpdateAction,
    docker_image: Option<String>,
    /// Why. An extension of ours.
    reason: Option<String>,
}

#[derive(InputObject)]
struct DeleteBuild {
    id: ID,
    engine_id: ID,
}

#[derive(Default)]
pub(crate) struct BuildMutation;

#[Object]
impl BuildMutation {
    /// Makes a build of an image in another registry, which is fetched.
    #[graphql(complexity = "CHANGE + child_complexity")]
    async fn create_engine_build(
        &self,
        context: &Context<'_>,
        input: CreateBuild,
    ) -> Result<Option<BuildNode>> {
        if input.manifest.is_some() || input.task_runtime.is_some() {
            return Err(left_out("`manifest` or `taskRuntime` beside an image that has its own"));
        }
        let image = input.docker_image.ok_or_else(|| invalid("`dockerImage` names no image"))?;
        let engine = EngineId(id("Engine", &input.engine_id)?);
        let made = visit(context)?
            .ask(move |service, actor| offered(service, build::create(service, actor, engine, &image)?));
        Ok(Some(BuildNode::new(made.await?, None)))
    }

    /// Moves a build.
    #[graphql(complexity = "CHANGE + child_complexity")]
    async fn update_engine_build(
        &self,
        context: &Context<'_>,
        input: UpdateBuild,
    ) -> Result<Option<BuildNode>> {
        let which = (input.id, Some(input.engine_id));
        match input.action.action() {
            Some(action) => moved(context, which, action, input.reason).await.map(Some),
            None => refuse_upload(context, which).await,
        }
    }

    #[graphql(complexity = "CHANGE + child_complexity")]
    async fn delete_engine_build(
        &self,
        context: &Context<'_>,
        input: DeleteBuild,
    ) -> Result<Option<DeletePayload>> {
        let id = input.id.clone();
        moved(context, (input.id, Some(input.engine_id)), BuildAction::Delete, None).await?;
        Ok(Some(DeletePayload { id, message: Some("deleted".into()) }))
    }

    /// Approves a build that waits for a person. An extension of ours.
    #[graphql(complexity = "CHANGE + child_complexity")]
    async fn approve_build(
        &self,
        context: &Context<'_>,
        id: ID,
        reason: Option<String>,
    ) -> Result<Option<BuildNode>> {
        moved(context, (id, None), BuildAction::Approve, reason).await.map(Some)
    }

    /// Refuses a build that waits for a person. An extension of ours.
    #[graphql(complexity = "CHANGE + child_complexity")]
    async fn disapprove_build(
        &self,
        context: &Context<'_>,
        id: ID,
        reason: String,
    ) -> Result<Option<BuildNode>> {
        moved(context, (id, None), BuildAction::Disapprove, Some(reason)).await.map(Some)
    }
}

/// A build, and the engine it has to be of.
type Which = (ID, Option<ID>);

fn ids(which: &Which) -> Result<(BuildId, Option<EngineId>)> {
    let (build, engine) = which;
    // An engine that is none has no such build.
    let engine = engine.as_ref().map(|engine| id("Build", engine).map_err(|_| not_found("Build", build)));
    Ok((BuildId(id("Build", build)?), engine.transpose()?.map(EngineId)))
}

/// The build, when it is of that engine.
fn of_engine(
    service: &assay_app::Service,
    actor: &assay_core::Actor,
    build: BuildId,
    engine: Option<EngineId>,
) -> Result<assay_core::Build, Refused> {
    let found = assay_core::ledger::read(&*service.ledger, |records| build::seen(records, actor, build))?;
    if engine.is_none_or(|engine| engine == found.engine) {
        return Ok(found);
    }
    let data = serde_json::json!({ "objectId": build, "objectType": "Build" });
    Err(Rejection::new("not-found", "the engine has no such build").data(data).into())
}

async fn moved(
    context: &Context<'_>,
    which: Which,
    action: BuildAction,
    reason: Option<String>,
) -> Result<BuildNode> {
    let (build, engine) = ids(&which)?;
    let moved = visit(context)?.ask(move |service, actor| {
        of_engine(service, actor, build, engine)?;
        offered(service, act(service, actor, build, action, reason.as_deref())?)
    });
    Ok(BuildNode::new(moved.await?, None))
}

/// `upload` is what a push does; no build that is there already can be asked for it.
async fn refuse_upload(context: &Context<'_>, which: Which) -> Result<Option<BuildNode>> {
    let (build, engine) = ids(&which)?;
    let refused = visit(context)?.ask(move |service, actor| {
        let standing = of_engine(service, actor, build, engine)?.standing();
        let status = standing.status.name();
        let names: Vec<&str> =
            lifecycle::allowed(standing, false).into_iter().map(BuildAction::name).collect();
        let message = format!("`upload` is not possible while a build is `{status}`");
        let refusal = Rejection::new("transition-refused", message)
            .hint("push the image, or name it in `createEngineBuild`")
            .data(serde_json::json!({ "currentStatus": status, "validStateActions": names }));
        Err::<BuildNode, Refused>(refusal.into())
    });
    refused.await.map(Some)
}
