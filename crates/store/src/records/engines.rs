//! Engines.

use assay_core::category::Category;
use assay_core::records::{Direction, EngineFilter, EngineOrder, Engines, Page};
use assay_core::{BuildStatus, Engine, EngineId, OrgId, Refused, Rejection, UserId};
use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, named_params, params};

use super::Records;
use crate::codec::{
    failed, id, json, maybe_id, maybe_time, micros, parsed, time, to_json, unless_unique, unreadable, word,
};

const COLUMNS: &str = "id, org, slug, name, category, mode, deployment_model, details, disabled, deleted_at, \
                       created_at, created_by, modified_at";

/// Which engines a filter lets through. The state is derived as `EngineState::derive` says; a test holds the two together.
/// Mode and model are kept as JSON strings, hence the quotes taken off.
const CONDITIONS: &str = "(:org IS NULL OR org = :org) \
     AND (:ids = '[]' OR id IN (SELECT value FROM json_each(:ids))) \
     AND (:name IS NULL OR instr(lower(name), lower(:name)) > 0) \
     AND (:deleted OR deleted_at IS NULL) \
     AND (:visible_to IS NULL OR org = :visible_to OR (json_extract(details, '$.isPublic') \
          AND disabled IS NULL AND EXISTS (SELECT 1 FROM build WHERE engine = engine.id AND status = 'deployed'))) \
     AND (:categories = '[]' OR category IN (SELECT value FROM json_each(:categories))) \
     AND (:modes = '[]' OR mode ->> '$' IN (SELECT value FROM json_each(:modes))) \
     AND (:models = '[]' OR deployment_model ->> '$' IN (SELECT value FROM json_each(:models))) \
     AND (:library IS NULL OR json_extract(details, '$.libraryRequired') = :library) \
     AND (:creates_tdo IS NULL OR json_extract(details, '$.createsTdo') = :creates_tdo) \
     AND (:states = '[]' OR CASE WHEN deleted_at IS NOT NULL THEN 'deleted' WHEN disabled IS NOT NULL THEN 'disabled' \
          WHEN EXISTS (SELECT 1 FROM build WHERE engine = engine.id AND status = 'deployed') THEN 'active' \
          WHEN EXISTS (SELECT 1 FROM build WHERE engine = engine.id \
               AND status IN (SELECT value FROM json_each(:usable))) THEN 'ready' \
          ELSE 'pending' END IN (SELECT value FROM json_each(:states)))";

impl Engines for Records<'_> {
    fn insert_engine(&self, engine: &Engine) -> Result<(), Refused> {
        let values = ":id, :org, :slug, :name, :category, :mode, :deployment_model, :details, :disabled, \
                      :deleted_at, :created_at, :created_by, :modified_at";
        self.write_engine(&format!("INSERT INTO engine ({COLUMNS}) VALUES ({values})"), engine)
    }

    fn update_engine(&self, engine: &Engine) -> Result<(), Refused> {
        self.write_engine(
            "UPDATE engine SET org = :org, slug = :slug, name = :name, category = :category, mode = :mode, \
             deployment_model = :deployment_model, details = :details, disabled = :disabled, \
             deleted_at = :deleted_at, created_at = :created_at, created_by = :created_by, \
             modified_at = :modified_at WHERE id = :id",
            engine,
        )
    }

    fn engine(&self, id: EngineId) -> Result<Option<Engine>, Refused> {
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM engine WHERE id = ?1"))
            .and_then(|mut sql| sql.query_row([id.to_string()], read).optional())
            .map_err(failed("reading an engine"))
    }

    fn engine_by_slug(&self, org: OrgId, slug: &str) -> Result<Option<Engine>, Refused> {
        let sql = format!("SELECT {COLUMNS} FROM engine WHERE org = ?1 AND slug = ?2 AND deleted_at IS NULL");
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.query_row(params![org.0, slug], read).optional())
            .map_err(failed("reading an engine"))
    }

    fn engines(&self, filter: &EngineFilter, page: Page) -> Result<Vec<Engine>, Refused> {
        let sql = format!(
            "SELECT {COLUMNS} FROM engine WHERE {CONDITIONS} ORDER BY {}id LIMIT :limit OFFSET :offset",
            order(filter)
        );
        let usable: Vec<&str> =
            BuildStatus::ALL.iter().filter(|status| status.is_usable()).map(|status| status.name()).collect();
        let states: Vec<&str> = filter.states.iter().map(|state| state.name()).collect();
        let parameters = named_params! {
            ":org": filter.org.map(|org| org.0), ":ids": to_json(&filter.ids)?, ":name": filter.name,
            ":deleted": filter.deleted, ":visible_to": filter.visible_to.map(|org| org.0),
            ":states": to_json(&states)?, ":usable": to_json(&usable)?,
            ":categories": to_json(&filter.categories)?, ":modes": to_json(&filter.modes)?,
            ":models": to_json(&filter.deployment_models)?, ":library": filter.library_required, ":creates_tdo": filter.creates_tdo,
            ":limit": page.limit, ":offset": page.offset,
        };
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.query_map(parameters, read)?.collect())
            .map_err(failed("listing engines"))
    }

    fn build_statuses(&self, id: EngineId) -> Result<Vec<BuildStatus>, Refused> {
        self.connection
            .prepare_cached("SELECT DISTINCT status FROM build WHERE engine = ?1 AND status <> 'deleted'")
            .and_then(|mut sql| {
                sql.query_map([id.to_string()], |row| word(row, "status", BuildStatus::named))?.collect()
            })
            .map_err(failed("listing the statuses of builds"))
    }
}

