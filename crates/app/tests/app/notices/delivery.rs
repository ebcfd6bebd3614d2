//! How messages reach their receivers although processes die and receivers are away.

use std::time::Duration;

use assay_app::notice::{
    EndpointProfile, Fate, Matter, Sending, Tone, WebhookRules, alert, delete_endpoint, deliveries, ping,
    redeliver, rotate_secret, update_endpoint,
};
use assay_core::build::BuildEvent::*;
use assay_core::ledger::{read, write};
use assay_core::notice::{Alert, Delivery, DeliveryFilter, DeliveryState, EndpointDisabled, names};
use assay_core::work::{WorkKind, WorkState};
use assay_core::{Actor, Code, Fault, Finding, Policy, outcome::Check};

use super::stage::{EVERYTHING, LEASE, Stage, do_work, later};
use crate::house::{ADMIN, code};

fn only(stage: &Stage) -> Delivery {
    let mut all: Vec<_> = stage.deliveries().into_iter().filter(|one| one.name == names::PING).collect();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// A stage with one endpoint and one message queued for it.
fn with_a_ping() -> Stage {
    let stage = Stage::new();
    let endpoint = stage.endpoint(stage.org, &[]);
    ping(&stage.house.service, &Actor::operator(), endpoint.id).unwrap();
    stage
}

#[test]
fn a_message_is_delivered_once_and_that_is_noted() {
    let stage = with_a_ping();
    let queued = only(&stage);
    assert_eq!((queued.state, queued.attempts, queued.next_at.is_some()), (DeliveryState::Queued, 0, true));
    assert_eq!(stage.work(WorkKind::Webhook), 1);
    assert_eq!(stage.work(WorkKind::Webhook), 0);
    let posts = stage.outside.posts.lock().unwrap();
    assert_eq!(posts.len(), 1);
    assert_eq!(posts[0].1.id, queued.id);
    assert_eq!(posts[0].1.matter, Matter::Ping);
    let delivered = only(&stage);
    assert_eq!((delivered.state, delivered.attempts), (DeliveryState::Delivered, 1));
    assert_eq!(delivered.ended_at, Some(stage.house.service.now()));
    let last = delivered.last.unwrap();
    assert_eq!((last.status, last.answer.as_str(), last.fault), (Some(200), "thanks", None));
}

#[test]
fn what_was_sent_and_not_noted_is_sent_again_under_the_same_id() {
    let stage = with_a_ping();
    // A process takes the work and dies.
    assert!(stage.hand().claim(WorkKind::Webhook).unwrap().is_some());
    assert_eq!(stage.work(WorkKind::Webhook), 0, "nobody else may take it yet");
    stage.house.clock.advance(LEASE);
    assert_eq!(stage.work(WorkKind::Webhook), 1);

    // Another is so slow that its lease is over when the message has gone out, and somebody else has sent it again.
    let stage = with_a_ping();
    let (slow, quick) = (stage.hand(), stage.hand());
    let clock = stage.house.clock.clone();
    stage.outside.meanwhile(move || {
        clock.advance(LEASE);
        let lease = quick.claim(WorkKind::Webhook).unwrap().expect("its time is over");
        do_work(&quick, &lease);
    });
    let lease = slow.claim(WorkKind::Webhook).unwrap().unwrap();
    do_work(&slow, &lease);
    let posts = stage.outside.posts.lock().unwrap();
    assert_eq!(posts.len(), 2);
    assert_eq!(posts[0].1, posts[1].1, "the receiver knows it by its id, and it says the same");
    assert_eq!(
        (only(&stage).state, only(&stage).attempts),
        (DeliveryState::Delivered, 1),
        "the slow one keeps nothing"
    );
}

#[test]
fn a_receiver_that_is_away_is_tried_for_days_and_then_given_up() {
    let stage = with_a_ping();
    stage.outside.answer((0..10).map(|at| later(&format!("attempt {at}"))));
    let waits: Vec<u64> = (0..10).map(|_| stage.next_attempt(WorkKind::Webhook).as_secs()).collect();
    let least = [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
    for (at, (wait, least)) in waits.iter().zip(least).enumerate() {
        assert!((least..=least + least / 5 + 1).contains(wait), "wait {at}: {waits:?}");
    }
    let dead = only(&stage);
    assert_eq!((dead.state, dead.attempts, dead.next_at), (DeliveryState::Dead, 10, None));
    let last = dead.last.clone().unwrap();
    assert_eq!((last.status, last.answer.as_str()), (Some(503), "busy"));
    assert!(last.fault.unwrap().contains("attempt 9"));
    assert!(stage.hand().next_due(WorkKind::Webhook).unwrap().is_none(), "nothing is tried any more");
    {
        let posts = stage.outside.posts.lock().unwrap();
        assert!(posts.iter().all(|(_, message, _)| *message == posts[0].1), "every attempt says the same");
        assert!(posts[0].2 < posts[9].2, "and is signed anew");
    }

    let again = redeliver(&stage.house.service, &Actor::operator(), &dead.id).unwrap();
    assert_eq!(again.state, DeliveryState::Queued);
    assert_eq!(stage.work(WorkKind::Webhook), 1);
    assert_eq!((only(&stage).state, only(&stage).attempts), (DeliveryState::Delivered, 11));
    let posts = stage.outside.posts.lock().unwrap();
    assert_eq!(posts[10].1.id, dead.id);
}

#[test]
fn a_receiver_may_ask_for_patience() {
    let stage = with_a_ping();
    let fault = Fault::new("webhook-refused", "posting", "slow down").retryable();
    let after = Some(Duration::from_secs(600));
    stage.outside.answer([Sending {
        status: Some(429),
        answer: String::new(),
        fate: Fate::Later { fault, after },
    }]);
    stage.next_attempt(WorkKind::Webhook);
    assert_eq!(stage.next_attempt(WorkKind::Webhook).as_secs(), 600);
}

#[test]
fn what_cannot_go_better_is_given_up_at_once() {
    let stage = Stage::new();
    stage.happen(&[IntakeFailed]);
    let fault = Fault::new("mail", "sending", "no such mailbox").retryable();
    stage.outside.answer([Sending { status: Some(550), answer: "no".into(), fate: Fate::Never(fault) }]);
    assert_eq!(stage.work(WorkKind::Mail), 2);
    let mut states: Vec<_> = stage.deliveries().iter().map(|one| one.state.name()).collect();
    states.sort_unstable();
    assert_eq!(states, ["dead", "delivered"]);
    assert!(
        stage.deliveries().iter().all(|one| one.name != names::OPERATOR_ALERT),
        "a letter about a letter helps nobody"
    );
}

#[test]
fn an_endpoint_that_is_gone_is_disabled_and_its_people_are_told() {
    let stage = with_a_ping();
    stage.happen(&[IntakeFailed]);
    stage.outside.answer([Sending { status: Some(410), answer: String::new(), fate: Fate::Gone }]);
    assert_eq!(stage.work(WorkKind::Webhook), 3, "the ping, the failure, and the engine that it disabled");
    assert_eq!(stage.outside.posts.lock().unwrap().len(), 1, "after that nothing is posted");
    let service = &stage.house.service;
    let endpoints = read(&*service.ledger, |records| records.endpoints(Some(stage.org))).unwrap();
    assert_eq!(endpoints[0].disabled, Some(EndpointDisabled::Gone));
    let webhooks = DeliveryFilter { endpoint: Some(endpoints[0].id), ..DeliveryFilter::default() };
    let missed = deliveries(service, &Actor::operator(), &webhooks, EVERYTHING).unwrap();
    assert!(missed.iter().all(|one| one.state == DeliveryState::Dead), "{missed:?}");

    let told = stage.deliveries().into_iter().find(|one| one.name == names::OPERATOR_ALERT);
    assert!(
        told.is_none(),
        "nobody made it and the organization has no admin, so nobody is there to be told"
    );
    assert_eq!(code(redeliver(service, &Actor::operator(), &missed[0].id)), "endpoint-disabled");
    let enable = EndpointProfile { enabled: Some(true), ..EndpointProfile::default() };
    update_endpoint(service, &Actor::operator(), endpoints[0].id, enable, &WebhookRules::default()).unwrap();
    redeliver(service, &Actor::operator(), &missed[0].id).unwrap();
    assert_eq!(code(redeliver(service, &Actor::operator(), &missed[0].id)), "delivery-not-over");
    assert_eq!(stage.work(WorkKind::Webhook), 1);
    assert_eq!(stage.outside.posts.lock().unwrap().len(), 2);
}

#[test]
fn whoever_made_an_endpoint_is_told_that_it_is_gone() {
    let stage = Stage::new();
    let maker = stage.developer.actor(assay_core::Scope::ALL.into());
    let profile =
        EndpointProfile { url: Some("https://hooks.example.com/".into()), ..EndpointProfile::default() };
    let service = &stage.house.service;
    let endpoint =
        assay_app::notice::create_endpoint(service, &maker, stage.org, profile, &WebhookRules::default())
            .unwrap();
    ping(service, &maker, endpoint.id).unwrap();
    stage.outside.answer([Sending { status: Some(410), answer: String::new(), fate: Fate::Gone }]);
    stage.work(WorkKind::Webhook);
    stage.work(WorkKind::Mail);
    let letters = stage.outside.letters.lock().unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].0, "dev@acme.example");
    let words = &letters[0].1.letter.as_ref().unwrap().words;
    assert!(words.summary.contains("https://hooks.example.com/") && !words.next.is_empty(), "{words:?}");
}

