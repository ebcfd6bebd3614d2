//! The first start of an installation: somebody has to be able to log in.

use assay_core::account::OrgSettings;
use assay_core::ledger::{Transaction, read, write};
use assay_core::records::{Page, UserFilter};
use assay_core::{Fault, OrgId, Refused, Role, User, UserId};
use secrecy::SecretString;

use super::password::{self, Generated};
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
        let made = password.is_none().then(|| password::generate(&*self.service.ids));
        let password = password.or(made.as_ref()).cloned().unwrap_or_default();
        password::check(&password)?;
        let hash = self.passwords.hash(&password, &*self.service.ids)?;
        let first = write(&*self.service.ledger, |records| {
            let first = !has_operators(records)?;
            if first {
                make_operators(records, &user)?;
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

fn make_operators(records: &dyn Transaction, admin: &User) -> Result<(), Refused> {
    if records.organization(OrgId::OPERATORS)?.is_some() {
        return Ok(());
    }
    let id = records.insert_organization("Operators", &OrgSettings::default(), admin.created_at)?;
    if id == OrgId::OPERATORS {
        return Ok(());
    }
    Err(Fault::new("store", "making the operators' organization", format!("it became organization {id}"))
        .into())
}
