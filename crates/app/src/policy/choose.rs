//! Choosing the policy that an organization's builds are judged by.

use assay_core::ledger::{Transaction, write};
use assay_core::policy::PolicyName;
use assay_core::{Actor, OrgId, Organization, Refused, Rejection};

use super::versions::{named, operate};
use crate::{Service, scope};

/// Lets the builds of `org` be judged by `name` from now on: `strict` means its newest version whenever one is judged,
/// `strict@2` pins one. Builds judged before stay as they are. Those who run the installation may.
///
/// # Errors
/// `not-allowed`; `not-found` for the organization; `policy-not-found`; faults of the store.
pub fn choose(
    service: &Service,
    actor: &Actor,
    org: OrgId,
    name: &PolicyName,
) -> Result<Organization, Refused> {
    operate(actor)?;
    write(&*service.ledger, |records| {
        named(records, name)?;
        let mut organization = records.organization(org)?.ok_or_else(|| scope::no_org(org))?;
        organization.settings.policy = name.to_string();
        records.update_organization(&organization)?;
        Ok(organization)
    })
}

/// Refuses the text of a setting that names no policy there is.
///
/// # Errors
/// `malformed-policy-name`, `policy-not-found`; faults of the store.
pub fn check(records: &dyn Transaction, setting: &str) -> Result<(), Refused> {
    let name: PolicyName =
        setting.parse().map_err(|cause| Rejection::new("malformed-policy-name", format!("{cause}")))?;
    named(records, &name).map(drop)
}