impl Records<'_> {
    fn write_engine(&self, sql: &str, engine: &Engine) -> Result<(), Refused> {
        let parameters = named_params! {
            ":id": engine.id.to_string(),
            ":org": engine.org.0,
            ":slug": engine.slug,
            ":name": engine.name,
            ":category": engine.category.name(),
            ":mode": to_json(&engine.mode)?,
            ":deployment_model": to_json(&engine.deployment_model)?,
            ":details": to_json(&engine.details)?,
            ":disabled": engine.disabled.map(|reason| to_json(&reason)).transpose()?,
            ":deleted_at": engine.deleted_at.map(micros),
            ":created_at": micros(engine.created_at),
            ":created_by": engine.created_by.map(|user| user.to_string()),
            ":modified_at": micros(engine.modified_at),
        };
        self.connection
            .prepare_cached(sql)
            .and_then(|mut sql| sql.execute(parameters))
            .map(drop)
            .map_err(unless_unique("keeping an engine", slug_taken(engine)))
    }
}

/// The columns to order by, each followed by a comma.
fn order(filter: &EngineFilter) -> String {
    let by_name = [(EngineOrder::Name, Direction::Ascending)];
    let wanted = if filter.order.is_empty() { &by_name[..] } else { &filter.order };
    wanted.iter().map(|(by, direction)| format!("{}{}, ", column(*by), descending(*direction))).collect()
}

fn column(by: EngineOrder) -> &'static str {
    match by {
        EngineOrder::Name => "name",
        EngineOrder::Id => "id",
        EngineOrder::Category => "category",
        EngineOrder::Mode => "mode",
        EngineOrder::DeploymentModel => "deployment_model",
        EngineOrder::CreatedAt => "created_at",
        EngineOrder::ModifiedAt => "modified_at",
    }
}

fn descending(direction: Direction) -> &'static str {
    match direction {
        Direction::Ascending => "",
        Direction::Descending => " DESC",
    }
}

fn slug_taken(engine: &Engine) -> Rejection {
    Rejection::new(
        "slug-taken",
        format!("organization {} has an engine `{}` already", engine.org, engine.slug),
    )
    .hint("choose another name for registry paths")
}

fn read(row: &Row<'_>) -> rusqlite::Result<Engine> {
    Ok(Engine {
        id: EngineId(id(row, "id")?),
        org: OrgId(row.get("org")?),
        slug: row.get("slug")?,
        name: row.get("name")?,
        category: category(row)?,
        mode: json(row, "mode")?,
        deployment_model: json(row, "deployment_model")?,
        details: json(row, "details")?,
        disabled: row
            .get::<_, Option<String>>("disabled")?
            .map(|text| serde_json::from_str(&text).map_err(|cause| unreadable(Type::Text, cause)))
            .transpose()?,
        deleted_at: maybe_time(row, "deleted_at")?,
        created_at: time(row, "created_at")?,
        created_by: maybe_id(row, "created_by")?.map(UserId),
        modified_at: time(row, "modified_at")?,
    })
}

fn category(row: &Row<'_>) -> rusqlite::Result<Category> {
    parsed(row, "category")
}
