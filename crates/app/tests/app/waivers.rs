//! Waivers: asked for, decided by a second person, counted while they last.

use assay_app::waiver::{self, NewWaiver};
use assay_core::build::BuildAction;
use assay_core::ledger::read;
use assay_core::records::Page;
use assay_core::waiver::{Narrowing, WaiverFilter, WaiverScope, WaiverStatus};
use assay_core::{
    Actor, Build, BuildStatus, Check, Code, Effect, Engine, Finding, OrgId, Place, Refused, Role, Verdict,
    Waiver, WaiverId,
};

use crate::judged::{certified, kept};
use crate::plant::{Plant, Says, manifest};
use crate::workshop::{Workshop, actor};

fn code<T: std::fmt::Debug>(result: Result<T, Refused>) -> &'static str {
    match result {
        Err(Refused::Rejection(rejection)) => rejection.code,
        other => panic!("expected a rejection: {other:?}"),
    }
}

fn new(workshop: &Workshop, scope: WaiverScope) -> NewWaiver {
    NewWaiver {
        code: Code::SEC_002,
        narrowing: Narrowing::default(),
        scope,
        org: None,
        reason: "not reachable from the engine's input".into(),
        expires_at: workshop.now() + jiff::SignedDuration::from_hours(24 * 30),
        on_behalf_of: None,
    }
}

fn ask(workshop: &Workshop, scope: WaiverScope) -> Waiver {
    waiver::request(&workshop.service, &workshop.developer(), &new(workshop, scope)).unwrap()
}

fn grant(workshop: &Workshop, waiver: &Waiver) -> Vec<assay_app::waiver::Rejudged> {
    waiver::grant(&workshop.service, &workshop.approver(), waiver.id, None).unwrap().1
}

/// A build held for a person because of a critical vulnerability without a fix.
fn held(workshop: &Workshop, engine: &Engine, content: &str) -> Build {
    let place = Place { package: Some("pkg:deb/debian/openssl@3".into()), ..Place::default() };
    let finding = Finding::error(Code::SEC_002, "openssl 3 has CVE-2026-1234", "none").at(place);
    let build = certified(workshop, engine, content, vec![(Check::Security, finding)]);
    assert_eq!(build.verdict, Some(Verdict::Inconclusive));
    build
}

fn active(workshop: &Workshop, build: &Build) -> Vec<WaiverId> {
    let found = read(&*workshop.service.ledger, |records| waiver::active(records, build, workshop.now()));
    found.unwrap().into_iter().map(|waiver| waiver.id).collect()
}

#[test]
fn a_granted_waiver_judges_again_what_waits() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Ears");
    let build = held(&workshop, &engine, "one");
    let waiver = ask(&workshop, WaiverScope::Engine(engine.id));
    assert_eq!(active(&workshop, &build), [], "asking is not having");
    let rejudged = grant(&workshop, &waiver);
    assert_eq!((rejudged.len(), rejudged[0].after), (1, Verdict::Approved));
    let build = workshop.build(build.id);
    assert_eq!((build.status, build.verdict), (BuildStatus::Pending, Some(Verdict::Approved)));
    let report = kept(&workshop, build.id);
    let finding = report.findings.iter().find(|one| one.finding.code == Code::SEC_002).unwrap();
    assert_eq!(finding.effect, Effect::Info, "it stays in the report");
    let named = finding.waiver.as_ref().unwrap();
    assert_eq!(
        (named.id.as_str(), named.approver.as_str()),
        (&*waiver.id.to_string(), &*workshop.approver().name)
    );
    assert_eq!(report.waivers[0].lifted, std::slice::from_ref(&finding.id));
    let told = workshop.events(&build).last().unwrap().reason.clone().unwrap();
    assert!(told.contains("granted a waiver for SEC-002"), "{told}");
}

#[test]
fn where_the_organization_approves_by_rule_the_policy_still_wants_a_person_for_waived_findings() {
    let workshop = Workshop::with(|settings| settings.auto_approve = true);
    let engine = workshop.engine("Ears");
    let build = held(&workshop, &engine, "one");
    grant(&workshop, &ask(&workshop, WaiverScope::Engine(engine.id)));
    let build = workshop.build(build.id);
    assert_eq!((build.status, build.verdict), (BuildStatus::Pending, Some(Verdict::Approved)));
    assert!(build.reason.unwrap().contains("findings lifted by waivers: 1"));
}

#[test]
fn revoking_judges_again_and_expiry_needs_nobody() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Ears");
    let build = held(&workshop, &engine, "one");
    let waiver = ask(&workshop, WaiverScope::Engine(engine.id));
    grant(&workshop, &waiver);
    let revoke = |reason| waiver::revoke(&workshop.service, &workshop.approver(), waiver.id, reason);
    assert_eq!(code(revoke(" ")), "reason-required");
    let (revoked, rejudged) = revoke("an exploit is out").unwrap();
    assert_eq!((revoked.status, rejudged[0].after), (WaiverStatus::Revoked, Verdict::Inconclusive));
    assert_eq!(workshop.build(build.id).verdict, Some(Verdict::Inconclusive));
    assert_eq!(code(revoke("again")), "waiver-decided");

    let waiver = ask(&workshop, WaiverScope::Engine(engine.id));
    grant(&workshop, &waiver);
    assert_eq!(active(&workshop, &build), [waiver.id]);
    workshop.advance_hours(24 * 30);
    assert_eq!(active(&workshop, &build), [], "to the second");
    assert_eq!(
        waiver::get(&workshop.service, &workshop.developer(), waiver.id).unwrap().state(workshop.now()),
        "expired"
    );
}

