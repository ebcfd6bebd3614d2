//! Who is told of what (lifecycle.md §4).

use std::time::Duration;

use assay_app::build::reminder::{Reminder, remind};
use assay_app::notice::on_event;
use assay_core::build::BuildEvent::{self, *};
use assay_core::ledger::{read, write};
use assay_core::notice::{Audience, Recipient};
use assay_core::records::Page;
use assay_core::{Fault, OrgId, Refused, Role};

use super::stage::Stage;
use crate::house::ADMIN;

const DEVELOPERS: [(&str, Audience); 2] =
    [("dev@acme.example", Audience::Developer), ("team@acme.example", Audience::Developer)];

fn told(stage: &Stage, name: &str) -> Vec<(String, Audience)> {
    let letters = stage.letters_queued().into_iter().filter(|(one, _, _)| one == name);
    letters.map(|(_, address, audience)| (address, audience)).collect()
}

fn named(people: &[(&str, Audience)]) -> Vec<(String, Audience)> {
    let mut people: Vec<_> =
        people.iter().map(|(address, audience)| ((*address).into(), *audience)).collect();
    people.sort();
    people
}

#[test]
fn what_fails_is_told_to_developers_alone() {
    for (path, name) in [
        (&[IntakeFailed][..], "EngineBuildManifestProcessed"),
        (&[IntakePassed, Submit, SecurityFailed], "EngineBuildVulnerabilityChecked"),
        (&[IntakePassed, Submit, SecurityPassed, CertificationFailed], "EngineBuildTestReportDone"),
    ] {
        let stage = Stage::new();
        stage.happen(path);
        assert_eq!(told(&stage, name), named(&DEVELOPERS), "{path:?}");
        assert_eq!(stage.letters_queued().len(), 2, "what went well on the way is not written of: {path:?}");
    }
}

#[test]
fn what_passes_is_told_to_everybody_where_a_person_approves() {
    for passed in [CertificationPassed, CertificationHeld] {
        let stage = Stage::new();
        stage.happen(&[IntakePassed, Submit, passed]);
        let mut all = DEVELOPERS.to_vec();
        all.extend([("boss@acme.example", Audience::Approver), (ADMIN, Audience::Operator)]);
        assert_eq!(told(&stage, "EngineBuildTestReportDone"), named(&all));
        stage.happen(&[Approve]);
        assert_eq!(told(&stage, "EngineBuildApproved"), named(&DEVELOPERS));
    }
}

#[test]
fn what_a_rule_approves_is_told_to_developers_alone() {
    let stage = Stage::new();
    stage.settings(|settings| settings.auto_approve = true);
    stage.happen(&[IntakePassed, Submit, CertificationPassed]);
    assert_eq!(told(&stage, "EngineBuildApproved"), named(&DEVELOPERS));
    assert_eq!(stage.letters_queued().len(), 2, "of the step before nobody is told");

    let stage = Stage::new();
    stage.settings(|settings| settings.auto_approve = true);
    stage.happen(&[IntakePassed, Submit, CertificationHeld]);
    assert_eq!(
        told(&stage, "EngineBuildTestReportDone").len(),
        4,
        "what is held waits for a person all the same"
    );
}

#[test]
fn decisions_and_deployments_are_told_to_developers() {
    let approved = [IntakePassed, Submit, CertificationPassed, Approve];
    for (path, name) in [
        (&[][..], "EngineBuildApproved"),
        (&[Invalidate], "EngineBuildInvalidate"),
        (&[Deploy, DeploySucceeded], "engineBuildDeploySuccess"),
        (&[Deploy, BuildEvent::DeployFailed], "engineBuildDeployFail"),
    ] {
        let stage = Stage::new();
        stage.happen(&[&approved[..], path].concat());
        assert_eq!(told(&stage, name), named(&DEVELOPERS), "{path:?}");
    }
    let stage = Stage::new();
    stage.happen(&[IntakePassed, Submit, CertificationPassed, Disapprove]);
    assert_eq!(told(&stage, "EngineBuildDisapprove"), named(&DEVELOPERS));
}

#[test]
fn our_own_trouble_is_told_to_operators_alone() {
    let stage = Stage::new();
    stage.happen(&[IntakePassed, Submit, CertificationBroken]);
    assert_eq!(stage.letters_queued().len(), 1);
    assert_eq!(told(&stage, "EngineBuildCertificationBroken"), named(&[(ADMIN, Audience::Operator)]));
}

