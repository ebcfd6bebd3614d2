//! Finding a build for somebody.

use assay_core::ledger::Transaction;
use assay_core::{Actor, Build, BuildId, BuildStatus, Engine, Fault, Refused, Rejection, Role};

/// The build, when `actor` may see it. A deleted one is there for admins alone.
///
/// # Errors
/// `not-found`, whether there is none or none to be seen.
pub fn seen(records: &dyn Transaction, actor: &Actor, id: BuildId) -> Result<Build, Refused> {
    let there = records.build(id)?.filter(|build| shown(actor, build));
    there.ok_or_else(|| not_found(id).into())
}

fn shown(actor: &Actor, build: &Build) -> bool {
    let deleted = build.status == BuildStatus::Deleted;
    actor.sees(build.org) && (!deleted || actor.is(Role::Admin, build.org))
}

/// The engine of a build, which cannot be missing.
pub(crate) fn engine_of(records: &dyn Transaction, build: &Build) -> Result<Engine, Refused> {
    let lost =
        || Fault::new("store", "finding a build's engine", format!("there is no engine {}", build.engine));
    records.engine(build.engine)?.ok_or_else(|| lost().into())
}

fn not_found(id: BuildId) -> Rejection {
    let data = serde_json::json!({ "objectId": id, "objectType": "Build" });
    Rejection::new("not-found", format!("there is no build {id}")).data(data)
}
