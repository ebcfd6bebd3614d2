//! Every use case of accounts against everybody who could ask.

use std::cell::Cell;
use std::collections::BTreeSet;

use assay_app::account::{NewApiKey, NewOrganization, NewUser, OrganizationChange, UserChange};
use assay_core::account::ApiKeyId;
use assay_core::records::{Page, UserFilter};
use assay_core::{Actor, OrgId, Refused, Role, Scope, UserId};

use crate::house::House;

const PAGE: Page = Page { offset: 0, limit: 10 };

/// The columns of the table.
const WHO: [&str; 9] = [
    "anonymous",
    "stranger",
    "developer",
    "approver",
    "admin",
    "colleague",
    "supervisor",
    "chief",
    "operator",
];

/// `y` done, `n` not allowed, `-` not found. In the order of [`WHO`].
const TABLE: &[(&str, &str)] = &[
    ("create organization", "nnnnnnnyy"),
    ("see organization", "--yyy-yyy"),
    ("rename organization", "--nny-nyy"),
    ("let it submit by itself", "--nny-nyy"),
    ("let it approve by itself", "--nnn-nyy"),
    ("set four eyes", "--nnn-nyy"),
    ("set its policy", "--nnn-nyy"),
    ("set its quota", "--nnn-nyy"),
    ("disable and enable it", "--nnn-nyy"),
    ("create user", "--nny-nyy"),
    ("create operators' user", "-----nnyy"),
    ("see user", "----y--yy"),
    ("list users", "--nny-nyy"),
    ("list all users", "nnnnnnnyy"),
    ("change roles", "--nny-nyy"),
    ("disable user", "--nny-nyy"),
    ("set password", "--nny-nyy"),
    ("create key for user", "n-nny-nyy"),
    ("list keys of user", "--nny-nyy"),
    ("list keys of organization", "--nny-nyy"),
    ("list all keys", "nnnnnnnyy"),
    ("revoke key", "--nny-nyy"),
];

/// What is acted upon.
struct Scene {
    house: House,
    org: OrgId,
    user: UserId,
    counter: Cell<u32>,
}

impl Scene {
    fn new() -> Self {
        let house = House::new();
        let org = house.org("Acme");
        let user = house.user(org, "subject@acme.test", &[Role::Developer]).id;
        Self { house, org, user, counter: Cell::new(0) }
    }

    fn everybody(&self) -> Vec<Actor> {
        let other = self.house.org("Zeta");
        let person =
            |org: OrgId, name: &str, roles: &[Role]| self.house.actor(org, &format!("{name}@test"), roles);
        let nobody = Actor {
            user: None,
            name: "nobody".into(),
            org: OrgId(0),
            roles: BTreeSet::new(),
            scopes: BTreeSet::new(),
        };
        vec![
            nobody,
            person(other, "stranger", &Role::ALL),
            person(self.org, "developer", &[Role::Developer]),
            person(self.org, "approver", &[Role::Approver]),
            person(self.org, "admin", &[Role::Admin]),
            person(OrgId::OPERATORS, "colleague", &[Role::Developer]),
            person(OrgId::OPERATORS, "supervisor", &[Role::Approver]),
            person(OrgId::OPERATORS, "chief", &[Role::Admin]),
            Actor::operator(),
        ]
    }

    fn fresh(&self) -> String {
        self.counter.set(self.counter.get() + 1);
        format!("fresh{}", self.counter.get())
    }

    fn new_user(&self, org: OrgId) -> NewUser {
        let email = format!("{}@test", self.fresh());
        NewUser { org, email, name: "Fresh".into(), roles: [Role::Developer].into(), password: None }
    }

    fn new_key(&self) -> NewApiKey {
        NewApiKey { user: self.user, name: "ci".into(), scopes: [Scope::Pull].into(), expires_at: None }
    }

    fn key(&self) -> ApiKeyId {
        self.house.reception.create_key(&Actor::operator(), &self.new_key()).unwrap().key.id
    }

    fn change(&self, actor: &Actor, change: OrganizationChange) -> Result<(), Refused> {
        self.house.reception.change_organization(actor, self.org, &change).map(drop)
    }

    fn change_user(&self, actor: &Actor, change: UserChange) -> Result<(), Refused> {
        self.house.reception.change_user(actor, self.user, &change).map(drop)
    }

