//! Who is told by e-mail: addresses, each once, and as what.

use std::collections::BTreeSet;

use assay_core::ledger::Transaction;
use assay_core::notice::{Audience, WebhookEndpoint};
use assay_core::records::{Page, UserFilter};
use assay_core::{Build, OrgId, Refused, Role, User, UserId};

use super::Occasion;

/// People told of one event at most, for each audience; whoever has more approvers than that has a mailing list.
const MOST: u32 = 100;

/// Who is told of `occasion`. Whoever is several things at once is told as the first in the occasion's order.
pub(super) fn of(
    records: &dyn Transaction,
    build: &Build,
    occasion: Occasion,
) -> Result<Vec<(String, Audience)>, Refused> {
    let mut told = BTreeSet::new();
    let mut list = Vec::new();
    for audience in occasion.audiences() {
        for address in addresses(records, build, *audience)? {
            if told.insert(address.to_lowercase()) {
                list.push((address, *audience));
            }
        }
    }
    Ok(list)
}

/// The operators, for alerts.
pub(super) fn operators(records: &dyn Transaction) -> Result<Vec<(String, Audience)>, Refused> {
    let users = with_roles(records, OrgId::OPERATORS, &[Role::Admin])?;
    Ok(users.into_iter().map(|user| (user.email, Audience::Operator)).collect())
}

/// Whoever made an endpoint, or else the admins of its organization.
pub(super) fn owners(
    records: &dyn Transaction,
    endpoint: &WebhookEndpoint,
) -> Result<Vec<(String, Audience)>, Refused> {
    let maker = endpoint.created_by.map(|id| address_of(records, id)).transpose()?.flatten();
    let addresses = match maker {
        Some(address) => vec![address],
        None => {
            let admins = with_roles(records, endpoint.org, &[Role::Admin])?;
            admins.into_iter().map(|user| user.email).collect()
        }
    };
    Ok(addresses.into_iter().map(|address| (address, Audience::Developer)).collect())
}

fn addresses(records: &dyn Transaction, build: &Build, audience: Audience) -> Result<Vec<String>, Refused> {
    match audience {
        Audience::Developer => developers(records, build),
        Audience::Approver => approvers(records, build),
        Audience::Operator => {
            let users = with_roles(records, OrgId::OPERATORS, &[Role::Approver, Role::Admin])?;
            Ok(users.into_iter().map(|user| user.email).collect())
        }
    }
}

/// Pusher, submitter, and whoever the engine's testing detail names.
fn developers(records: &dyn Transaction, build: &Build) -> Result<Vec<String>, Refused> {
    let mut addresses = Vec::new();
    for id in [build.pushed_by, build.submitted_by].into_iter().flatten() {
        addresses.extend(address_of(records, id)?);
    }
    if let Some(engine) = records.engine(build.engine)? {
        addresses.extend(engine.details.results_email.into_iter().take(MOST as usize));
    }
    Ok(addresses)
}

fn address_of(records: &dyn Transaction, id: UserId) -> Result<Option<String>, Refused> {
    Ok(records.user(id)?.filter(|user| !user.disabled).map(|user| user.email))
}

/// Those of the organization who may decide about the build, or its admins, or else the operators' approvers. Where four
/// eyes are asked for, the submitter is not among them.
fn approvers(records: &dyn Transaction, build: &Build) -> Result<Vec<String>, Refused> {
    let four_eyes = records.organization(build.org)?.is_some_and(|org| org.settings.four_eyes);
    for (org, role) in [
        (build.org, Role::Approver),
        (build.org, Role::Admin),
        (OrgId::OPERATORS, Role::Approver),
        (OrgId::OPERATORS, Role::Admin),
    ] {
        let mut users = with_roles(records, org, &[role])?;
        users.retain(|user| !(four_eyes && Some(user.id) == build.submitted_by));
        if !users.is_empty() {
            return Ok(users.into_iter().map(|user| user.email).collect());
        }
    }
    Ok(Vec::new())
}

fn with_roles(records: &dyn Transaction, org: OrgId, roles: &[Role]) -> Result<Vec<User>, Refused> {
    let mut users = Vec::new();
    for role in roles {
        let filter = UserFilter { org: Some(org), role: Some(*role), disabled: false };
        users.extend(records.users(&filter, Page { offset: 0, limit: MOST })?);
    }
    Ok(users)
}