#[test]
fn a_replaced_secret_signs_for_a_day() {
    let stage = Stage::new();
    let endpoint = stage.endpoint(stage.org, &[]);
    let service = &stage.house.service;
    let rotated = rotate_secret(service, &Actor::operator(), endpoint.id).unwrap();
    assert_ne!(rotated.secret.expose(), endpoint.secret.expose());
    for advance in [0, 24 * 3600 - 1, 1] {
        stage.house.clock.advance(Duration::from_secs(advance));
        ping(service, &Actor::operator(), endpoint.id).unwrap();
        stage.work(WorkKind::Webhook);
    }
    let posts = stage.outside.posts.lock().unwrap();
    let secrets: Vec<Vec<&str>> = posts
        .iter()
        .map(|(target, _, _)| target.secrets.iter().map(|secret| secret.expose()).collect())
        .collect();
    let (old, new) = (endpoint.secret.expose(), rotated.secret.expose());
    assert_eq!(secrets, [vec![new, old], vec![new, old], vec![new]]);
    assert!(!format!("{rotated:?}").contains(new.trim_start_matches("whsec_")), "secrets do not print");
}

#[test]
fn work_that_nobody_lives_to_end_is_a_dead_letter() {
    let stage = with_a_ping();
    for _ in 0..10 {
        assert!(stage.hand().claim(WorkKind::Webhook).unwrap().is_some());
        stage.house.clock.advance(LEASE);
    }
    assert!(stage.hand().claim(WorkKind::Webhook).unwrap().is_none());
    stage.hand().bury_lost().unwrap();
    let dead = only(&stage);
    assert_eq!(dead.state, DeliveryState::Dead);
    assert!(dead.last.unwrap().fault.is_some());
    let work = read(&*stage.house.service.ledger, |records| records.work_on(WorkKind::Webhook, &dead.id.0));
    assert_eq!(work.unwrap().unwrap().state, WorkState::Dead);
}

