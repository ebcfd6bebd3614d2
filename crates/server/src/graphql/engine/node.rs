//! An engine as it is answered.

use std::sync::Arc;

use assay_app::engine::{EngineView, starter};
use assay_core::records::BuildFilter;
use assay_core::{BuildId, UserId};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use serde_json::Value;

use super::field::FieldNode;
use super::word::{DeploymentModel, EngineMode, EngineState, StateAction};
use crate::graphql::account::{OrganizationNode, organization};
use crate::graphql::build::{BuildNode, BuildStatusWord, Manifest};
use crate::graphql::category::{CategoryNode, id_of};
use crate::graphql::part::{Part, USUAL, asked, cost};
use crate::graphql::scalar::{DateTime, id};
use crate::graphql::visit::visit;

/// What is told of something that was deleted.
#[derive(SimpleObject)]
pub(crate) struct DeletePayload {
    pub(crate) id: ID,
    pub(crate) message: Option<String>,
}

/// An engine.
#[derive(Clone, Debug)]
pub(crate) struct EngineNode(pub(crate) Arc<EngineView>);

impl From<EngineView> for EngineNode {
    fn from(view: EngineView) -> Self {
        Self(Arc::new(view))
    }
}

impl EngineNode {
    /// What the deployed build's manifest says.
    fn deployed(&self) -> Option<Manifest> {
        Manifest::of(self.0.deployed.as_ref()?)
    }
}

/// A user's id as text.
pub(crate) fn user(id: Option<UserId>) -> Option<String> {
    id.map(|id| id.to_string())
}

/// An engine. What is told of its deployed build is null while there is none.
#[Object(name = "Engine")]
impl EngineNode {
    async fn id(&self) -> ID {
        self.0.engine.id.to_string().into()
    }

    async fn name(&self) -> &str {
        &self.0.engine.name
    }

    async fn display_name(&self) -> &str {
        &self.0.engine.name
    }

    /// Name in registry paths. An extension of ours.
    async fn slug(&self) -> &str {
        &self.0.engine.slug
    }

    async fn description(&self) -> &str {
        &self.0.engine.details.description
    }

    async fn state(&self) -> EngineState {
        self.0.state.into()
    }

    async fn mode(&self) -> EngineMode {
        self.0.engine.mode.into()
    }

    async fn deployment_model(&self) -> DeploymentModel {
        self.0.engine.deployment_model.into()
    }

    async fn category_id(&self) -> ID {
        id_of(self.0.engine.category).into()
    }

    async fn category(&self) -> CategoryNode {
        self.0.engine.category.into()
    }

    async fn owner_organization_id(&self) -> ID {
        self.0.engine.org.to_string().into()
    }

    /// The organization it belongs to, for those who may see it.
    async fn owner_organization(&self, context: &Context<'_>) -> Result<Option<OrganizationNode>> {
        let org = self.0.engine.org;
        let seen = visit(context)?.actor()?.sees(org);
        if seen { organization(context, org).await.map(Some) } else { Ok(None) }
    }

    async fn is_public(&self) -> bool {
        self.0.engine.details.is_public
    }

    async fn price(&self) -> Option<i64> {
        self.0.engine.details.price
    }

    async fn icon_path(&self) -> Option<&str> {
        self.0.engine.details.icon_path.as_deref()
    }

    async fn logo_path(&self) -> Option<&str> {
        self.0.engine.details.logo_path.as_deref()
    }

    /// The same as `iconPath`: icons are not kept here.
    async fn signed_icon_path(&self) -> Option<&str> {
        self.0.engine.details.icon_path.as_deref()
    }

    /// The same as `logoPath`: logos are not kept here.
    async fn signed_logo_path(&self) -> Option<&str> {
        self.0.engine.details.logo_path.as_deref()
    }

    async fn library_required(&self) -> bool {
        self.0.engine.details.library_required
    }

    #[graphql(name = "createsTDO")]
    async fn creates_tdo(&self) -> bool {
        self.0.engine.details.creates_tdo
    }

    async fn use_cases(&self) -> &[String] {
        &self.0.engine.details.use_cases
    }

    async fn industries(&self) -> &[String] {
        &self.0.engine.details.industries
    }

    /// Custom fields of its tasks.
    async fn fields(&self) -> Vec<FieldNode> {
        self.0.engine.details.fields.iter().cloned().map(FieldNode::from).collect()
    }

    /// A manifest to start from, as its profile has it.
    async fn manifest(&self) -> Value {
        starter(&self.0.engine)
    }

    async fn valid_state_actions(&self) -> Vec<StateAction> {
        self.0.actions().iter().copied().map(StateAction::from).collect()
    }

    /// Number of the deployed build.
    async fn deployed_version(&self) -> Option<u32> {
        self.0.deployed.as_ref().map(|build| build.number)
    }

    async fn created_date_time(&self) -> DateTime {
        DateTime(self.0.engine.created_at)
    }

    async fn modified_date_time(&self) -> DateTime {
        DateTime(self.0.engine.modified_at)
    }

    async fn created_by(&self) -> Option<String> {
        user(self.0.engine.created_by)
    }

    /// Always `docker`.
    async fn runtime_type(&self) -> &str {
        "docker"
    }

    /// Of the deployed build.
    async fn preferred_input_format(&self) -> Option<String> {
        self.deployed()?.text("preferredInputFormat")
    }

    /// Of the deployed build.
    async fn supported_input_formats(&self) -> Option<Vec<String>> {
        self.deployed()?.texts("supportedInputFormats")
    }

    /// Of the deployed build.
    async fn output_formats(&self) -> Option<Vec<String>> {
        self.deployed()?.texts("outputFormats")
    }

    /// Of the deployed build.
    async fn supported_source_types(&self) -> Option<Vec<String>> {
        self.deployed()?.texts("supportedSourceTypes")
    }

    /// Of the deployed build.
    async fn supported_schedule_types(&self) -> Option<Vec<String>> {
        self.deployed()?.texts("supportedScheduleTypes")
    }

    /// Of the deployed build.
    async fn has_scan_phase(&self) -> Option<bool> {
        self.deployed()?.flag("hasScanPhase")
    }

    /// Of the deployed build.
    async fn oauth(&self) -> Option<String> {
        self.deployed()?.text("oauth")
    }

    /// Its builds, newest first; deleted ones only when asked for. For those of its organization.
    #[graphql(complexity = "cost(limit, child_complexity)")]
    async fn builds(
        &self,
        context: &Context<'_>,
        build_status: Option<Vec<BuildStatusWord>>,
        status: Option<Vec<BuildStatusWord>>,
        #[graphql(default_with = "Some(0)")] offset: Option<i32>,
        #[graphql(default_with = "Some(USUAL)")] limit: Option<i32>,
        #[graphql(name = "id")] wanted: Option<ID>,
    ) -> Result<Option<Part<BuildNode>>> {
        let page = asked(offset, limit)?;
        let wanted = wanted.as_ref().map(|wanted| id("Build", wanted)).transpose()?.map(BuildId);
        let statuses = build_status.into_iter().chain(status).flatten().map(Into::into).collect();
        let filter =
            BuildFilter { engine: Some(self.0.engine.id), id: wanted, statuses, ..BuildFilter::default() };
        let listed =
            visit(context)?.ask(move |service, actor| assay_app::build::list(service, actor, &filter, page));
        let node = |view| BuildNode::new(view, Some(self.clone()));
        Ok(Some(Part::of(page, listed.await?.into_iter().map(node))))
    }
}
