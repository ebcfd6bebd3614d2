//! Making an engine.

use assay_core::account::Organization;
use assay_core::category::Category;
use assay_core::engine::EngineDetails;
use assay_core::ledger::{Transaction, write};
use assay_core::manifest::EngineMode;
use assay_core::profile::DeploymentModel;
use assay_core::{Actor, Engine, EngineId, OrgId, Refused, Rejection, Role, Scope};
use serde_json::json;

use super::settle::tell;
use super::{check, slug};
use crate::{Service, scope};

/// The profile of a new engine.
#[derive(Clone, PartialEq, Debug)]
pub struct NewEngine {
    /// The organization it is made for; the actor's own when none is named.
    pub org: Option<OrgId>,
    /// Its id, when the caller has one already.
    pub id: Option<EngineId>,
    /// Display name.
    pub name: String,
    /// Name in registry paths; made of the display name when none is given.
    pub slug: Option<String>,
    /// Category.
    pub category: Category,
    /// Mode.
    pub mode: EngineMode,
    /// How far it may reach.
    pub deployment_model: DeploymentModel,
    /// The rest.
    pub details: EngineDetails,
}

/// Makes an engine.
///
/// # Errors
/// `not-found` for the organization, `not-allowed`, `engine-exists`, `slug-taken`, `slug-malformed`, and what is wrong with
/// the profile: `engine-name`, `engine-profile`, `engine-field`, `email-malformed`; faults of the store.
pub fn create(service: &Service, actor: &Actor, new: &NewEngine) -> Result<Engine, Refused> {
    check::name(&new.name)?;
    check::details(&new.details)?;
    new.slug.as_deref().map(slug::check).transpose()?;
    write(&*service.ledger, |records| {
        let org = owner(records, actor, new.org.unwrap_or(actor.org))?;
        let engine = drafted(service, records, actor, org.id, new)?;
        records.insert_engine(&engine)?;
        let told = json!({ "name": engine.name, "slug": engine.slug });
        tell(records, actor, &engine, "EngineCreate", None, told, engine.created_at)?;
        Ok(engine)
    })
}

fn owner(records: &dyn Transaction, actor: &Actor, org: OrgId) -> Result<Organization, Refused> {
    let there = records.organization(org)?.filter(|_| actor.sees(org));
    let there = there.ok_or_else(|| scope::no_org(org))?;
    if actor.is(Role::Developer, org) && actor.may(Scope::Write) {
        return Ok(there);
    }
    Err(Rejection::new("not-allowed", format!("`{}` may not make engines in organization {org}", actor.name))
        .hint("it takes a developer of the organization, with a token for writing")
        .into())
}

fn drafted(
    service: &Service,
    records: &dyn Transaction,
    actor: &Actor,
    org: OrgId,
    new: &NewEngine,
) -> Result<Engine, Refused> {
    let id = new.id.unwrap_or_else(|| EngineId(service.ids.next_id()));
    // Ids are the installation's: somebody else's that is taken cannot be given again, and saying so tells no more of it.
    if records.engine(id)?.is_some() {
        return Err(Rejection::new("engine-exists", format!("the id {id} is taken")).into());
    }
    let slug = match &new.slug {
        Some(slug) => slug.clone(),
        None => slug::derived(records, org, &new.name)?,
    };
    let now = service.now();
    Ok(Engine {
        id,
        org,
        slug,
        name: new.name.clone(),
        category: new.category,
        mode: new.mode,
        deployment_model: new.deployment_model,
        details: new.details.clone(),
        disabled: None,
        deleted_at: None,
        created_at: now,
        created_by: actor.user,
        modified_at: now,
    })
}