#[test]
fn a_letter_tells_what_stands_against_the_build_and_what_to_do() {
    let stage = Stage::new();
    stage.happen(&[IntakePassed, Submit]);
    let finding = |at: usize| {
        Finding::error(Code::NET_001, format!("it looked for host-{at}.example"), "no attempt at all")
            .fix("declare the host")
    };
    let report = assay_app::report::of_document(
        "image",
        Check::Network,
        (0..7).map(finding).collect(),
        &Policy::default(),
    );
    stage.judged(CertificationFailed, &serde_json::to_vec(&report).unwrap());
    assert_eq!(stage.work(WorkKind::Mail), 2);
    let letters = stage.outside.letters.lock().unwrap();
    let (_, message) = letters.iter().find(|(to, _)| to == "dev@acme.example").unwrap();
    let letter = message.letter.as_ref().unwrap();
    assert_eq!((letter.words.tone, letter.organization.as_str()), (Tone::Bad, "Acme"));
    assert_eq!(letter.words.headline, "Build 1 of Parrot failed its certification");
    assert!(!letter.words.next.is_empty() && !letter.words.then.is_empty());
    let findings = letter.findings.as_ref().unwrap();
    assert_eq!((findings.top.len(), findings.more), (5, 2));
    assert!(findings.top[0].finding.observed.starts_with("it looked for host-"));
}

#[test]
fn a_report_that_cannot_be_read_keeps_nobody_from_being_told() {
    let stage = Stage::new();
    stage.happen(&[IntakePassed, Submit]);
    stage.judged(CertificationFailed, b"{ broken");
    assert_eq!(stage.work(WorkKind::Mail), 2);
    let letters = stage.outside.letters.lock().unwrap();
    assert!(letters.iter().all(|(_, message)| message.letter.as_ref().unwrap().findings.is_none()));
}

