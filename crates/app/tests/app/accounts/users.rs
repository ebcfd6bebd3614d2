use std::sync::{Arc, Mutex};

use assay_app::Service;
use assay_app::account::{Cost, NewUser, Reception, Unadmitted, UserChange};
use assay_core::records::{Page, UserFilter};
use assay_core::{Actor, IdSource, OrgId, Role};
use secrecy::ExposeSecret;

use super::login::basic;
use crate::house::{ADMIN, House, PASSWORD, code};

#[test]
fn a_user_is_kept_as_it_was_made_and_changed() {
    let house = House::new();
    let org = house.org("Acme");
    let made = house.user(org, " Dev@Acme.Test ", &[Role::Developer]);
    assert_eq!(house.reception.user(&Actor::operator(), made.id).unwrap(), made);
    assert_eq!(house.reception.user_by_email(&Actor::operator(), "DEV@acme.test").unwrap(), made);
    let change = UserChange {
        email: Some("ada@acme.test".into()),
        name: Some("Ada".into()),
        roles: Some([Role::Developer, Role::Approver].into()),
        disabled: None,
    };
    let changed = house.reception.change_user(&Actor::operator(), made.id, &change).unwrap();
    assert_eq!(
        (changed.email.as_str(), changed.name.as_str(), changed.roles.len()),
        ("ada@acme.test", "Ada", 2)
    );
    let filter = UserFilter { org: Some(org), role: Some(Role::Approver), disabled: false };
    let listed = house.reception.users(&Actor::operator(), &filter, Page { offset: 0, limit: 10 }).unwrap();
    assert_eq!(listed.iter().map(|user| user.id).collect::<Vec<_>>(), [made.id]);
}

#[test]
fn addresses_are_taken_once_in_the_whole_installation() {
    let house = House::new();
    let new = |org, email: &str| NewUser {
        org,
        email: email.into(),
        name: "x".into(),
        roles: [].into(),
        password: None,
    };
    let org = house.org("Acme");
    assert_eq!(
        code(house.reception.create_user(&Actor::operator(), &new(org, "ADMIN@localhost"))),
        "email-taken"
    );
    assert_eq!(
        code(house.reception.create_user(&Actor::operator(), &new(org, "no address"))),
        "invalid-email"
    );
    let nowhere = new(OrgId(99), "a@b.test");
    assert_eq!(code(house.reception.create_user(&Actor::operator(), &nowhere)), "not-found");
}

#[test]
fn a_password_that_was_set_is_the_only_one_and_ends_sessions() {
    let house = House::new();
    let org = house.org("Acme");
    let user = house.user(org, "dev@acme.test", &[Role::Developer]);
    let session = house.reception.login(&user.email, &PASSWORD.into(), None).unwrap();
    let made = house.reception.set_password(&Actor::operator(), user.id, None).unwrap().unwrap();
    assert_eq!(house.reception.validate(&session.token), Err(Unadmitted::Unknown));
    let authenticate =
        |password: &str| house.reception.authenticate(Some(&basic(&user.email, password)), None);
    assert_eq!(authenticate(PASSWORD), Err(Unadmitted::Unknown));
    assert!(authenticate(made.expose_secret()).is_ok());
    let weak = house.reception.set_password(&Actor::operator(), user.id, Some(&"1234".into()));
    assert_eq!(code(weak), "weak-password");
}

#[test]
fn people_change_their_own_password_by_showing_the_old_one() {
    let house = House::new();
    let org = house.org("Acme");
    let actor = house.actor(org, "dev@acme.test", &[]);
    let new = "another good password";
    let wrong = house.reception.change_password(&actor, &"wrong password".into(), &new.into());
    assert_eq!(code(wrong), "not-authenticated");
    house.reception.change_password(&actor, &PASSWORD.into(), &new.into()).unwrap();
    assert!(house.reception.authenticate(Some(&basic("dev@acme.test", new)), None).is_ok());
    let narrow = Actor { scopes: [].into(), ..actor };
    let refused = house.reception.change_password(&narrow, &new.into(), &PASSWORD.into());
    assert_eq!(code(refused), "not-allowed");
}