    fn run(&self, case: &str, actor: &Actor) -> Result<(), Refused> {
        let reception = &self.house.reception;
        let org = OrganizationChange::default;
        match case {
            "create organization" => {
                let new = NewOrganization { name: self.fresh(), ..NewOrganization::default() };
                reception.create_organization(actor, &new).map(drop)
            }
            "see organization" => reception.organization(actor, self.org).map(drop),
            "rename organization" => {
                self.change(actor, OrganizationChange { name: Some("Acme".into()), ..org() })
            }
            "let it submit by itself" => {
                self.change(actor, OrganizationChange { auto_submit: Some(true), ..org() })
            }
            "let it approve by itself" => {
                self.change(actor, OrganizationChange { auto_approve: Some(true), ..org() })
            }
            "set four eyes" => self.change(actor, OrganizationChange { four_eyes: Some(false), ..org() }),
            "set its policy" => {
                self.change(actor, OrganizationChange { policy: Some("default".into()), ..org() })
            }
            "set its quota" => self.change(actor, OrganizationChange { quota_bytes: Some(Some(1)), ..org() }),
            "disable and enable it" => {
                self.change(actor, OrganizationChange { disabled: Some(true), ..org() })?;
                self.change(actor, OrganizationChange { disabled: Some(false), ..org() })
            }
            "create user" => reception.create_user(actor, &self.new_user(self.org)).map(drop),
            "create operators' user" => {
                reception.create_user(actor, &self.new_user(OrgId::OPERATORS)).map(drop)
            }
            "see user" => reception.user(actor, self.user).map(drop),
            "list users" => {
                let filter = UserFilter { org: Some(self.org), ..UserFilter::default() };
                reception.users(actor, &filter, PAGE).map(drop)
            }
            "list all users" => reception.users(actor, &UserFilter::default(), PAGE).map(drop),
            "change roles" => {
                let roles = Some([Role::Developer].into());
                self.change_user(actor, UserChange { roles, ..UserChange::default() })
            }
            "disable user" => {
                self.change_user(actor, UserChange { disabled: Some(true), ..UserChange::default() })?;
                self.change_user(actor, UserChange { disabled: Some(false), ..UserChange::default() })
            }
            "set password" => reception.set_password(actor, self.user, None).map(drop),
            "create key for user" => reception.create_key(actor, &self.new_key()).map(drop),
            "list keys of user" => reception.keys(actor, None, Some(self.user), PAGE).map(drop),
            "list keys of organization" => reception.keys(actor, Some(self.org), None, PAGE).map(drop),
            "list all keys" => reception.keys(actor, None, None, PAGE).map(drop),
            "revoke key" => reception.revoke_key(actor, self.key()).map(drop),
            other => panic!("no such case: {other}"),
        }
    }
}

fn letter(result: Result<(), Refused>) -> char {
    match result {
        Ok(()) => 'y',
        Err(Refused::Rejection(rejection)) if rejection.code == "not-allowed" => 'n',
        Err(Refused::Rejection(rejection)) if rejection.code == "not-found" => '-',
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn everybody_may_what_the_table_says() {
    let scene = Scene::new();
    let everybody = scene.everybody();
    let mut wrong = Vec::new();
    for (case, expected) in TABLE {
        let found: String = everybody.iter().map(|actor| letter(scene.run(case, actor))).collect();
        if found != *expected {
            wrong.push(format!("{case}: {found}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{WHO:?}\n{}", wrong.join("\n"));
}

#[test]
fn a_narrow_key_narrows_every_use_case() {
    let scene = Scene::new();
    let narrow = Actor { scopes: [Scope::Pull, Scope::Push, Scope::Write].into(), ..Actor::operator() };
    for (case, _) in TABLE {
        assert_ne!(letter(scene.run(case, &narrow)), 'y', "{case}");
    }
    let reading = Actor { scopes: [Scope::Read].into(), ..Actor::operator() };
    let may: Vec<&str> =
        TABLE.iter().map(|(case, _)| *case).filter(|case| letter(scene.run(case, &reading)) == 'y').collect();
    assert_eq!(may, ["see organization"]);
}

#[test]
fn people_look_after_their_own() {
    let scene = Scene::new();
    let reception = &scene.house.reception;
    let own = reception.user(&Actor::operator(), scene.user).unwrap().actor(Scope::ALL.into());
    assert_eq!(reception.user(&own, scene.user).unwrap().email, "subject@acme.test");
    let key = reception.create_key(&own, &scene.new_key()).unwrap().key;
    assert_eq!(reception.keys(&own, None, Some(scene.user), PAGE).unwrap(), std::slice::from_ref(&key));
    assert!(reception.revoke_key(&own, key.id).unwrap().revoked_at.is_some());
}
