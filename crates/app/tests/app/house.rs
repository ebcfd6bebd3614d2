//! An installation in a temporary folder, with a clock that stands still.

use std::sync::Arc;

use assay_app::Service;
use assay_app::account::{Cost, FirstAdmin, NewOrganization, NewUser, Reception};
use assay_core::{Actor, IdSource, ManualClock, OrgId, Refused, Role, Scope, SequentialIds, User};
use assay_store::Database;
use tempfile::TempDir;

/// The password of every user made here.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// The operators' first admin.
pub(crate) const ADMIN: &str = "admin@localhost";

pub(crate) struct House {
    pub(crate) service: Service,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) reception: Arc<Reception>,
    folder: TempDir,
}

impl House {
    /// An installation with its first admin.
    pub(crate) fn new() -> Self {
        let house = Self::bare();
        let first = house.reception.first_admin(ADMIN, Some(&PASSWORD.into())).unwrap();
        assert!(matches!(first, FirstAdmin::Made(_, None)));
        house
    }

    /// Another installation with its first admin, and with another secret.
    pub(crate) fn elsewhere() -> Self {
        let ids = SequentialIds::default();
        ids.next_id();
        let house = Self::with(ids);
        house.reception.first_admin(ADMIN, Some(&PASSWORD.into())).unwrap();
        house
    }

    /// An installation that was never started.
    pub(crate) fn bare() -> Self {
        Self::with(SequentialIds::default())
    }

    fn with(ids: SequentialIds) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap()));
        let service = service(&folder, &clock, Arc::new(ids));
        let reception = Arc::new(Reception::open(&service, Cost::LEAST).unwrap());
        Self { service, clock, reception, folder }
    }

    /// The file of the records.
    pub(crate) fn records(&self) -> std::path::PathBuf {
        self.folder.path().join("records.db")
    }

    /// The same installation as another process sees it.
    pub(crate) fn another_process(&self) -> Reception {
        Reception::open(&service(&self.folder, &self.clock, self.service.ids.clone()), Cost::LEAST).unwrap()
    }

    pub(crate) fn org(&self, name: &str) -> OrgId {
        let new = NewOrganization { name: name.into(), ..NewOrganization::default() };
        self.reception.create_organization(&Actor::operator(), &new).unwrap().id
    }

    pub(crate) fn user(&self, org: OrgId, email: &str, roles: &[Role]) -> User {
        let new = NewUser {
            org,
            email: email.into(),
            name: email.into(),
            roles: roles.iter().copied().collect(),
            password: Some(PASSWORD.into()),
        };
        self.reception.create_user(&Actor::operator(), &new).unwrap().0
    }

    /// A new user as one who has logged in.
    pub(crate) fn actor(&self, org: OrgId, email: &str, roles: &[Role]) -> Actor {
        self.user(org, email, roles).actor(Scope::ALL.into())
    }
}

fn service(folder: &TempDir, clock: &Arc<ManualClock>, ids: Arc<dyn IdSource>) -> Service {
    let database = Database::open(&folder.path().join("records.db")).unwrap();
    Service { ledger: Arc::new(database), clock: clock.clone(), ids }
}

/// The code of a rejection.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, Refused>) -> &'static str {
    match result.expect_err("it is refused") {
        Refused::Rejection(rejection) => rejection.code,
        Refused::Fault(fault) => panic!("a fault: {fault}"),
    }
}
