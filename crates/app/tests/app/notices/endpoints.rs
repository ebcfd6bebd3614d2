//! Who may manage endpoints, and what an endpoint may be.

use assay_app::notice::{
    EndpointProfile, WebhookRules, create_endpoint, delete_endpoint, deliveries, endpoints, ping, redeliver,
    rotate_secret, update_endpoint,
};
use assay_core::build::BuildEvent::*;
use assay_core::ledger::write;
use assay_core::notice::{DeliveryFilter, DeliveryState, EndpointId, Recipient};
use assay_core::work::WorkKind;
use assay_core::{Actor, OrgId, Organization, Role, Scope};
use uuid::Uuid;

use super::stage::{EVERYTHING, Stage};
use crate::house::code;

fn profile(url: &str) -> EndpointProfile {
    EndpointProfile { url: Some(url.into()), ..EndpointProfile::default() }
}

const GOOD: &str = "https://hooks.example.com/assay";

#[test]
fn developers_and_admins_manage_what_is_their_organizations() {
    let stage = Stage::new();
    let (service, house, strict) = (&stage.house.service, &stage.house, WebhookRules::default());
    let elsewhere = house.org("Elsewhere");
    let developer = stage.developer.actor(Scope::ALL.into());
    let admin = house.actor(stage.org, "admin@acme.example", &[Role::Admin]);
    let approver = stage.approver.actor(Scope::ALL.into());
    let stranger = house.actor(elsewhere, "dev@else.example", &[Role::Developer, Role::Admin]);
    let reader = Actor { scopes: [Scope::Read].into(), ..developer.clone() };
    let operator = Actor::operator();
    for (actor, expected) in [
        (&developer, None),
        (&admin, None),
        (&operator, None),
        (&approver, Some("not-allowed")),
        (&reader, Some("not-allowed")),
        (&stranger, Some("not-found")),
    ] {
        let endpoint = create_endpoint(service, &operator, stage.org, profile(GOOD), &strict).unwrap();
        let delivery = ping(service, &operator, endpoint.id).unwrap();
        stage.work(WorkKind::Webhook);
        let to_it = DeliveryFilter { endpoint: Some(endpoint.id), ..DeliveryFilter::default() };
        let tried = [
            create_endpoint(service, actor, stage.org, profile(GOOD), &strict).map(drop),
            endpoints(service, actor, stage.org).map(drop),
            update_endpoint(service, actor, endpoint.id, EndpointProfile::default(), &strict).map(drop),
            rotate_secret(service, actor, endpoint.id).map(drop),
            ping(service, actor, endpoint.id).map(drop),
            deliveries(service, actor, &to_it, EVERYTHING).map(drop),
            redeliver(service, actor, &delivery).map(drop),
            delete_endpoint(service, actor, endpoint.id),
        ];
        for (at, result) in tried.into_iter().enumerate() {
            let got = result.is_err().then(|| code(result.clone()));
            assert_eq!(got, expected, "{} trying {at}", actor.name);
        }
    }
    assert_eq!(code(endpoints(service, &operator, OrgId(4711))), "not-found");
    assert_eq!(code(ping(service, &operator, EndpointId(Uuid::nil()))), "not-found");
}

#[test]
fn letters_are_for_admins_to_look_at() {
    let stage = Stage::new();
    stage.happen(&[IntakeFailed]);
    let (service, house) = (&stage.house.service, &stage.house);
    let of_ours = DeliveryFilter { org: Some(stage.org), ..DeliveryFilter::default() };
    let admin = house.actor(stage.org, "admin@acme.example", &[Role::Admin]);
    let list = deliveries(service, &admin, &of_ours, EVERYTHING).unwrap();
    assert_eq!(list.len(), 2);
    assert!(list.iter().all(|one| matches!(one.to, Recipient::Mail { .. })));
    let developer = stage.developer.actor(Scope::ALL.into());
    assert_eq!(code(deliveries(service, &developer, &of_ours, EVERYTHING)), "not-allowed");
    let everything = DeliveryFilter::default();
    assert_eq!(
        code(deliveries(service, &admin, &everything, EVERYTHING)),
        "not-found",
        "others' letters are not shown"
    );
    stage.work(WorkKind::Mail);
    assert_eq!(code(redeliver(service, &developer, &list[0].id)), "not-allowed");
    redeliver(service, &admin, &list[0].id).unwrap();
    assert_eq!(stage.work(WorkKind::Mail), 1);
}

#[test]
fn an_endpoint_is_refused_with_its_reason() {
    let stage = Stage::new();
    let operator = Actor::operator();
    let make = |profile| {
        let service = &stage.house.service;
        code(create_endpoint(service, &operator, stage.org, profile, &WebhookRules::default()))
    };
    assert_eq!(make(EndpointProfile::default()), "webhook-url-malformed");
    assert_eq!(make(profile("https://169.254.169.254/latest")), "webhook-url-private");
    assert_eq!(make(profile("http://hooks.example.com/")), "webhook-url-not-https");
    let events = |name: &str| Some(vec![name.to_owned()]);
    assert_eq!(
        make(EndpointProfile { events: events("EngineBuildApprove"), ..profile(GOOD) }),
        "unknown-event"
    );
    let description = Some("x".repeat(201));
    assert_eq!(make(EndpointProfile { description, ..profile(GOOD) }), "description-too-long");
    for _ in 0..20 {
        stage.endpoint(stage.org, &[]);
    }
    assert_eq!(make(profile(GOOD)), "too-many-endpoints");
}

