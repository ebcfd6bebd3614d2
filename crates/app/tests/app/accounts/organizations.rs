use assay_app::account::{NewOrganization, OrganizationChange};
use assay_core::account::OrgSettings;
use assay_core::ledger::read;
use assay_core::records::Page;
use assay_core::{Actor, OrgId, Role};

use crate::house::{ADMIN, House, PASSWORD, code};

const ALL: Page = Page { offset: 0, limit: 100 };

#[test]
fn an_organization_is_kept_as_it_was_made_and_changed() {
    let house = House::new();
    let settings = OrgSettings { auto_submit: true, four_eyes: true, ..OrgSettings::default() };
    let new = NewOrganization { name: " Acme ".into(), settings, quota_bytes: Some(1 << 30) };
    let made = house.reception.create_organization(&Actor::operator(), &new).unwrap();
    assert_eq!((made.id, made.name.as_str(), made.quota_bytes), (OrgId(2), "Acme", Some(1 << 30)));
    assert!(made.settings.auto_submit && made.settings.four_eyes && !made.settings.auto_approve);
    assert_eq!(house.reception.organization(&Actor::operator(), made.id).unwrap(), made);

    let change = OrganizationChange {
        name: Some("Acme Corporation".into()),
        auto_submit: Some(false),
        policy: Some("strict".into()),
        quota_bytes: Some(None),
        ..OrganizationChange::default()
    };
    let changed = house.reception.change_organization(&Actor::operator(), made.id, &change).unwrap();
    assert_eq!(house.reception.organization(&Actor::operator(), made.id).unwrap(), changed);
    assert_eq!((changed.settings.policy.as_str(), changed.quota_bytes), ("strict", None));
    assert!(!changed.settings.auto_submit && changed.settings.four_eyes);
}

#[test]
fn the_registry_holds_to_the_quota() {
    let house = House::new();
    let new = NewOrganization { name: "Acme".into(), quota_bytes: Some(7), ..NewOrganization::default() };
    let org = house.reception.create_organization(&Actor::operator(), &new).unwrap().id;
    assert_eq!(read(&*house.service.ledger, |records| records.quota(org)).unwrap(), Some(7));
}

#[test]
fn names_are_taken_once() {
    let house = House::new();
    let acme = house.org("Acme");
    let new = |name: &str| NewOrganization { name: name.into(), ..NewOrganization::default() };
    let operator = Actor::operator();
    assert_eq!(code(house.reception.create_organization(&operator, &new("ACME"))), "organization-exists");
    assert_eq!(code(house.reception.create_organization(&operator, &new(" "))), "invalid-name");
    let change = OrganizationChange { name: Some("operators".into()), ..OrganizationChange::default() };
    assert_eq!(code(house.reception.change_organization(&operator, acme, &change)), "organization-exists");
}

#[test]
fn a_policy_has_to_be_there() {
    let house = House::new();
    let acme = house.org("Acme");
    let with =
        |policy: &str| OrganizationChange { policy: Some(policy.into()), ..OrganizationChange::default() };
    let change = |policy: &str| house.reception.change_organization(&Actor::operator(), acme, &with(policy));
    assert_eq!(code(change("no-such-policy")), "policy-not-found");
    assert!(change("strict").is_ok());
    let settings = OrgSettings { policy: "no-such-policy".into(), ..OrgSettings::default() };
    let new = NewOrganization { name: "Zeta".into(), settings, quota_bytes: None };
    assert_eq!(code(house.reception.create_organization(&Actor::operator(), &new)), "policy-not-found");
}

#[test]
fn nobody_becomes_the_operators_by_coming_first() {
    let house = House::bare();
    assert_eq!(house.org("Acme"), OrgId(2));
    house.reception.first_admin(ADMIN, Some(&PASSWORD.into())).unwrap();
    let admin = house.reception.user_by_email(&Actor::operator(), ADMIN).unwrap();
    let operators = house.reception.organization(&Actor::operator(), admin.org).unwrap();
    assert_eq!((operators.id, operators.name.as_str()), (OrgId::OPERATORS, "Operators"));
}

#[test]
fn the_operators_stay() {
    let house = House::new();
    let change = OrganizationChange { disabled: Some(true), ..OrganizationChange::default() };
    let refused = house.reception.change_organization(&Actor::operator(), OrgId::OPERATORS, &change);
    assert_eq!(code(refused), "operators-stay");
}

#[test]
fn everybody_lists_what_they_may_see() {
    let house = House::new();
    let (acme, zeta) = (house.org("Acme"), house.org("Zeta"));
    let listed = |actor: &Actor, page| -> Vec<i64> {
        house.reception.organizations(actor, page).unwrap().iter().map(|org| org.id.0).collect()
    };
    let developer = house.actor(acme, "dev@acme.test", &[Role::Developer]);
    assert_eq!(listed(&developer, ALL), [acme.0]);
    assert_eq!(listed(&developer, Page { offset: 1, limit: 100 }), [0; 0]);
    let approver = house.actor(OrgId::OPERATORS, "approver@localhost", &[Role::Approver]);
    assert_eq!(listed(&approver, ALL), [1, acme.0, zeta.0]);
    assert_eq!(listed(&approver, Page { offset: 1, limit: 1 }), [acme.0]);
    let colleague = house.actor(OrgId::OPERATORS, "dev@localhost", &[Role::Developer]);
    assert_eq!(listed(&colleague, ALL), [1]);
}
