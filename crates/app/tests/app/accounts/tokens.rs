use std::time::Duration;

use assay_app::account::{
    Access, Authorization, Doorkeeper, Grant, Issued, NewApiKey, OrganizationChange, Reception, TokenRequest,
    Unadmitted, UserChange,
};
use assay_core::registry::{Denied, Gate, RepositoryAction, RepositoryName};
use assay_core::{Actor, OrgId, Role, Scope, User};
use secrecy::SecretString;

use crate::house::{ADMIN, House, PASSWORD};

use RepositoryAction::{Delete, Pull, Push};

fn request(user: &str, password: &str, scopes: &str) -> TokenRequest {
    let grant = Grant::Shown(Authorization::Basic { user: user.into(), password: password.into() });
    TokenRequest { grant, access: Access::read([scopes]), offline: false }
}

fn issue(reception: &Reception, email: &str, scopes: &str) -> Issued {
    reception.issue(request(email, PASSWORD, scopes), None).unwrap()
}

fn name(text: &str) -> RepositoryName {
    text.parse().unwrap()
}

/// A house with a doorkeeper and an organization 2 with a developer.
fn scene() -> (House, Doorkeeper, User) {
    let house = House::new();
    let doorkeeper = Doorkeeper::new(house.reception.clone()).unwrap();
    let org = house.org("Acme");
    assert_eq!(org, OrgId(2));
    let user = house.user(org, "dev@acme.test", &[Role::Developer]);
    (house, doorkeeper, user)
}

#[test]
fn a_token_says_what_clients_want_to_know() {
    let (house, ..) = scene();
    let issued = issue(&house.reception, "dev@acme.test", "repository:2/x:pull,push");
    let told = serde_json::to_value(&issued).unwrap();
    assert_eq!(told["token"], told["access_token"]);
    assert_eq!((&told["expires_in"], &told["issued_at"]), (&900.into(), &"2026-03-01T12:00:00Z".into()));
    assert_eq!((&told["scope"], told.get("refresh_token")), (&"repository:2/x:pull,push".into(), None));
    assert_eq!(issued.token.split('.').count(), 3);
    assert!(!format!("{issued:?}").contains(&issued.token));
}

#[test]
fn what_an_account_may_not_is_left_out_of_its_token() {
    let (house, ..) = scene();
    house.user(OrgId(2), "approver@acme.test", &[Role::Approver]);
    house.user(OrgId(2), "idle@acme.test", &[]);
    house.user(OrgId(1), "watch@localhost", &[Role::Approver]);
    let asked = "repository:2/x:pull,push,delete repository:1/y:pull,push repository:99/z:pull,push \
                 repository:flat:pull registry:catalog:*";
    let granted = |email: &str| issue(&house.reception, email, asked).scope;
    assert_eq!(granted("dev@acme.test"), "repository:2/x:pull,push,delete");
    assert_eq!(granted("approver@acme.test"), "repository:2/x:pull");
    assert_eq!(granted("idle@acme.test"), "");
    assert_eq!(granted("watch@localhost"), "repository:1/y:pull repository:2/x:pull repository:99/z:pull");
    assert_eq!(
        granted(ADMIN),
        "repository:1/y:pull,push repository:2/x:pull,push,delete repository:99/z:pull registry:catalog:*"
    );
}

#[test]
fn the_gate_by_token_and_rights() {
    let (house, doorkeeper, _) = scene();
    house.user(OrgId(2), "approver@acme.test", &[Role::Approver]);
    let token = |email: &str, scopes: &str| issue(&house.reception, email, scopes).token;
    let admit = |token: &str, repository: &str, action| {
        doorkeeper.admit(Some(token), &name(repository), action).map(|actor| actor.name)
    };
    let wide = token("dev@acme.test", "repository:2/x:pull,push");
    assert_eq!(admit(&wide, "2/x", Push).as_deref(), Ok("dev@acme.test"));
    assert_eq!(admit(&wide, "2/x", Pull).as_deref(), Ok("dev@acme.test"));
    assert_eq!(admit(&wide, "2/x", Delete), Err(Denied::Narrow));
    assert_eq!(admit(&wide, "2/y", Pull), Err(Denied::Narrow));
    for hidden in ["1/x", "3/x", "02/x", "x", "acme/x"] {
        assert_eq!(admit(&wide, hidden, Pull), Err(Denied::Hidden), "{hidden}");
    }
    let reading = token("approver@acme.test", "repository:2/x:pull,push");
    assert!(admit(&reading, "2/x", Pull).is_ok());
    assert!(matches!(admit(&reading, "2/x", Push), Err(Denied::Forbidden(why)) if why.contains("approver@")));
    for bad in ["", "x", "a.b.c", &wide[..wide.len() - 2], &wide.to_uppercase()] {
        assert_eq!(admit(bad, "2/x", Pull), Err(Denied::Unknown), "{bad}");
    }
    assert_eq!(doorkeeper.admit(None, &name("2/x"), Pull), Err(Denied::Unknown));
    assert_eq!(doorkeeper.authenticate(None), Err(Denied::Unknown));
    assert_eq!(doorkeeper.authenticate(Some(&wide)).unwrap().org, OrgId(2));
}