#[test]
fn an_endpoint_that_is_deleted_or_disabled_hears_nothing_more() {
    let stage = Stage::new();
    let (service, operator) = (&stage.house.service, Actor::operator());
    let (deleted, disabled) = (stage.endpoint(stage.org, &[]), stage.endpoint(stage.org, &[]));
    stage.happen(&[IntakePassed]);
    delete_endpoint(service, &operator, deleted.id).unwrap();
    let off = EndpointProfile { enabled: Some(false), ..EndpointProfile::default() };
    update_endpoint(service, &operator, disabled.id, off, &WebhookRules::default()).unwrap();
    stage.happen(&[Submit]);
    assert_eq!(code(ping(service, &operator, disabled.id)), "endpoint-disabled");
    assert_eq!(stage.work(WorkKind::Webhook), 1, "only what was queued for the disabled one is looked at");
    assert!(stage.outside.posts.lock().unwrap().is_empty());
    let state = |id| {
        let deliveries = stage.deliveries().into_iter().filter(|one| one.to == Recipient::Endpoint(id));
        deliveries.map(|one| (one.name, one.state)).collect::<Vec<_>>()
    };
    let processed = "EngineBuildManifestProcessed".to_owned();
    assert_eq!(state(deleted.id), [(processed.clone(), DeliveryState::Cancelled)]);
    assert_eq!(state(disabled.id), [(processed, DeliveryState::Dead)]);
}

#[test]
fn the_operators_endpoints_are_for_their_admins_alone() {
    let stage = Stage::new();
    let (service, house, strict) = (&stage.house.service, &stage.house, WebhookRules::default());
    let endpoint = stage.endpoint(OrgId::OPERATORS, &[]);
    let delivery = ping(service, &Actor::operator(), endpoint.id).unwrap();
    stage.work(WorkKind::Webhook);
    let admin = house.actor(OrgId::OPERATORS, "second@ops.example", &[Role::Admin]);
    let writer = Actor { scopes: [Scope::Read, Scope::Write].into(), ..admin.clone() };
    let developer = house.actor(OrgId::OPERATORS, "dev@ops.example", &[Role::Developer]);
    let approver = house.actor(OrgId::OPERATORS, "boss@ops.example", &[Role::Approver]);
    let to_it = DeliveryFilter { endpoint: Some(endpoint.id), ..DeliveryFilter::default() };
    for (actor, expected) in [
        (&developer, Some("not-allowed")),
        (&approver, Some("not-allowed")),
        (&writer, Some("not-allowed")),
        (&admin, None),
    ] {
        let tried = [
            create_endpoint(service, actor, OrgId::OPERATORS, profile(GOOD), &strict).map(drop),
            endpoints(service, actor, OrgId::OPERATORS).map(drop),
            update_endpoint(service, actor, endpoint.id, EndpointProfile::default(), &strict).map(drop),
            rotate_secret(service, actor, endpoint.id).map(drop),
            deliveries(service, actor, &to_it, EVERYTHING).map(drop),
            redeliver(service, actor, &delivery).map(drop),
            ping(service, actor, endpoint.id).map(drop),
            delete_endpoint(service, actor, endpoint.id),
        ];
        for (at, result) in tried.into_iter().enumerate() {
            let got = result.is_err().then(|| code(result.clone()));
            assert_eq!(got, expected, "{} trying {at}", actor.name);
        }
    }
}

#[test]
fn a_disabled_organization_is_told_nothing() {
    let stage = Stage::new();
    let endpoint = stage.endpoint(stage.org, &[]);
    stage.happen(&[IntakePassed]);
    let service = &stage.house.service;
    write(&*service.ledger, |records| {
        let organization = records.organization(stage.org)?.unwrap();
        records.update_organization(&Organization { disabled: true, ..organization })
    })
    .unwrap();
    stage.happen(&[Submit, SecurityPassed]);
    assert_eq!(stage.work(WorkKind::Webhook), 1, "what was queued before is looked at");
    assert!(stage.outside.posts.lock().unwrap().is_empty(), "and not sent");
    let to_it = stage.deliveries().into_iter().filter(|one| one.to == Recipient::Endpoint(endpoint.id));
    assert_eq!(to_it.map(|one| one.state).collect::<Vec<_>>(), [DeliveryState::Dead]);
}

#[test]
fn an_endpoint_with_very_much_waiting_is_deleted_too() {
    let stage = Stage::new();
    let (service, operator) = (&stage.house.service, Actor::operator());
    let endpoint = stage.endpoint(stage.org, &[]);
    for _ in 0..1001 {
        ping(service, &operator, endpoint.id).unwrap();
    }
    delete_endpoint(service, &operator, endpoint.id).unwrap();
    assert!(endpoints(service, &operator, stage.org).unwrap().is_empty());
    let all = DeliveryFilter { state: Some(DeliveryState::Queued), ..DeliveryFilter::default() };
    assert!(deliveries(service, &operator, &all, EVERYTHING).unwrap().is_empty());
    assert_eq!(stage.work(WorkKind::Webhook), 0);
}
