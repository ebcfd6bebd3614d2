//! A build as it is answered.

use assay_app::build::{BuildView, spells_of, tags};
use assay_app::{build_report, engine};
use assay_core::Fault;
use assay_core::build::lifecycle::Spell;
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use jiff::Timestamp;
use serde_json::Value;

use super::manifest::Manifest;
use super::word::{BuildStageWord, BuildStateAction, BuildStatusWord, VerdictWord};
use crate::graphql::engine::EngineNode;
use crate::graphql::scalar::DateTime;
use crate::graphql::visit::visit;

/// What a field costs that is looked up for each build alone.
const LOOK: usize = 20;

/// What a report costs, which may be some megabytes.
const REPORT: usize = 500;

/// A build.
#[derive(Clone, Debug)]
pub(crate) struct BuildNode {
    view: BuildView,
    /// Its engine, when it is at hand.
    engine: Option<EngineNode>,
}

impl BuildNode {
    pub(crate) fn new(view: BuildView, engine: Option<EngineNode>) -> Self {
        Self { view, engine }
    }

    fn found(&self) -> Option<Manifest> {
        Manifest::of(&self.view.build)
    }
}

/// A time in which a build stood in one place.
#[derive(SimpleObject, Debug)]
#[graphql(name = "BuildSpell")]
struct SpellNode {
    status: String,
    stage: Option<String>,
    from_date_time: DateTime,
    /// Nothing while it stands there.
    to_date_time: Option<DateTime>,
    elapsed_seconds: i64,
}

impl SpellNode {
    fn of(spell: Spell, now: Timestamp) -> Self {
        Self {
            elapsed_seconds: spell.elapsed(now).as_secs(),
            status: spell.status,
            stage: spell.stage,
            from_date_time: DateTime(spell.from),
            to_date_time: spell.to.map(DateTime),
        }
    }
}

/// A build: one image of one engine, numbered.
#[Object(name = "Build")]
impl BuildNode {
    async fn id(&self) -> ID {
        self.view.build.id.to_string().into()
    }

    /// The image as pushed or named.
    async fn name(&self) -> &str {
        &self.view.build.reference
    }

    /// Not kept here.
    async fn description(&self) -> Option<&str> {
        None
    }

    async fn created_date_time(&self) -> DateTime {
        DateTime(self.view.build.uploaded_at)
    }

    async fn modified_date_time(&self) -> DateTime {
        DateTime(self.view.build.modified_at)
    }

    async fn created_by(&self) -> Option<String> {
        self.view.build.pushed_by.map(|user| user.to_string())
    }

    async fn engine_id(&self) -> ID {
        self.view.build.engine.to_string().into()
    }

    #[graphql(complexity = "LOOK + child_complexity")]
    async fn engine(&self, context: &Context<'_>) -> Result<Option<EngineNode>> {
        if let Some(engine) = &self.engine {
            return Ok(Some(engine.clone()));
        }
        let id = self.view.build.engine;
        let found = visit(context)?.ask(move |service, actor| engine::get(service, actor, id)).await?;
        Ok(Some(found.into()))
    }

    /// Not kept for builds.
    async fn price(&self) -> Option<i64> {
        None
    }

    /// Not used here: the image answers for itself.
    async fn validate_uri(&self) -> Option<&str> {
        None
    }

    /// Not used here: the image answers for itself.
    async fn execute_uri(&self) -> Option<&str> {
        None
    }

    async fn status(&self) -> BuildStatusWord {
        self.view.build.status.into()
    }

    async fn docker_image(&self) -> &str {
        &self.view.build.reference
    }

    /// Where the image is kept, and by which digest.
    async fn runtime(&self) -> Value {
        serde_json::json!({
            "type": "docker",
            "repository": self.view.build.repository,
            "digest": self.view.build.digest,
        })
    }

    /// Its number within the engine.
    async fn version(&self) -> String {
        self.view.build.number.to_string()
    }

    /// The build report as of now.
    #[graphql(complexity = "REPORT")]
    async fn report(&self, context: &Context<'_>) -> Result<Option<Value>> {
        let (visit, id) = (visit(context)?, self.view.build.id);
        let report = visit.ask(move |service, actor| {
            let report = build_report::download(service, actor, id)?;
            serde_json::to_vec(&report).map_err(|cause| Fault::new("bug", "writing a report", &cause).into())
        });
        let text = report.await?;
        visit.hold(text.len())?;
        Ok(serde_json::from_slice(&text).ok())
    }

    /// The engine manifest as found in the image.
    async fn manifest(&self) -> Option<Value> {
        self.found().map(|manifest| manifest.0)
    }

    async fn preferred_input_format(&self) -> Option<String> {
        self.found()?.text("preferredInputFormat")
    }

    async fn supported_input_formats(&self) -> Option<Vec<String>> {
        self.found()?.texts("supportedInputFormats")
    }

    async fn output_formats(&self) -> Option<Vec<String>> {
        self.found()?.texts("outputFormats")
    }

    async fn supported_source_types(&self) -> Option<Vec<String>> {
        self.found()?.texts("supportedSourceTypes")
    }

    /// The one thing to do next.
    async fn primary_action(&self) -> Option<BuildStateAction> {
        self.view.primary.map(Into::into)
    }

    /// The entries of its menu.
    async fn secondary_actions(&self) -> Vec<BuildStateAction> {
        self.view.menu.iter().copied().map(Into::into).collect()
    }

    /// Everything that is possible now, for whoever may.
    async fn valid_state_actions(&self) -> Vec<BuildStateAction> {
        self.view.actions.iter().copied().map(Into::into).collect()
    }

    /// Where it stands within `pending`. An extension of ours, as all that follows.
    async fn stage(&self) -> BuildStageWord {
        self.view.build.stage.into()
    }

    /// Why it was refused or failed.
    async fn status_reason(&self) -> Option<&str> {
        self.view.build.reason.as_deref()
    }

    /// What the newest certification came to.
    async fn verdict(&self) -> Option<VerdictWord> {
        self.view.build.verdict.map(Into::into)
    }

    /// The policy judged under.
    async fn policy(&self) -> Option<&str> {
        self.view.build.policy.as_deref()
    }

    /// Digest of the image; nothing while one named by reference has not been fetched.
    async fn image_digest(&self) -> Option<String> {
        self.view.build.digest.as_ref().map(ToString::to_string)
    }

    /// Tags that point to the image.
    #[graphql(complexity = "LOOK")]
    async fn image_tags(&self, context: &Context<'_>) -> Result<Option<Vec<String>>> {
        let id = self.view.build.id;
        visit(context)?.ask(move |service, actor| tags(service, actor, id)).await.map(Some)
    }

    async fn submitted_date_time(&self) -> Option<DateTime> {
        self.view.build.submitted_at.map(DateTime)
    }

    /// Where it stood for how long.
    #[graphql(complexity = "LOOK + child_complexity")]
    async fn spells(&self, context: &Context<'_>) -> Result<Option<Vec<SpellNode>>> {
        let (visit, id) = (visit(context)?, self.view.build.id);
        let spells = visit.ask(move |service, actor| spells_of(service, actor, id)).await?;
        let now = visit.site.clock.now();
        Ok(Some(spells.into_iter().map(|spell| SpellNode::of(spell, now)).collect()))
    }
}
