//! How engines are shown.

use assay_app::engine::EngineView;
use assay_core::engine::{DisabledReason, EngineDetails, EngineStateAction};
use assay_core::manifest::EngineMode;
use assay_core::profile::DeploymentModel;
use assay_core::{EngineId, EngineState, OrgId};
use jiff::Timestamp;
use serde::Serialize;

use crate::render::table::Table;
use crate::terminal::escape;

/// An engine as it is told.
#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct EngineRow {
    id: EngineId,
    org: OrgId,
    slug: String,
    name: String,
    state: EngineState,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_reason: Option<DisabledReason>,
    deployed_build: Option<u32>,
    category: &'static str,
    mode: EngineMode,
    deployment_model: DeploymentModel,
    valid_state_actions: &'static [EngineStateAction],
    created_at: Timestamp,
    modified_at: Timestamp,
    #[serde(flatten)]
    details: EngineDetails,
}

impl From<EngineView> for EngineRow {
    fn from(view: EngineView) -> Self {
        let actions = view.actions();
        let EngineView { engine, state, deployed } = view;
        Self {
            id: engine.id,
            org: engine.org,
            slug: engine.slug,
            name: engine.name,
            state,
            disabled_reason: engine.disabled,
            deployed_build: deployed.map(|build| build.number),
            category: engine.category.name(),
            mode: engine.mode,
            deployment_model: engine.deployment_model,
            valid_state_actions: actions,
            created_at: engine.created_at,
            modified_at: engine.modified_at,
            details: engine.details,
        }
    }
}

/// Engines one a line.
pub(super) fn table(rows: &[EngineRow]) -> String {
    let mut table =
        Table::new(0, &["engine", "name", "state", "deployed", "category", "mode", "model", "id"]);
    for row in rows {
        table.row(vec![
            format!("{}/{}", row.org, row.slug),
            escape::line(&row.name),
            row.state.name().into(),
            row.deployed_build.map_or_else(|| "–".into(), |number| number.to_string()),
            row.category.into(),
            row.mode.name().into(),
            row.deployment_model.name().into(),
            row.id.to_string(),
        ]);
    }
    table.text()
}

/// All about one engine.
pub(super) fn page(row: &EngineRow) -> String {
    let mut table = Table::new(0, &[]);
    let mut line = |name: &str, value: String| table.row(vec![name.into(), value]);
    line("engine", format!("{}/{}", row.org, row.slug));
    line("id", row.id.to_string());
    line("name", escape::line(&row.name));
    line("state", row.state.name().into());
    if let Some(reason) = row.disabled_reason {
        let why =
            if reason == DisabledReason::User { "by a person" } else { "its builds failed; push a good one" };
        line("disabled", why.into());
    }
    line("deployed", row.deployed_build.map_or_else(|| "–".into(), |number| format!("build {number}")));
    line("category", row.category.into());
    line("mode", row.mode.name().into());
    line("model", row.deployment_model.name().into());
    if !row.details.description.is_empty() {
        line("description", escape::line(&row.details.description));
    }
    line("public", String::from(if row.details.is_public { "yes, once deployed" } else { "no" }));
    let actions: Vec<&str> = row.valid_state_actions.iter().map(|action| action.name()).collect();
    line("possible", actions.join(", "));
    table.text()
}