#[test]
fn the_list_of_repositories_is_for_those_who_run_the_installation() {
    let (house, doorkeeper, developer) = scene();
    let token = |email: &str, scopes: &str| issue(&house.reception, email, scopes).token;
    let listing = token(ADMIN, "registry:catalog:*");
    assert_eq!(doorkeeper.catalog(Some(&listing)).unwrap().name, ADMIN);
    assert_eq!(doorkeeper.catalog(Some(&token(ADMIN, ""))), Err(Denied::Narrow));
    let other = token(&developer.email, "registry:catalog:*");
    assert!(matches!(doorkeeper.catalog(Some(&other)), Err(Denied::Forbidden(_))));
    let developer = developer.actor(Scope::ALL.into());
    let lists = |repository: &str| doorkeeper.lists(&developer, &name(repository));
    assert!(lists("2/x") && !lists("1/x") && !lists("x"));
}

#[test]
fn a_token_ends_after_its_time() {
    let (house, doorkeeper, developer) = scene();
    let token = issue(&house.reception, &developer.email, "repository:2/x:pull").token;
    house.clock.advance(Duration::from_secs(899));
    house.reception.look_again().unwrap();
    assert!(doorkeeper.admit(Some(&token), &name("2/x"), Pull).is_ok());
    house.clock.advance(Duration::from_secs(1));
    assert_eq!(doorkeeper.admit(Some(&token), &name("2/x"), Pull), Err(Denied::Unknown));
}

#[test]
fn a_token_of_another_installation_is_nobodys() {
    let (house, doorkeeper, developer) = scene();
    let ours = issue(&house.reception, &developer.email, "repository:2/x:pull").token;
    let other = House::elsewhere();
    other.org("Acme");
    other.user(OrgId(2), "dev@acme.test", &[Role::Developer]);
    let theirs = issue(&other.reception, "dev@acme.test", "repository:2/x:pull").token;
    assert!(doorkeeper.admit(Some(&ours), &name("2/x"), Pull).is_ok());
    assert_eq!(doorkeeper.admit(Some(&theirs), &name("2/x"), Pull), Err(Denied::Unknown));
}

/// Everything that calls tokens back does so at once in its own process, and in others once they look.
#[test]
fn tokens_are_called_back() {
    let operator = Actor::operator();
    let roles = UserChange { roles: Some([Role::Approver].into()), ..UserChange::default() };
    let disabled = UserChange { disabled: Some(true), ..UserChange::default() };
    let closed = OrganizationChange { disabled: Some(true), ..OrganizationChange::default() };
    type Act<'a> = (&'a str, Box<dyn Fn(&Reception, &User) + 'a>);
    let acts: Vec<Act<'_>> = vec![
        ("roles", Box::new(|at, user| drop(at.change_user(&operator, user.id, &roles).unwrap()))),
        ("disabled", Box::new(|at, user| drop(at.change_user(&operator, user.id, &disabled).unwrap()))),
        ("password", Box::new(|at, user| drop(at.set_password(&operator, user.id, None).unwrap()))),
        (
            "organization",
            Box::new(|at, user| drop(at.change_organization(&operator, user.org, &closed).unwrap())),
        ),
    ];
    for (what, act) in &acts {
        for abroad in [false, true] {
            let (house, doorkeeper, user) = scene();
            let token = issue(&house.reception, &user.email, "repository:2/x:pull").token;
            let other = issue(&house.reception, ADMIN, "repository:2/x:pull").token;
            let admit = |token: &str| doorkeeper.admit(Some(token), &name("2/x"), Pull).map(drop);
            assert_eq!(admit(&token), Ok(()));
            if abroad {
                act(&house.another_process(), &user);
                house.reception.look_again().unwrap();
            } else {
                act(&house.reception, &user);
            }
            assert_eq!(admit(&token), Err(Denied::Unknown), "{what}");
            assert_eq!(admit(&other), Ok(()), "{what}: nobody else is hit");
        }
    }
}