#[test]
fn a_waiver_for_one_image_is_not_for_the_next() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Ears");
    let (one, two) = (held(&workshop, &engine, "one"), held(&workshop, &engine, "two"));
    let rejudged = grant(&workshop, &ask(&workshop, WaiverScope::Digest(one.digest.clone().unwrap())));
    assert_eq!(rejudged.iter().map(|one| one.build).collect::<Vec<_>>(), [one.id]);
    assert_eq!(active(&workshop, &two), []);
}

#[test]
fn four_eyes_decide_and_only_approvers() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Ears");
    let scope = || WaiverScope::Engine(engine.id);
    let decide = |asker: &Actor, id| waiver::grant(&workshop.service, asker, id, None).map(drop);
    let waiver = ask(&workshop, scope());
    assert_eq!(code(decide(&workshop.developer(), waiver.id)), "not-allowed");
    assert_eq!(code(decide(&actor(workshop.stranger, Role::Admin), waiver.id)), "not-found");

    let admins = waiver::request(&workshop.service, &workshop.admin(), &new(&workshop, scope())).unwrap();
    assert_eq!(code(decide(&workshop.admin(), admins.id)), "own-waiver");
    assert!(decide(&workshop.approver(), admins.id).is_ok());

    let operators = waiver::request(&workshop.service, &Actor::operator(), &new(&workshop, scope())).unwrap();
    assert_eq!(code(decide(&Actor::operator(), operators.id)), "own-waiver");
    let behalf = NewWaiver { on_behalf_of: Some("dev@acme.example".into()), ..new(&workshop, scope()) };
    let behalf_of = waiver::request(&workshop.service, &Actor::operator(), &behalf).unwrap();
    assert!(decide(&Actor::operator(), behalf_of.id).is_ok());
    assert_eq!(code(waiver::request(&workshop.service, &workshop.developer(), &behalf)), "not-allowed");
}

#[test]
fn what_may_not_be_waived_cannot_even_be_asked_for() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Ears");
    let ask = |new: NewWaiver| code(waiver::request(&workshop.service, &workshop.developer(), &new));
    let usual = || new(&workshop, WaiverScope::Engine(engine.id));
    assert_eq!(ask(NewWaiver { code: Code::NET_007, ..usual() }), "not-waivable");
    assert_eq!(ask(NewWaiver { reason: " ".into(), ..usual() }), "reason-required");
    assert_eq!(ask(NewWaiver { expires_at: workshop.now(), ..usual() }), "waiver-expired");
    let stranger = actor(workshop.stranger, Role::Developer);
    assert_eq!(code(waiver::request(&workshop.service, &stranger, &usual())), "not-found");
    let approver = waiver::request(&workshop.service, &workshop.approver(), &usual());
    assert_eq!(code(approver), "not-allowed");
}

#[test]
fn refused_waivers_lift_nothing_and_lists_show_what_one_may_see() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Ears");
    let build = held(&workshop, &engine, "one");
    let asked = ask(&workshop, WaiverScope::Engine(engine.id));
    assert_eq!(
        code(waiver::refuse(&workshop.service, &workshop.approver(), asked.id, "")),
        "reason-required"
    );
    let refused =
        waiver::refuse(&workshop.service, &workshop.approver(), asked.id, "upgrade instead").unwrap();
    assert_eq!(
        (refused.status, refused.decision.as_deref()),
        (WaiverStatus::Refused, Some("upgrade instead"))
    );
    assert_eq!(active(&workshop, &build), []);
    let list = |asker: &Actor| {
        let page = Page { offset: 0, limit: 10 };
        waiver::list(&workshop.service, asker, &WaiverFilter::default(), page).unwrap().len()
    };
    assert_eq!(list(&workshop.developer()), 1);
    assert_eq!(list(&actor(workshop.stranger, Role::Developer)), 0);
    assert_eq!(list(&actor(OrgId::OPERATORS, Role::Admin)), 1);
}

