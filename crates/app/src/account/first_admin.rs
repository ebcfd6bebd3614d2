//! The first start of an installation: somebody has to be able to log in.

use assay_core::account::OrgSettings;
use assay_core::ledger::{Transaction, read, write};
use assay_core::records::{Page, UserFilter};
use assay_core::{Fault, OrgId, Refused, Role, User, UserId};
use jiff::Timestamp;
use secrecy::SecretString;

use super::password::Generated;
use super::{Reception, text};

/// What came of it.
#[derive(Clone, Debug)]
pub enum FirstAdmin {
    /// There are operators already; nothing was changed.
    There,
    /// An admin was made; with the password, when it was made here. It is to be shown once.
    Made(User, Option<Generated>),
}

impl Reception {
    /// Makes the operators' organization and its first admin, unless there are users in it. Called at every start.
    ///
    /// # Errors
    /// `invalid-email`, `weak-password`.
    pub fn first_admin(&self, email: &str, password: Option<&SecretString>) -> Result<FirstAdmin, Refused> {
        if read(&*self.service.ledger, has_operators)? {
            return Ok(FirstAdmin::There);
        }
        let user = User {
            id: UserId(self.service.ids.next_id()),
            org: OrgId::OPERATORS,
            email: text::email(email)?,
            name: "Administrator".into(),
            roles: Role::ALL.into(),
            disabled: false,
            token_version: 0,
            created_at: self.service.now(),
            last_login_at: None,
        };
        let (hash, made) = self.new_password(password)?;
        let first = write(&*self.service.ledger, |records| {
            let first = !has_operators(records)?;
            if first {
                make_operators(records, user.created_at)?;
                records.insert_user(&user, &hash)?;
            }
            Ok(first)
        })?;
        Ok(if first { FirstAdmin::Made(user, made) } else { FirstAdmin::There })
    }
}

fn has_operators(records: &dyn Transaction) -> Result<bool, Refused> {
    let operators = UserFilter { org: Some(OrgId::OPERATORS), role: None, disabled: true };
    Ok(!records.users(&operators, Page { offset: 0, limit: 1 })?.is_empty())
}

/// Makes the organization that runs the installation, unless it is there. It is the first one.
pub(super) fn make_operators(records: &dyn Transaction, now: Timestamp) -> Result<(), Refused> {
    if records.organization(OrgId::OPERATORS)?.is_some() {
        return Ok(());
    }
    let id = records.insert_organization("Operators", &OrgSettings::default(), now)?;
    if id == OrgId::OPERATORS {
        return Ok(());
    }
    Err(Fault::new("store", "making the operators' organization", format!("it became organization {id}"))
        .into())
}