#[test]
fn approvers_are_reminded_and_operators_told_when_it_is_overdue() {
    let stage = Stage::new();
    stage.happen(&[IntakePassed, Submit, CertificationPassed]);
    for (reminder, hours) in [(Reminder::Due, 24), (Reminder::Overdue, 48)] {
        stage.house.clock.advance(Duration::from_secs(hours * 3600));
        let now = stage.house.service.now();
        let reminded =
            write(&*stage.house.service.ledger, |records| remind(records, reminder, stage.build, now));
        assert_eq!(reminded, Ok(true));
    }
    let boss = ("boss@acme.example", Audience::Approver);
    assert_eq!(told(&stage, "ApprovalReminder"), named(&[boss]));
    assert_eq!(told(&stage, "ApprovalOverdue"), named(&[boss, (ADMIN, Audience::Operator)]));
}

#[test]
fn whoever_may_not_decide_is_not_asked_to() {
    let stage = Stage::new();
    stage.settings(|settings| settings.four_eyes = true);
    write(&*stage.house.service.ledger, |records| {
        let mut user = records.user(stage.developer.id)?.unwrap();
        user.roles.insert(Role::Approver);
        records.update_user(&user)
    })
    .unwrap();
    stage.happen(&[IntakePassed, Submit, CertificationPassed]);
    let told = told(&stage, "EngineBuildTestReportDone");
    assert!(told.contains(&("dev@acme.example".into(), Audience::Developer)), "{told:?}");
    assert!(told.contains(&("boss@acme.example".into(), Audience::Approver)), "{told:?}");
}

#[test]
fn an_organization_without_approvers_has_the_operators() {
    let stage = Stage::new();
    let second = stage.house.user(OrgId::OPERATORS, "second@ops.example", &[Role::Approver]);
    write(&*stage.house.service.ledger, |records| {
        let mut boss = records.user(stage.approver.id)?.unwrap();
        boss.disabled = true;
        records.update_user(&boss)
    })
    .unwrap();
    stage.happen(&[IntakePassed, Submit, CertificationPassed]);
    let mut all = DEVELOPERS.to_vec();
    all.extend([(second.email.as_str(), Audience::Approver), (ADMIN, Audience::Approver)]);
    assert_eq!(told(&stage, "EngineBuildTestReportDone"), named(&all));
}

#[test]
fn one_address_gets_one_letter() {
    let stage = Stage::new();
    let twice = ["DEV@acme.example", "boss@acme.example", "dev@acme.example"];
    stage.change_engine(|engine| engine.details.results_email = twice.map(str::to_owned).to_vec());
    stage.happen(&[IntakePassed, Submit, CertificationPassed]);
    let told = told(&stage, "EngineBuildTestReportDone");
    let boss = ("boss@acme.example", Audience::Approver);
    assert_eq!(told, named(&[boss, ("dev@acme.example", Audience::Developer), (ADMIN, Audience::Operator)]));
}

#[test]
fn programs_hear_what_they_asked_for_and_operators_hear_everybody() {
    let stage = Stage::new();
    let elsewhere = stage.house.org("Elsewhere");
    let (all, some) = (stage.endpoint(stage.org, &[]), stage.endpoint(stage.org, &["EngineBuildApproved"]));
    let (stranger, operators) = (stage.endpoint(elsewhere, &[]), stage.endpoint(OrgId::OPERATORS, &[]));
    stage.happen(&[IntakePassed, Submit, SecurityPassed, CertificationPassed, Approve]);
    let heard = |id| {
        let deliveries = stage.deliveries().into_iter();
        deliveries.filter(|one| one.to == Recipient::Endpoint(id)).map(|one| one.name).collect::<Vec<_>>()
    };
    assert_eq!(heard(all.id).len(), 5, "{:?}", heard(all.id));
    assert_eq!(heard(some.id), ["EngineBuildApproved"]);
    assert!(heard(stranger.id).is_empty());
    assert_eq!(heard(operators.id).len(), 5);
    let of_operators = stage.deliveries().into_iter().filter(|one| one.org == OrgId::OPERATORS).count();
    assert_eq!(of_operators, 6, "what operators are told is on their own list: five posts and a letter");
}

#[test]
fn nothing_is_told_of_what_did_not_happen_and_nothing_twice() {
    let stage = Stage::new();
    stage.endpoint(stage.org, &[]);
    stage.happen(&[IntakeFailed]);
    let before = stage.deliveries();
    let ledger = &*stage.house.service.ledger;
    let page = Page { offset: 0, limit: 10 };
    let event = read(ledger, |records| records.build_events(stage.build, page)).unwrap().remove(0);
    write(ledger, |records| on_event(records, &event, stage.house.service.now())).unwrap();
    assert_eq!(stage.deliveries(), before, "an event that is told again is not told twice");

    let undone = write(ledger, |records| {
        let sequence = records.append_event(&event)?;
        on_event(records, &assay_core::build::LifecycleEvent { sequence, ..event.clone() }, event.at)?;
        Err::<(), _>(Refused::from(Fault::new("test", "undoing", "all of it")))
    });
    assert!(undone.is_err());
    assert_eq!(stage.deliveries(), before, "a message lives and dies with its event");
}
