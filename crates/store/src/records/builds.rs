//! Builds and the events of their lives.

use assay_core::build::LifecycleEvent;
use assay_core::records::{BuildFilter, Builds, Page};
use assay_core::{
    Build, BuildId, BuildStage, BuildStatus, Digest, EngineId, OrgId, Refused, Rejection, UserId, Verdict,
};
use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Params, Row, named_params, params};

use super::Records;
use crate::codec::{
    failed, id, json, maybe_id, maybe_time, micros, time, to_json, unless_unique, unreadable, word,
};

const COLUMNS: &str = "id, engine, org, number, digest, repository, reference, status, stage, pushed_by, \
                       uploaded_at, submitted_by, submitted_at, modified_at, manifest, report, verdict, policy, \
                       reason";

pub(super) const EVENT_COLUMNS: &str =
    "sequence, at, name, engine, build, org, before, after, user, actor, reason, details";

impl Builds for Records<'_> {
    fn insert_build(&self, build: &Build) -> Result<(), Refused> {
        let values = ":id, :engine, :org, :number, :digest, :repository, :reference, :status, :stage, :pushed_by, \
                      :uploaded_at, :submitted_by, :submitted_at, :modified_at, :manifest, :report, :verdict, \
                      :policy, :reason";
        self.write_build(&format!("INSERT INTO build ({COLUMNS}) VALUES ({values})"), build)
    }

    fn update_build(&self, build: &Build) -> Result<(), Refused> {
        self.write_build(
            "UPDATE build SET engine = :engine, org = :org, number = :number, digest = :digest, \
             repository = :repository, reference = :reference, status = :status, stage = :stage, \
             pushed_by = :pushed_by, uploaded_at = :uploaded_at, submitted_by = :submitted_by, \
             submitted_at = :submitted_at, modified_at = :modified_at, manifest = :manifest, report = :report, \
             verdict = :verdict, policy = :policy, reason = :reason WHERE id = :id",
            build,
        )
    }

    fn build(&self, id: BuildId) -> Result<Option<Build>, Refused> {
        self.one_build("id = ?1", [id.to_string()])
    }

    fn build_by_digest(&self, engine: EngineId, digest: &Digest) -> Result<Option<Build>, Refused> {
        let condition = "engine = ?1 AND digest = ?2 AND status <> 'deleted'";
        self.one_build(condition, params![engine.to_string(), digest.to_string()])
    }

    fn build_by_number(&self, engine: EngineId, number: u32) -> Result<Option<Build>, Refused> {
        self.one_build("engine = ?1 AND number = ?2", params![engine.to_string(), number])
    }

    fn deployed_build(&self, engine: EngineId) -> Result<Option<Build>, Refused> {
        self.one_build("engine = ?1 AND status = 'deployed'", [engine.to_string()])
    }

    fn builds(&self, filter: &BuildFilter, page: Page) -> Result<Vec<Build>, Refused> {
        let statuses: Vec<&str> = filter.statuses.iter().map(|status| status.name()).collect();
        let sql = format!(
            "SELECT {COLUMNS} FROM build WHERE {} ORDER BY {} LIMIT :limit OFFSET :offset",
            conditions(filter),
            if filter.awaiting_approval { "modified_at, id" } else { "uploaded_at DESC, id DESC" }
        );
        let parameters = named_params! {
            ":engine": filter.engine.map(|engine| engine.to_string()).unwrap_or_default(),
            ":org": filter.org.map_or(0, |org| org.0),
            ":id": filter.id.map(|id| id.to_string()).unwrap_or_default(),
            ":digest": filter.digest.as_ref().map(Digest::to_string).unwrap_or_default(),
            ":statuses": to_json(&statuses)?, ":limit": page.limit, ":offset": page.offset,
        };
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.query_map(parameters, read)?.collect())
            .map_err(failed("listing builds"))
    }

    fn next_number(&self, engine: EngineId) -> Result<u32, Refused> {
        self.connection
            .prepare_cached("SELECT coalesce(max(number), 0) + 1 FROM build WHERE engine = ?1")
            .and_then(|mut sql| sql.query_row([engine.to_string()], |row| row.get(0)))
            .map_err(failed("numbering a build"))
    }

    fn append_event(&self, event: &LifecycleEvent) -> Result<i64, Refused> {
        let parameters = params![
            micros(event.at),
            event.name,
            event.engine.to_string(),
            event.build.map(|build| build.to_string()),
            event.org.0,
            event.from,
            event.to,
            event.user.map(|user| user.to_string()),
            event.actor,
            event.reason,
            to_json(&event.details)?,
        ];
        self.connection
            .prepare_cached(
                "INSERT INTO lifecycle_event (at, name, engine, build, org, before, after, user, actor, reason, \
                 details) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )
            .and_then(|mut sql| sql.insert(parameters))
            .map_err(failed("writing an event"))
    }

    fn build_events(&self, build: BuildId, page: Page) -> Result<Vec<LifecycleEvent>, Refused> {
        self.events("build", build.to_string(), page)
    }

    fn engine_events(&self, engine: EngineId, page: Page) -> Result<Vec<LifecycleEvent>, Refused> {
        self.events("engine", engine.to_string(), page)
    }
}