#[test]
fn a_key_brings_a_token_within_its_scopes_and_takes_it_along_when_called_back() {
    let (house, doorkeeper, user) = scene();
    let actor = user.actor(Scope::ALL.into());
    let new = NewApiKey { user: user.id, name: "ci".into(), scopes: [Scope::Pull].into(), expires_at: None };
    let key = house.reception.create_key(&actor, &new).unwrap();
    let grant = Grant::Shown(Authorization::Basic { user: user.email.clone(), password: key.text.clone() });
    let access = Access::read(["repository:2/x:pull,push"]);
    let issued = house.reception.issue(TokenRequest { grant, access, offline: true }, None).unwrap();
    assert_eq!(issued.scope, "repository:2/x:pull");
    let push = doorkeeper.admit(Some(&issued.token), &name("2/x"), Push);
    assert!(matches!(push, Err(Denied::Forbidden(_))), "asking for more would not help");
    house.reception.revoke_key(&actor, key.key.id).unwrap();
    assert_eq!(doorkeeper.admit(Some(&issued.token), &name("2/x"), Pull), Err(Denied::Unknown));
    let again = refresh(&house, issued.refresh_token.as_deref().unwrap());
    assert_eq!(again.unwrap_err(), Unadmitted::Unknown);
}

#[test]
fn a_new_display_name_calls_nothing_back() {
    let (house, doorkeeper, user) = scene();
    let token = issue(&house.reception, &user.email, "repository:2/x:pull").token;
    let renamed = UserChange { name: Some("Ada".into()), ..UserChange::default() };
    house.reception.change_user(&Actor::operator(), user.id, &renamed).unwrap();
    assert!(doorkeeper.admit(Some(&token), &name("2/x"), Pull).is_ok());
}

fn refresh(house: &House, token: &str) -> Result<Issued, Unadmitted> {
    let grant = Grant::Refresh(SecretString::from(token));
    let access = Access::read(["repository:2/x:push"]);
    house.reception.issue(TokenRequest { grant, access, offline: false }, None)
}

#[test]
fn a_refresh_token_stands_in_for_the_password() {
    let (house, doorkeeper, user) = scene();
    let asked = TokenRequest { offline: true, ..request(&user.email, PASSWORD, "") };
    let token = house.reception.issue(asked, None).unwrap().refresh_token.unwrap();
    for _ in 0..3 {
        house.clock.advance(Duration::from_secs(25 * 86_400));
        house.reception.look_again().unwrap();
        let issued = refresh(&house, &token).unwrap();
        assert_eq!(issued.refresh_token.as_deref(), Some(token.as_str()));
        assert!(doorkeeper.admit(Some(&issued.token), &name("2/x"), Push).is_ok());
    }
    assert_eq!(
        house.reception.validate(&token.clone().into()),
        Err(Unadmitted::Unknown),
        "it opens nothing else"
    );
    let session = house.reception.login(&user.email, &PASSWORD.into(), None).unwrap();
    let swapped = refresh(&house, secrecy::ExposeSecret::expose_secret(&session.token));
    assert_eq!(swapped.unwrap_err(), Unadmitted::Unknown);
    house.clock.advance(Duration::from_secs(30 * 86_400));
    assert_eq!(refresh(&house, &token).unwrap_err(), Unadmitted::Unknown);
}

#[test]
fn nobody_gets_a_token_for_a_wrong_password() {
    let (house, ..) = scene();
    let refused = house.reception.issue(request("dev@acme.test", "wrong password", ""), None);
    assert_eq!(refused.unwrap_err(), Unadmitted::Unknown);
}
