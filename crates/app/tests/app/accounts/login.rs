use std::net::IpAddr;
use std::time::Duration;

use assay_app::account::{FirstAdmin, OrganizationChange, Unadmitted, UserChange};
use assay_core::{Actor, Role};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

use crate::house::{ADMIN, House, PASSWORD, code};

const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

pub(super) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn bearer(token: &SecretString) -> String {
    format!("Bearer {}", token.expose_secret())
}

#[test]
fn the_first_admin_is_made_once() {
    let house = House::new();
    let again = house.reception.first_admin("other@localhost", Some(&"another password".into())).unwrap();
    assert!(matches!(again, FirstAdmin::There));
    let actor = house.reception.authenticate(Some(&basic(ADMIN, PASSWORD)), None).unwrap();
    assert_eq!((actor.name.as_str(), actor.org.0, actor.roles.len()), (ADMIN, 1, 3));
    assert!(house.reception.user_by_email(&Actor::operator(), "other@localhost").is_err());
}

#[test]
fn a_first_admin_without_a_given_password_gets_one_that_works() {
    let house = House::bare();
    assert_eq!(code(house.reception.first_admin(ADMIN, Some(&"short".into()))), "weak-password");
    let FirstAdmin::Made(user, Some(password)) = house.reception.first_admin(ADMIN, None).unwrap() else {
        panic!("a password is made");
    };
    let header = basic(&user.email, password.expose_secret());
    assert_eq!(house.reception.authenticate(Some(&header), None).unwrap().user, Some(user.id));
}

#[test]
fn strangers_are_not_told_why() {
    let house = House::new();
    let org = house.org("Acme");
    let disabled = house.user(org, "gone@acme.test", &[Role::Developer]);
    let change = UserChange { disabled: Some(true), ..UserChange::default() };
    house.reception.change_user(&Actor::operator(), disabled.id, &change).unwrap();
    let closed = house.org("Closed");
    house.user(closed, "dev@closed.test", &[Role::Developer]);
    let change = OrganizationChange { disabled: Some(true), ..OrganizationChange::default() };
    house.reception.change_organization(&Actor::operator(), closed, &change).unwrap();

    let headers = [
        basic(ADMIN, "wrong password"),
        basic("nobody@acme.test", PASSWORD),
        basic("gone@acme.test", PASSWORD),
        basic("dev@closed.test", PASSWORD),
        basic(ADMIN, &"long ".repeat(1000)),
        "Bearer 00000000-0000-4000-8000-000000000000".into(),
        format!("Bearer {}:{}", "0".repeat(16), "0".repeat(64)),
        "Digest username=x".into(),
        String::new(),
    ];
    for header in &headers {
        let refused = house.reception.authenticate(Some(header), Some(ADDRESS));
        assert_eq!(refused, Err(Unadmitted::Unknown), "{header}");
    }
    assert_eq!(house.reception.authenticate(None, None), Err(Unadmitted::Unknown));
}

#[test]
fn names_are_read_whatever_their_case() {
    let house = House::new();
    assert!(house.reception.authenticate(Some(&basic(" Admin@LocalHost", PASSWORD)), None).is_ok());
}

#[test]
fn guessing_is_slowed_down_and_the_owner_gets_in_again() {
    let house = House::new();
    let wrong = basic(ADMIN, "wrong password");
    let refused = |from| house.reception.authenticate(Some(&wrong), Some(from)).unwrap_err();
    for _ in 0..20 {
        assert_eq!(refused(ADDRESS), Unadmitted::Unknown);
    }
    assert_eq!(refused(ADDRESS), Unadmitted::TooMany(Duration::from_secs(15)));
    let right = basic(ADMIN, PASSWORD);
    let too_many = house.reception.authenticate(Some(&right), Some(ADDRESS)).unwrap_err();
    let refusal = assay_core::Refused::from(too_many);
    let assay_core::Refused::Rejection(rejection) = refusal else { panic!("it is the caller's mistake") };
    assert_eq!((rejection.code, &rejection.data["retryAfter"]), ("too-many-attempts", &15.into()));
    assert!(house.reception.authenticate(Some(&right), Some([192, 0, 2, 8].into())).is_ok());
    house.clock.advance(Duration::from_secs(15));
    assert!(house.reception.authenticate(Some(&right), Some(ADDRESS)).is_ok());
}

#[test]
fn a_session_lasts_while_it_is_used() {
    let house = House::new();
    let session = house.reception.login(ADMIN, &PASSWORD.into(), None).unwrap();
    let token: uuid::Uuid = session.token.expose_secret().parse().expect("it has the form of a UUID");
    assert_eq!(token.get_version_num(), 4);
    let header = bearer(&session.token);
    for _ in 0..5 {
        house.clock.advance(Duration::from_secs(20 * 3600));
        assert!(house.reception.authenticate(Some(&header), None).is_ok());
    }
    house.clock.advance(Duration::from_secs(24 * 3600));
    assert_eq!(house.reception.authenticate(Some(&header), None), Err(Unadmitted::Unknown));
}

#[test]
fn logging_out_ends_the_session_at_once() {
    let house = House::new();
    let session = house.reception.login(ADMIN, &PASSWORD.into(), None).unwrap();
    let other = house.reception.login(ADMIN, &PASSWORD.into(), None).unwrap();
    assert_eq!(house.reception.validate(&session.token).unwrap().name, ADMIN);
    assert_eq!(house.another_process().validate(&session.token).unwrap().name, ADMIN);
    assert!(house.reception.logout(&session.token).unwrap());
    assert!(!house.reception.logout(&session.token).unwrap());
    assert_eq!(house.reception.validate(&session.token), Err(Unadmitted::Unknown));
    assert!(house.reception.validate(&other.token).is_ok());
}

#[test]
fn sessions_of_a_user_are_bounded() {
    let house = House::new();
    let first = house.reception.login(ADMIN, &PASSWORD.into(), None).unwrap();
    for _ in 0..100 {
        house.clock.advance(Duration::from_secs(1));
        house.reception.login(ADMIN, &PASSWORD.into(), None).unwrap();
    }
    assert_eq!(house.reception.validate(&first.token), Err(Unadmitted::Unknown));
}

#[test]
fn no_secret_is_printed() {
    let house = House::new();
    let session = house.reception.login(ADMIN, &PASSWORD.into(), None).unwrap();
    let shown = format!("{session:?} {:?}", house.reception);
    assert!(!shown.contains(session.token.expose_secret()) && !shown.contains("argon2id$"), "{shown}");
}