/// Only what is asked for stands in the condition, so that the right index serves it. The parameters that do not
/// stand in it are named all the same, since a statement is given every one.
fn conditions(filter: &BuildFilter) -> String {
    let asked = |wanted: bool, yes: &'static str, no: &'static str| if wanted { yes } else { no };
    [
        asked(filter.engine.is_some(), "engine = :engine", ":engine = ''"),
        asked(filter.org.is_some(), "org = :org", ":org = 0"),
        asked(filter.id.is_some(), "id = :id", ":id = ''"),
        asked(filter.digest.is_some(), "digest = :digest", ":digest = ''"),
        asked(
            filter.statuses.is_empty(),
            "status <> 'deleted' AND :statuses = '[]'",
            "status IN (SELECT value FROM json_each(:statuses))",
        ),
        // The index holds only builds that are in a stage, and serves only those who say so in its own words.
        asked(filter.awaiting_approval, "stage = 'awaiting-approval' AND stage <> 'none'", "TRUE"),
    ]
    .join(" AND ")
}

impl Records<'_> {
    fn one_build(&self, condition: &str, parameters: impl Params) -> Result<Option<Build>, Refused> {
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM build WHERE {condition}"))
            .and_then(|mut sql| sql.query_row(parameters, read).optional())
            .map_err(failed("reading a build"))
    }

    fn write_build(&self, sql: &str, build: &Build) -> Result<(), Refused> {
        let text = |user: Option<UserId>| user.map(|user| user.to_string());
        let parameters = named_params! {
            ":id": build.id.to_string(),
            ":engine": build.engine.to_string(),
            ":org": build.org.0,
            ":number": build.number,
            ":digest": build.digest.as_ref().map(Digest::to_string),
            ":repository": build.repository,
            ":reference": build.reference,
            ":status": build.status.name(),
            ":stage": build.stage.name(),
            ":pushed_by": text(build.pushed_by),
            ":uploaded_at": micros(build.uploaded_at),
            ":submitted_by": text(build.submitted_by),
            ":submitted_at": build.submitted_at.map(micros),
            ":modified_at": micros(build.modified_at),
            ":manifest": build.manifest,
            ":report": build.report.as_ref().map(Digest::to_string),
            ":verdict": build.verdict.map(|verdict| to_json(&verdict)).transpose()?,
            ":policy": build.policy,
            ":reason": build.reason,
        };
        self.connection
            .prepare_cached(sql)
            .and_then(|mut sql| sql.execute(parameters))
            .map(drop)
            .map_err(unless_unique("keeping a build", build_exists(build)))
    }

    fn events(&self, column: &str, value: String, page: Page) -> Result<Vec<LifecycleEvent>, Refused> {
        let sql = format!(
            "SELECT {EVENT_COLUMNS} FROM lifecycle_event WHERE {column} = ?1 ORDER BY sequence LIMIT ?2 OFFSET ?3"
        );
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.query_map(params![value, page.limit, page.offset], read_event)?.collect())
            .map_err(failed("listing events"))
    }
}

fn build_exists(build: &Build) -> Rejection {
    Rejection::new(
        "build-exists",
        format!(
            "engine {} has a build of this image, a build with number {}, or another deployed build already",
            build.engine, build.number
        ),
    )
}

fn read(row: &Row<'_>) -> rusqlite::Result<Build> {
    Ok(Build {
        id: BuildId(id(row, "id")?),
        engine: EngineId(id(row, "engine")?),
        org: OrgId(row.get("org")?),
        number: row.get("number")?,
        digest: maybe_digest(row, "digest")?,
        repository: row.get("repository")?,
        reference: row.get("reference")?,
        status: word(row, "status", BuildStatus::named)?,
        stage: word(row, "stage", BuildStage::named)?,
        pushed_by: maybe_id(row, "pushed_by")?.map(UserId),
        uploaded_at: time(row, "uploaded_at")?,
        submitted_by: maybe_id(row, "submitted_by")?.map(UserId),
        submitted_at: maybe_time(row, "submitted_at")?,
        modified_at: time(row, "modified_at")?,
        manifest: row.get("manifest")?,
        report: maybe_digest(row, "report")?,
        verdict: verdict(row)?,
        policy: row.get("policy")?,
        reason: row.get("reason")?,
    })
}

fn maybe_digest(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Digest>> {
    let stored: Option<String> = row.get(column)?;
    stored.map(|text| text.parse().map_err(|cause| unreadable(Type::Text, cause))).transpose()
}

fn verdict(row: &Row<'_>) -> rusqlite::Result<Option<Verdict>> {
    let stored: Option<String> = row.get("verdict")?;
    stored.map(|text| serde_json::from_str(&text).map_err(|cause| unreadable(Type::Text, cause))).transpose()
}

pub(super) fn read_event(row: &Row<'_>) -> rusqlite::Result<LifecycleEvent> {
    Ok(LifecycleEvent {
        sequence: row.get("sequence")?,
        at: time(row, "at")?,
        name: row.get("name")?,
        engine: EngineId(id(row, "engine")?),
        build: maybe_id(row, "build")?.map(BuildId),
        org: OrgId(row.get("org")?),
        from: row.get("before")?,
        to: row.get("after")?,
        user: maybe_id(row, "user")?.map(UserId),
        actor: row.get("actor")?,
        reason: row.get("reason")?,
        details: json(row, "details")?,
    })
}
