//! How builds are shown.

use assay_app::build::BuildView;
use assay_core::build::BuildAction;
use assay_core::{BuildId, BuildStage, BuildStatus, Digest, EngineId, OrgId, Verdict};
use jiff::Timestamp;
use serde::Serialize;

use crate::render::table::Table;
use crate::terminal::escape;

/// A build as it is told.
#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct BuildRow {
    pub(super) id: BuildId,
    pub(super) engine: EngineId,
    pub(super) org: OrgId,
    pub(super) number: u32,
    pub(super) status: BuildStatus,
    pub(super) stage: BuildStage,
    pub(super) verdict: Option<Verdict>,
    pub(super) policy: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) reference: String,
    pub(super) digest: Option<Digest>,
    pub(super) uploaded_at: Timestamp,
    pub(super) submitted_at: Option<Timestamp>,
    pub(super) modified_at: Timestamp,
    pub(super) valid_state_actions: Vec<BuildAction>,
}

impl From<BuildView> for BuildRow {
    fn from(BuildView { build, actions, .. }: BuildView) -> Self {
        Self {
            id: build.id,
            engine: build.engine,
            org: build.org,
            number: build.number,
            status: build.status,
            stage: build.stage,
            verdict: build.verdict,
            policy: build.policy,
            reason: build.reason,
            reference: build.reference,
            digest: build.digest,
            uploaded_at: build.uploaded_at,
            submitted_at: build.submitted_at,
            modified_at: build.modified_at,
            valid_state_actions: actions,
        }
    }
}

impl BuildRow {
    /// Status, with the stage within `pending`.
    pub(super) fn standing(&self) -> String {
        match self.stage {
            BuildStage::None => self.status.name().into(),
            stage => format!("{} ({})", self.status.name(), stage.name()),
        }
    }
}

/// Builds one a line.
pub(super) fn table(rows: &[BuildRow]) -> String {
    let mut table = Table::new(0, &["build", "status", "image", "pushed", "id", "reason"]);
    for row in rows {
        table.row(vec![
            row.number.to_string(),
            row.standing(),
            escape::cut(&row.reference, 60),
            minute(row.uploaded_at),
            row.id.to_string(),
            escape::cut(row.reason.as_deref().unwrap_or_default(), 60),
        ]);
    }
    table.text()
}

/// All about one build.
pub(super) fn page(row: &BuildRow) -> String {
    let mut table = Table::new(0, &[]);
    let mut line = |name: &str, value: String| table.row(vec![name.into(), value]);
    line("build", format!("{} of engine {}", row.number, row.engine));
    line("id", row.id.to_string());
    line("status", row.standing());
    if let Some(reason) = &row.reason {
        line("reason", escape::line(reason));
    }
    line("image", escape::line(&row.reference));
    line("digest", row.digest.as_ref().map_or_else(|| "–".into(), ToString::to_string));
    line("pushed", minute(row.uploaded_at));
    if let Some(policy) = &row.policy {
        line("policy", escape::line(policy));
    }
    let actions: Vec<&str> = row.valid_state_actions.iter().map(|action| action.name()).collect();
    line("possible", if actions.is_empty() { "nothing".into() } else { actions.join(", ") });
    table.text()
}

/// A time to the minute.
pub(super) fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M").to_string()
}

/// A duration in its two largest units.
pub(super) fn duration(duration: jiff::SignedDuration) -> String {
    let minutes = duration.as_mins().max(0);
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours) {
        (0, 0) if minutes == 0 => format!("{} s", duration.as_secs().max(0)),
        (0, 0) => format!("{minutes} min"),
        (0, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}
