//! Looking at waivers.

use assay_core::ledger::{Transaction, read};
use assay_core::records::Page;
use assay_core::waiver::WaiverFilter;
use assay_core::{Actor, Refused, Rejection, Scope, Waiver, WaiverId};

use crate::{Service, page, scope};

/// The waiver, when `actor` may see it.
///
/// # Errors
/// `not-found`; faults of the store.
pub fn get(service: &Service, actor: &Actor, id: WaiverId) -> Result<Waiver, Refused> {
    if !actor.may(Scope::Read) {
        return Err(unknown(id));
    }
    read(&*service.ledger, |records| seen(records, actor, id))
}

/// Waivers, newest first. Without an organization they are those of the actor's own, or all for operators.
///
/// # Errors
/// `not-found` for an organization out of sight; `invalid-page`; faults of the store.
pub fn list(
    service: &Service,
    actor: &Actor,
    filter: &WaiverFilter,
    page: Page,
) -> Result<Vec<Waiver>, Refused> {
    page::check(page)?;
    let org = scope::org(actor, filter.org)?;
    if !actor.may(Scope::Read) {
        return Ok(Vec::new());
    }
    read(&*service.ledger, |records| records.waivers(&WaiverFilter { org, ..filter.clone() }, page))
}

/// The waiver within a transaction.
pub(super) fn seen(records: &dyn Transaction, actor: &Actor, id: WaiverId) -> Result<Waiver, Refused> {
    let waiver = records.waiver(id)?.filter(|waiver| actor.sees(waiver.org));
    waiver.ok_or_else(|| unknown(id))
}

fn unknown(id: WaiverId) -> Refused {
    let data = serde_json::json!({ "objectId": id, "objectType": "Waiver" });
    Rejection::new("not-found", format!("there is no waiver {id}")).data(data).into()
}