#[test]
fn whoever_is_disabled_or_loses_a_role_is_logged_out() {
    let house = House::new();
    let org = house.org("Acme");
    let user = house.user(org, "dev@acme.test", &[Role::Developer, Role::Approver]);
    let change = |change: UserChange| {
        let session = house.reception.login(&user.email, &PASSWORD.into(), None).unwrap();
        house.reception.change_user(&Actor::operator(), user.id, &change).unwrap();
        house.reception.validate(&session.token).map(|actor| actor.roles.len())
    };
    let renamed = UserChange { name: Some("Ada".into()), ..UserChange::default() };
    assert_eq!(change(renamed), Ok(2));
    let more = UserChange { roles: Some(Role::ALL.into()), ..UserChange::default() };
    assert_eq!(change(more), Ok(3));
    let fewer = UserChange { roles: Some([Role::Developer].into()), ..UserChange::default() };
    assert_eq!(change(fewer), Err(Unadmitted::Unknown));
    let disabled = UserChange { disabled: Some(true), ..UserChange::default() };
    assert_eq!(change(disabled), Err(Unadmitted::Unknown));
}

#[test]
fn the_last_admin_stays() {
    let house = House::new();
    let admin = house.reception.user_by_email(&Actor::operator(), ADMIN).unwrap();
    let demote = UserChange { roles: Some([Role::Approver].into()), ..UserChange::default() };
    let disable = UserChange { disabled: Some(true), ..UserChange::default() };
    for change in [&demote, &disable] {
        assert_eq!(code(house.reception.change_user(&Actor::operator(), admin.id, change)), "last-admin");
    }
    assert!(house.reception.authenticate(Some(&basic(ADMIN, PASSWORD)), None).is_ok(), "nothing was changed");
    house.user(OrgId::OPERATORS, "second@localhost", &[Role::Admin]);
    assert!(house.reception.change_user(&Actor::operator(), admin.id, &disable).is_ok());
}

/// Somebody who acts while a salt is drawn: between the look at the old password and the keeping of the new one.
struct Meanwhile {
    act: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    ids: Arc<dyn IdSource>,
}

impl IdSource for Meanwhile {
    fn next_id(&self) -> uuid::Uuid {
        self.ids.next_id()
    }

    fn fill(&self, bytes: &mut [u8]) {
        if let Some(act) = self.act.lock().unwrap().take() {
            act();
        }
        self.ids.fill(bytes);
    }
}

#[test]
fn a_password_that_an_admin_has_set_meanwhile_stands() {
    let house = House::new();
    let actor = house.actor(house.org("Acme"), "dev@acme.test", &[]);
    let (admins, id) = (Arc::new(house.another_process()), actor.user.unwrap());
    let rescue = move || {
        admins.set_password(&Actor::operator(), id, Some(&"set by an admin".into())).unwrap();
    };
    let ids = Meanwhile { act: Mutex::new(Some(Box::new(rescue))), ids: house.service.ids.clone() };
    let service = Service { ids: Arc::new(ids), ..house.service.clone() };
    let slow = Reception::open(&service, Cost::LEAST).unwrap();
    let thief = slow.change_password(&actor, &PASSWORD.into(), &"the thief's own".into());
    assert_eq!(code(thief), "not-authenticated");
    let is = |password| house.reception.authenticate(Some(&basic("dev@acme.test", password)), None).is_ok();
    assert!(is("set by an admin") && !is("the thief's own") && !is(PASSWORD));
}

#[test]
fn nobody_changes_the_password_of_another_by_bearing_the_name() {
    let house = House::new();
    let org = house.org("Acme");
    let actor = house.actor(org, "dev@acme.test", &[]);
    let other = house.user(org, "ada@acme.test", &[]);
    let mixed = Actor { user: Some(other.id), ..actor };
    let refused = house.reception.change_password(&mixed, &PASSWORD.into(), &"another good one".into());
    assert_eq!(code(refused), "not-authenticated");
}
