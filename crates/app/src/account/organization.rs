//! Organizations: who makes and changes them.

use assay_core::account::OrgSettings;
use assay_core::ledger::{Transaction, read, write};
use assay_core::records::Page;
use assay_core::{Actor, OrgId, Organization, Refused, Rejection, Scope};

use super::first_admin::make_operators;
use super::{Reception, rights, text};
use crate::{page, policy, scope};

/// An organization to be made.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct NewOrganization {
    /// Display name.
    pub name: String,
    /// How it works.
    pub settings: OrgSettings,
    /// Bytes its repositories may hold; nothing for the installation's default.
    pub quota_bytes: Option<u64>,
}

/// What is to change of an organization; nothing stays as it is.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct OrganizationChange {
    /// Display name. Its own admins may.
    pub name: Option<String>,
    /// Submit as soon as available. Its own admins may.
    pub auto_submit: Option<bool>,
    /// Approve without a person.
    pub auto_approve: Option<bool>,
    /// No approval by the submitter.
    pub four_eyes: Option<bool>,
    /// Name of the policy.
    pub policy: Option<String>,
    /// Quota in bytes; nothing within for the installation's default.
    pub quota_bytes: Option<Option<u64>>,
    /// Keep its users out.
    pub disabled: Option<bool>,
}

impl OrganizationChange {
    /// Whether only those who run the installation may do this: it loosens what the organization is held to.
    fn is_for_operators(&self) -> bool {
        self.auto_approve.is_some()
            || self.four_eyes.is_some()
            || self.policy.is_some()
            || self.quota_bytes.is_some()
            || self.disabled.is_some()
    }

    fn apply(&self, organization: &mut Organization) -> Result<(), Rejection> {
        if let Some(name) = &self.name {
            organization.name = text::name(name)?;
        }
        let settings = &mut organization.settings;
        settings.auto_submit = self.auto_submit.unwrap_or(settings.auto_submit);
        settings.auto_approve = self.auto_approve.unwrap_or(settings.auto_approve);
        settings.four_eyes = self.four_eyes.unwrap_or(settings.four_eyes);
        if let Some(policy) = &self.policy {
            settings.policy.clone_from(policy);
        }
        organization.quota_bytes = self.quota_bytes.unwrap_or(organization.quota_bytes);
        organization.disabled = self.disabled.unwrap_or(organization.disabled);
        Ok(())
    }
}

impl Reception {
    /// Makes an organization. Those who run the installation may.
    ///
    /// # Errors
    /// `not-allowed`, `invalid-name`, `organization-exists`, `policy-not-found`, `malformed-policy-name`.
    pub fn create_organization(&self, actor: &Actor, new: &NewOrganization) -> Result<Organization, Refused> {
        rights::operate(actor)?;
        let name = text::name(&new.name)?;
        let now = self.service.now();
        write(&*self.service.ledger, |records| {
            make_operators(records, now)?;
            policy::check(records, &new.settings.policy)?;
            let id = records.insert_organization(&name, &new.settings, now)?;
            if new.quota_bytes.is_some() {
                records.set_quota(id, new.quota_bytes)?;
            }
            organization(records, id)
        })
    }

    /// The organization, for its members and for the operators' approvers and admins.
    ///
    /// # Errors
    /// `not-found`.
    pub fn organization(&self, actor: &Actor, id: OrgId) -> Result<Organization, Refused> {
        rights::see(actor, id)?;
        read(&*self.service.ledger, |records| organization(records, id))
    }

    /// The organizations that the actor may see.
    ///
    /// # Errors
    /// `invalid-page`.
    pub fn organizations(&self, actor: &Actor, page: Page) -> Result<Vec<Organization>, Refused> {
        page::check(page)?;
        if rights::sees_all(actor) && actor.may(Scope::Read) {
            return read(&*self.service.ledger, |records| records.organizations(page));
        }
        if rights::see(actor, actor.org).is_err() || page.offset > 0 || page.limit == 0 {
            return Ok(Vec::new());
        }
        read(&*self.service.ledger, |records| Ok(records.organization(actor.org)?.into_iter().collect()))
    }

    /// Changes an organization. Its own admins may rename it and choose whether it submits by itself; those who run the
    /// installation may change the rest.
    ///
    /// # Errors
    /// `not-found`, `not-allowed`, `invalid-name`, `organization-exists`, `policy-not-found`, `malformed-policy-name`,
    /// `operators-stay`.
    pub fn change_organization(
        &self,
        actor: &Actor,
        id: OrgId,
        change: &OrganizationChange,
    ) -> Result<Organization, Refused> {
        rights::administer(actor, id)?;
        if change.is_for_operators() {
            rights::operate(actor)?;
        }
        let now = self.service.now();
        let changed = write(&*self.service.ledger, |records| {
            let before = organization(records, id)?;
            let mut after = before.clone();
            change.apply(&mut after)?;
            keep(records, &before, &after)?;
            if after.disabled && !before.disabled {
                records.revise_users_of(id, now)?;
            }
            Ok(after)
        })?;
        self.notice_revisions();
        Ok(changed)
    }
}

fn keep(records: &dyn Transaction, before: &Organization, after: &Organization) -> Result<(), Refused> {
    if after.disabled && after.id == OrgId::OPERATORS {
        let rejection = Rejection::new("operators-stay", "the organization that runs the installation stays");
        return Err(rejection.hint("disable its users one by one; the last admin stays").into());
    }
    if after.settings.policy != before.settings.policy {
        policy::check(records, &after.settings.policy)?;
    }
    records.update_organization(after)?;
    if after.quota_bytes != before.quota_bytes {
        records.set_quota(after.id, after.quota_bytes)?;
    }
    Ok(())
}

/// The organization, or `not-found`.
pub(super) fn organization(records: &dyn Transaction, id: OrgId) -> Result<Organization, Refused> {
    records.organization(id)?.ok_or_else(|| scope::no_org(id).into())
}