#[test]
fn operators_are_alerted_once_for_one_trouble() {
    let stage = Stage::new();
    stage.endpoint(assay_core::OrgId::OPERATORS, &["OperatorAlert"]);
    let trouble = |key: &str| Alert {
        key: key.into(),
        title: "The disk is nearly full".into(),
        text: "Of 10 GB there are 10 MB left.".into(),
        hint: None,
        build: None,
    };
    for key in ["disk", "disk", "other"] {
        let now = stage.house.service.now();
        write(&*stage.house.service.ledger, |records| alert(records, trouble(key), now)).unwrap();
    }
    assert_eq!((stage.work(WorkKind::Mail), stage.work(WorkKind::Webhook)), (2, 2));
    let letters = stage.outside.letters.lock().unwrap();
    assert!(letters.iter().all(|(to, _)| to == ADMIN));
    assert_eq!(letters[0].1.letter.as_ref().unwrap().words.headline, "The disk is nearly full");
}

/// The receiver says nothing until nobody waits for it any more.
fn silence() -> Sending {
    Sending::failed(Fault::new("webhook-unreached", "posting", "no answer in time").retryable())
}

#[test]
fn an_organization_has_one_message_on_its_way_and_others_do_not_wait_for_it() {
    let stage = Stage::new();
    let elsewhere = stage.house.org("Elsewhere");
    let (slow, beside) = (stage.endpoint(stage.org, &[]), stage.endpoint(stage.org, &[]));
    let other = stage.endpoint(elsewhere, &[]);
    for endpoint in [slow.id, slow.id, beside.id, other.id] {
        ping(&stage.house.service, &Actor::operator(), endpoint).unwrap();
    }
    let hand = stage.hand();
    let first = hand.claim(WorkKind::Webhook).unwrap().unwrap();
    let second = hand.claim(WorkKind::Webhook).unwrap().unwrap();
    assert!(hand.claim(WorkKind::Webhook).unwrap().is_none());
    do_work(&hand, &second);
    do_work(&hand, &first);
    let posts = stage.outside.posts.lock().unwrap().len();
    assert_eq!(posts, 2);
    assert_eq!(stage.work(WorkKind::Webhook), 2, "then the rest of them go out");
}

#[test]
fn who_does_not_answer_is_left_alone_for_a_while_with_everything() {
    let stage = Stage::new();
    let (silent, beside) =
        (stage.endpoint(stage.org, &[]), stage.endpoint(stage.org, &["EngineBuildApproved"]));
    for _ in 0..50 {
        ping(&stage.house.service, &Actor::operator(), silent.id).unwrap();
    }
    stage.outside.answer((0..4).map(|_| silence()));
    assert_eq!(stage.work(WorkKind::Webhook), 1, "one attempt, and the others wait with it");
    // What happens meanwhile waits too, but not what others are to hear.
    stage.happen(&[IntakePassed]);
    assert_eq!(stage.work(WorkKind::Webhook), 0);
    ping(&stage.house.service, &Actor::operator(), beside.id).unwrap();
    stage.outside.answer((0..4).map(|_| Sending::delivered(200, "")));
    assert_eq!(stage.work(WorkKind::Webhook), 1);
    // The same one is tried again, ever later.
    stage.outside.answer((0..3).map(|_| silence()));
    let waits: Vec<u64> = (0..3).map(|_| stage.next_attempt(WorkKind::Webhook).as_secs()).collect();
    for (wait, least) in waits.iter().zip([5, 300, 1800]) {
        assert!((least..=least + least / 5 + 1).contains(wait), "{waits:?}");
    }
    let tried: Vec<u32> =
        stage.deliveries().iter().map(|one| one.attempts).filter(|tries| *tries > 0).collect();
    assert_eq!(tried.iter().max(), Some(&4));
    assert_eq!(tried.len(), 2, "of the fifty one was tried, and the one for the other endpoint: {tried:?}");
    // When it answers again, all of it goes out.
    let posts = || stage.outside.posts.lock().unwrap().len();
    let before = posts();
    stage.next_attempt(WorkKind::Webhook);
    stage.house.clock.advance(Duration::from_secs(2));
    stage.work(WorkKind::Webhook);
    assert_eq!(posts() - before, 51);
    assert!(
        stage
            .deliveries()
            .iter()
            .filter(|one| one.name == names::PING)
            .all(|one| { one.state == DeliveryState::Delivered })
    );
}

#[test]
fn what_is_over_is_forgotten_in_pieces() {
    let stage = Stage::new();
    let endpoint = stage.endpoint(stage.org, &[]);
    for _ in 0..1200 {
        ping(&stage.house.service, &Actor::operator(), endpoint.id).unwrap();
    }
    delete_endpoint(&stage.house.service, &Actor::operator(), endpoint.id).unwrap();
    stage.house.clock.advance(Duration::from_secs(60));
    let now = stage.house.service.now();
    let forget = || write(&*stage.house.service.ledger, |records| records.forget_deliveries(now)).unwrap();
    assert_eq!((forget(), forget(), forget()), (1000, 200, 0));
}
