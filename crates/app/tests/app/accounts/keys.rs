use std::time::Duration;

use assay_app::account::{NewApiKey, NewKey, Unadmitted};
use assay_core::records::Page;
use assay_core::{Actor, Role, Scope, UserId};
use jiff::ToSpan;
use secrecy::ExposeSecret;

use super::login::basic;
use crate::house::{House, code};

fn new_key(user: UserId, scopes: &[Scope]) -> NewApiKey {
    NewApiKey { user, name: "ci".into(), scopes: scopes.iter().copied().collect(), expires_at: None }
}

/// A developer and a key of it.
fn key(house: &House) -> (Actor, NewKey) {
    let org = house.org("Acme");
    let actor = house.actor(org, "dev@acme.test", &[Role::Developer]);
    let key = house.reception.create_key(&actor, &new_key(actor.user.unwrap(), &[Scope::Pull])).unwrap();
    (actor, key)
}

#[test]
fn a_key_is_its_users_within_its_scopes() {
    let house = House::new();
    let (actor, key) = key(&house);
    let text = key.text.expose_secret();
    let (prefix, secret) = text.split_once(':').unwrap();
    assert_eq!((prefix, prefix.len(), secret.len()), (key.key.prefix.as_str(), 16, 64));
    let expected = Actor { scopes: [Scope::Pull].into(), ..actor };
    for header in [
        format!("Bearer {text}"),
        basic("dev@acme.test", text),
        basic("Dev@Acme.Test", text),
        basic("key", text),
    ] {
        assert_eq!(house.reception.authenticate(Some(&header), None).as_ref(), Ok(&expected));
    }
    let login = house.reception.login("key", &key.text, None).unwrap();
    assert_eq!(house.reception.validate(&login.token).as_ref(), Ok(&expected), "a session has no more");
}

#[test]
fn anything_but_the_key_is_refused() {
    let house = House::new();
    let (_, key) = key(&house);
    let text = key.text.expose_secret();
    let (prefix, secret) = text.split_once(':').unwrap();
    let last = if secret.ends_with('0') { "1" } else { "0" };
    let near = format!("{prefix}:{}{last}", &secret[..63]);
    for header in [
        format!("Bearer {near}"),
        format!("Bearer {secret}"),
        format!("Bearer {prefix}:"),
        basic("other@acme.test", text),
        basic("dev@acme.test", &near),
    ] {
        assert_eq!(house.reception.authenticate(Some(&header), None), Err(Unadmitted::Unknown), "{header}");
    }
}

#[test]
fn a_key_ends_when_its_time_is_over() {
    let house = House::new();
    let org = house.org("Acme");
    let actor = house.actor(org, "dev@acme.test", &[Role::Developer]);
    let end = house.service.now() + 1.hour();
    let new = NewApiKey { expires_at: Some(end), ..new_key(actor.user.unwrap(), &[Scope::Read]) };
    let key = house.reception.create_key(&actor, &new).unwrap();
    let session = house.reception.login("key", &key.text, None).unwrap();
    house.clock.advance(Duration::from_secs(3599));
    assert!(house.reception.validate(&key.text).is_ok() && house.reception.validate(&session.token).is_ok());
    house.clock.advance(Duration::from_secs(1));
    assert_eq!(house.reception.validate(&key.text), Err(Unadmitted::Unknown));
    assert_eq!(house.reception.validate(&session.token), Err(Unadmitted::Unknown));
    assert_eq!(code(house.reception.create_key(&actor, &new)), "expires-in-the-past");
}

#[test]
fn a_key_that_was_called_back_stays_so() {
    let house = House::new();
    let (actor, key) = key(&house);
    let session = house.reception.login("key", &key.text, None).unwrap();
    let revoked = house.reception.revoke_key(&actor, key.key.id).unwrap();
    assert_eq!(revoked.revoked_at, Some(house.service.now()));
    house.clock.advance(Duration::from_secs(3600));
    assert_eq!(house.reception.revoke_key(&actor, key.key.id).unwrap(), revoked);
    assert_eq!(house.reception.validate(&key.text), Err(Unadmitted::Unknown));
    assert_eq!(house.reception.validate(&session.token), Err(Unadmitted::Unknown));
}

#[test]
fn nobody_gives_away_more_than_there_is() {
    let house = House::new();
    let (actor, key) = key(&house);
    let user = actor.user.unwrap();
    let narrow = house.reception.validate(&key.text).unwrap();
    assert_eq!(code(house.reception.create_key(&narrow, &new_key(user, &[Scope::Pull]))), "not-allowed");
    let managing = Actor { scopes: [Scope::Admin, Scope::Pull].into(), ..actor.clone() };
    assert_eq!(code(house.reception.create_key(&managing, &new_key(user, &[Scope::Push]))), "not-allowed");
    assert!(house.reception.create_key(&managing, &new_key(user, &[Scope::Pull])).is_ok());
    assert_eq!(code(house.reception.create_key(&actor, &new_key(user, &[]))), "no-scopes");
}

#[test]
fn use_of_a_key_is_noted() {
    let house = House::new();
    let (actor, key) = key(&house);
    let used = |house: &House| {
        let keys = house.reception.keys(&actor, None, actor.user, Page { offset: 0, limit: 10 }).unwrap();
        keys[0].last_used_at
    };
    assert_eq!(used(&house), None);
    house.reception.validate(&key.text).unwrap();
    let first = used(&house);
    assert_eq!(first, Some(house.service.now()));
    house.clock.advance(Duration::from_secs(60));
    house.reception.validate(&key.text).unwrap();
    assert_eq!(used(&house), first, "not at every use");
    house.clock.advance(Duration::from_secs(600));
    house.reception.validate(&key.text).unwrap();
    assert_eq!(used(&house), Some(house.service.now()));
}
