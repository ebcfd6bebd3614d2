//! What was sent, to look at and to send again.

use assay_core::ledger::{Transaction, read, write};
use assay_core::notice::{Delivery, DeliveryFilter, DeliveryId, DeliveryState, Recipient};
use assay_core::records::Page;
use assay_core::{Actor, OrgId, Refused, Rejection, Role, Scope};

use super::endpoint::{managed, refuse_disabled};
use super::queue;
use crate::Service;

/// Deliveries, newest first. Those to one endpoint are for whoever manages it; letters too are for the admins alone.
///
/// # Errors
/// `not-found`, `not-allowed`; faults of the store.
pub fn deliveries(
    service: &Service,
    actor: &Actor,
    filter: &DeliveryFilter,
    page: Page,
) -> Result<Vec<Delivery>, Refused> {
    read(&*service.ledger, |records| {
        match (filter.endpoint, filter.org) {
            (Some(endpoint), _) => managed(records, actor, endpoint).map(drop)?,
            (None, org) => admin(actor, org.unwrap_or(OrgId::OPERATORS))?,
        }
        records.deliveries(filter, page)
    })
}

/// Sends a delivery that is over once more, under its old id and with a fresh set of attempts.
///
/// # Errors
/// `not-found`, `not-allowed`, `delivery-not-over`, `endpoint-disabled`; faults of the store.
pub fn redeliver(service: &Service, actor: &Actor, id: &DeliveryId) -> Result<Delivery, Refused> {
    let now = service.now();
    write(&*service.ledger, |records| {
        let mut delivery = managed_delivery(records, actor, id)?;
        if delivery.state == DeliveryState::Queued {
            return Err(not_over(id).into());
        }
        (delivery.state, delivery.next_at, delivery.ended_at) = (DeliveryState::Queued, Some(now), None);
        records.update_delivery(&delivery)?;
        queue::work(records, &delivery, now, now)?;
        Ok(delivery)
    })
}

fn managed_delivery(records: &dyn Transaction, actor: &Actor, id: &DeliveryId) -> Result<Delivery, Refused> {
    let not_found = || Rejection::new("not-found", format!("there is no delivery {id}"));
    let delivery = records.delivery(id)?.filter(|delivery| actor.sees(delivery.org)).ok_or_else(not_found)?;
    match delivery.to {
        Recipient::Endpoint(endpoint) => refuse_disabled(&managed(records, actor, endpoint)?)?,
        Recipient::Mail { .. } => admin(actor, delivery.org)?,
    }
    Ok(delivery)
}

fn admin(actor: &Actor, org: OrgId) -> Result<(), Rejection> {
    if !actor.sees(org) {
        return Err(Rejection::new("not-found", format!("there is no organization {org}")));
    }
    if actor.is(Role::Admin, org) && actor.may(Scope::Admin) {
        return Ok(());
    }
    let message = format!("`{}` may not look at what organization {org} was sent", actor.name);
    Err(Rejection::new("not-allowed", message)
        .hint("this takes an admin; name an endpoint to see what it was sent"))
}

fn not_over(id: &DeliveryId) -> Rejection {
    Rejection::new("delivery-not-over", format!("delivery {id} is still being tried"))
        .hint("wait until it is delivered or given up")
}