#[test]
fn nobody_approves_what_is_not_known_or_rests_on_a_waiver_that_is_gone() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Ears");
    let incomplete = Finding::error(Code::SEC_004, "the data is old", "fresh data");
    let build = certified(&workshop, &engine, "one", vec![(Check::Security, incomplete)]);
    let approve = |build: &Build| workshop.act(&workshop.approver(), build, BuildAction::Approve);
    assert_eq!(code(approve(&build)), "not-approvable");

    // A review is what a person is for.
    assert_eq!(approve(&held(&workshop, &engine, "two")).unwrap().status, BuildStatus::Approved);

    let broken = Finding::error(Code::NET_006, "listens", "no listener");
    let strict = "name = \"ports\"\n[effects]\nNET-006 = \"disapprove\"\n";
    assay_app::policy::create(&workshop.service, &Actor::operator(), strict, "").unwrap();
    let chosen = "ports".parse().unwrap();
    assay_app::policy::choose(&workshop.service, &Actor::operator(), workshop.org, &chosen).unwrap();
    let refused = certified(&workshop, &engine, "three", vec![(Check::Network, broken)]);
    assert_eq!(refused.status, BuildStatus::Disapproved, "a waiver comes too late for what was refused");
    let asked = NewWaiver { code: Code::NET_006, ..new(&workshop, WaiverScope::Engine(engine.id)) };
    let asked = waiver::request(&workshop.service, &workshop.developer(), &asked).unwrap();
    assert_eq!(grant(&workshop, &asked), []);
    assert_eq!(workshop.build(refused.id).status, BuildStatus::Disapproved);
}

#[test]
fn every_form_of_a_report_marks_what_is_waived() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Ears");
    let build = held(&workshop, &engine, "one");
    let plain = assay_core::report::sarif(&kept(&workshop, build.id));
    assert_eq!(plain["runs"][0]["results"][0]["suppressions"], serde_json::json!([]));
    let waiver = ask(&workshop, WaiverScope::Engine(engine.id));
    grant(&workshop, &waiver);
    let report = kept(&workshop, build.id);
    let sarif = assay_core::report::sarif(&report);
    let result = &sarif["runs"][0]["results"][0];
    let suppression = &result["suppressions"][0];
    assert_eq!((&suppression["kind"], &suppression["status"]), (&"external".into(), &"accepted".into()));
    assert_eq!(suppression["justification"], waiver.reason);
    assert_eq!(suppression["guid"], waiver.id.to_string());
    assert_eq!(result["partialFingerprints"]["assay/v1"], report.findings[0].fingerprint);
    let junit = assay_core::report::junit(&report).unwrap();
    let suite = junit.split("<testsuite name=\"security\"").nth(1).unwrap();
    assert!(suite.starts_with(" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"1\""), "{suite}");
    assert!(suite.contains("<skipped message=\"waived by approver@"), "{suite}");
}

/// A waiver for the plant's engine, asked for and granted.
fn granted(plant: &Plant, engine: &Engine, code: Code) {
    let new = NewWaiver {
        code,
        narrowing: Narrowing::default(),
        scope: WaiverScope::Engine(engine.id),
        org: None,
        reason: "known".into(),
        expires_at: plant.service.now() + jiff::SignedDuration::from_hours(24),
        on_behalf_of: None,
    };
    let asked = waiver::request(&plant.service, &plant.developer(), &new).unwrap();
    waiver::grant(&plant.service, &plant.approver(), asked.id, None).unwrap();
}

#[test]
fn intake_knows_the_waivers_of_the_engine() {
    let plant = Plant::new();
    let engine = plant.engine("One");
    let odd = manifest(&engine).replace("\"small\"", "\"enormous\"");
    assert_ne!(odd, manifest(&engine));
    let first = plant.push_manifest(&engine, Some(&odd), "first");
    plant.work_all();
    assert_eq!(plant.build_of(&engine, &first).status, BuildStatus::Invalid);
    granted(&plant, &engine, Code::MAN_012);
    let second = plant.push_manifest(&engine, Some(&odd), "second");
    plant.work_all();
    assert_eq!(plant.build_of(&engine, &second).status, BuildStatus::Available);
}

/// The judge of the plant knows no waivers, as one that began before they were granted: what counts is how they stand
/// when the verdict is written down.
#[test]
fn a_certification_ends_by_the_waivers_that_count_at_its_end() {
    let plant = Plant::new();
    let engine = plant.engine("One");
    let certified = |content: &str| {
        let digest = plant.push(&engine, content);
        plant.work_all();
        let build = plant.build_of(&engine, &digest);
        let developer = plant.developer();
        assay_app::build::act(&plant.service, &developer, build.id, BuildAction::Submit, None).unwrap();
        plant.work_all();
        plant.build(build.id).verdict
    };
    plant.says(Says::Doubtful);
    granted(&plant, &engine, Code::SEC_002);
    assert_eq!(certified("one"), Some(Verdict::Approved));
    plant.clock.advance(std::time::Duration::from_secs(24 * 3600));
    assert_eq!(certified("two"), Some(Verdict::Inconclusive), "it has expired");
}

#[test]
fn a_key_that_may_not_read_sees_no_waiver() {
    let workshop = Workshop::new();
    let waiver = ask(&workshop, WaiverScope::Engine(workshop.engine("Ears").id));
    let pusher = Actor { scopes: [assay_core::Scope::Push].into(), ..workshop.developer() };
    assert_eq!(code(waiver::get(&workshop.service, &pusher, waiver.id)), "not-found");
    assert!(waiver::get(&workshop.service, &workshop.developer(), waiver.id).is_ok());
}
