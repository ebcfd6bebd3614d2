//! Builds on their way: what the table allows, what the rules forbid, what follows.

use assay_app::build::reminder::{Reminder, remind};
use assay_app::build::{Change, approvals};
use assay_core::build::lifecycle::spells;
use assay_core::build::{BuildAction, BuildEvent};
use assay_core::engine::{DisabledReason, EngineStateAction};
use assay_core::ledger::{read, write};
use assay_core::work::{WorkKind, WorkState};
use assay_core::{Actor, BuildStage, BuildStatus, EngineState, Refused, Role, Scope, Verdict};

use crate::house::code;
use crate::workshop::{ALL, Workshop, actor};

fn state(workshop: &Workshop, engine: &assay_core::Engine) -> EngineState {
    assay_app::engine::get(&workshop.service, &workshop.developer(), engine.id).unwrap().state
}

#[test]
fn the_whole_way_is_written_down_step_by_step() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    assert_eq!(state(&workshop, &engine), EngineState::Pending);
    let build = workshop.deployed(&engine, "one");
    assert_eq!((build.number, build.status), (1, BuildStatus::Deployed));
    assert_eq!(state(&workshop, &engine), EngineState::Active);
    let events = workshop.events(&build);
    let told: Vec<_> = events
        .iter()
        .map(|event| (event.name.as_str(), event.from.as_deref(), event.to.as_str(), event.actor.as_str()))
        .collect();
    let (developer, approver) = ("developer@2.example", "approver@2.example");
    assert_eq!(
        told,
        [
            ("EngineBuildUpload", None, "uploaded", developer),
            ("EngineBuildManifestProcessing", Some("uploaded"), "fetching", "system"),
            ("EngineBuildManifestProcessed", Some("fetching"), "available", "system"),
            ("EngineBuildSubmit", Some("available"), "pending", developer),
            ("EngineBuildTestReportDone", Some("pending"), "pending", "system"),
            ("EngineBuildApproved", Some("pending"), "approved", approver),
            ("EngineBuildDeploy", Some("approved"), "deploying", developer),
            ("engineBuildDeploySuccess", Some("deploying"), "deployed", "system"),
        ]
    );
    assert!(events.windows(2).all(|pair| pair[0].sequence < pair[1].sequence));
    assert_eq!(events[4].details["stage"], "awaiting-approval");
    assert_eq!(events[5].reason.as_deref(), Some("because of a test"));
}

#[test]
fn work_is_queued_and_called_off_with_the_move_that_calls_for_it() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let build = workshop.available(&engine, "one");
    assert_eq!(workshop.work_state(WorkKind::Certification, &build), None);
    workshop.act(&workshop.developer(), &build, BuildAction::Submit).unwrap();
    assert_eq!(workshop.work_state(WorkKind::Certification, &build), Some(WorkState::Queued));
    let back = workshop.act(&workshop.developer(), &build, BuildAction::Withdraw).unwrap();
    assert_eq!((back.status, back.submitted_at, back.submitted_by), (BuildStatus::Available, None, None));
    assert_eq!(workshop.work_state(WorkKind::Certification, &build), Some(WorkState::Cancelled));
    workshop.act(&workshop.developer(), &build, BuildAction::Submit).unwrap();
    assert_eq!(workshop.work_state(WorkKind::Certification, &build), Some(WorkState::Queued));
    workshop.act(&workshop.approver(), &build, BuildAction::Invalidate).unwrap();
    assert_eq!(workshop.work_state(WorkKind::Certification, &build), Some(WorkState::Cancelled));
    let other = workshop.awaiting(&engine, "two");
    workshop.act(&workshop.approver(), &other, BuildAction::Approve).unwrap();
    assert_eq!(workshop.work_state(WorkKind::Deploy, &other), None);
    workshop.act(&workshop.developer(), &other, BuildAction::Deploy).unwrap();
    assert_eq!(workshop.work_state(WorkKind::Deploy, &other), Some(WorkState::Queued));
}

#[test]
fn a_refused_move_leaves_no_trace() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let build = workshop.available(&engine, "one");
    let before = (workshop.build(build.id), workshop.events(&build).len());
    for (actor, action, refusal) in [
        (workshop.developer(), BuildAction::Deploy, "transition-refused"),
        (workshop.approver(), BuildAction::Submit, "not-allowed"),
        (workshop.developer(), BuildAction::Invalidate, "not-allowed"),
        (actor(workshop.stranger, Role::Admin), BuildAction::Submit, "not-found"),
        (actor(workshop.stranger, Role::Admin), BuildAction::Deploy, "not-found"),
    ] {
        assert_eq!(code(workshop.act(&actor, &build, action)), refusal, "{action:?} by {}", actor.name);
    }
    assert_eq!((workshop.build(build.id), workshop.events(&build).len()), before);
}

#[test]
fn a_deploy_takes_the_place_of_the_deployed_build_in_one_step() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let old = workshop.deployed(&engine, "one");
    let new = workshop.awaiting(&engine, "two");
    workshop.act(&workshop.approver(), &new, BuildAction::Approve).unwrap();
    workshop.act(&workshop.developer(), &new, BuildAction::Deploy).unwrap();
    assert_eq!(
        workshop.build(old.id).status,
        BuildStatus::Deployed,
        "the old one serves until the new one does"
    );
    let new = workshop.find(&new, BuildEvent::DeploySucceeded);
    let old = workshop.build(old.id);
    assert_eq!((old.status, new.status), (BuildStatus::Paused, BuildStatus::Deployed));
    let displaced = workshop.events(&old).pop().unwrap();
    assert_eq!((displaced.name.as_str(), displaced.actor.as_str()), ("EngineBuildPause", "system"));
    assert_eq!(displaced.details["displacedBy"], serde_json::json!(new.id));
    // Back again: the same the other way round.
    workshop.act(&workshop.developer(), &old, BuildAction::Unpause).unwrap();
    assert_eq!(workshop.build(new.id).status, BuildStatus::Paused);
    assert_eq!(workshop.build(old.id).status, BuildStatus::Deployed);
}

#[test]
fn a_failed_deploy_leaves_the_old_build_running() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let old = workshop.deployed(&engine, "one");
    let new = workshop.awaiting(&engine, "two");
    workshop.act(&workshop.approver(), &new, BuildAction::Approve).unwrap();
    workshop.act(&workshop.developer(), &new, BuildAction::Deploy).unwrap();
    let system = Actor::system();
    let failed = Change::of(new.id, BuildEvent::DeployFailed, &system).because("it did not start");
    let new = workshop.change(&failed).unwrap();
    assert_eq!((new.status, new.reason.as_deref()), (BuildStatus::DeployFailed, Some("it did not start")));
    assert_eq!(workshop.build(old.id).status, BuildStatus::Deployed);
    assert_eq!(state(&workshop, &engine), EngineState::Active);
    workshop.act(&workshop.developer(), &new, BuildAction::Deploy).unwrap();
}

#[test]
fn disabling_an_engine_takes_its_build_out_of_service_and_keeps_others_out() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let live = workshop.deployed(&engine, "one");
    let next = workshop.awaiting(&engine, "two");
    workshop.act(&workshop.approver(), &next, BuildAction::Approve).unwrap();
    let on_its_way = workshop.awaiting(&engine, "three");
    workshop.act(&workshop.approver(), &on_its_way, BuildAction::Approve).unwrap();
    workshop.act(&workshop.developer(), &on_its_way, BuildAction::Deploy).unwrap();
    let engine_act =
        |action| assay_app::engine::act(&workshop.service, &workshop.developer(), engine.id, action);
    engine_act(EngineStateAction::Disable).unwrap();
    assert_eq!(workshop.build(live.id).status, BuildStatus::Paused);
    assert_eq!(state(&workshop, &engine), EngineState::Disabled);
    assert_eq!(code(workshop.act(&workshop.developer(), &next, BuildAction::Deploy)), "engine-disabled");
    assert_eq!(code(workshop.act(&workshop.developer(), &live, BuildAction::Unpause)), "engine-disabled");
    let view = assay_app::build::get(&workshop.service, &workshop.developer(), next.id).unwrap();
    assert_eq!((view.primary, view.actions), (None, vec![BuildAction::Invalidate, BuildAction::Delete]));
    // What was being deployed when the engine was disabled arrives, and rests.
    assert_eq!(workshop.find(&on_its_way, BuildEvent::DeploySucceeded).status, BuildStatus::Paused);
    engine_act(EngineStateAction::Enable).unwrap();
    workshop.act(&workshop.developer(), &live, BuildAction::Unpause).unwrap();
    assert_eq!(state(&workshop, &engine), EngineState::Active);
}

#[test]
fn an_engine_without_a_usable_build_is_disabled_and_the_next_good_push_lifts_that() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let fails = |content: &str| {
        let build = workshop.push(&engine, content);
        workshop.find(&build, BuildEvent::FetchStarted);
        workshop.find(&build, BuildEvent::IntakeFailed)
    };
    fails("bad");
    let disabled =
        || read(&*workshop.service.ledger, |records| records.engine(engine.id)).unwrap().unwrap().disabled;
    assert_eq!(
        (disabled(), state(&workshop, &engine)),
        (Some(DisabledReason::BuildFailed), EngineState::Disabled)
    );
    let good = workshop.available(&engine, "good");
    assert_eq!((disabled(), state(&workshop, &engine)), (None, EngineState::Ready));
    fails("bad again");
    assert_eq!(disabled(), None, "another usable build is there");
    workshop.act(&workshop.developer(), &good, BuildAction::Submit).unwrap();
    let refused = workshop.certified(&good, BuildEvent::CertificationFailed, Verdict::Disapproved);
    assert_eq!(refused.status, BuildStatus::Disapproved);
    assert_eq!(disabled(), Some(DisabledReason::BuildFailed));
    let names: Vec<_> = read(&*workshop.service.ledger, |records| records.engine_events(engine.id, ALL))
        .unwrap()
        .into_iter()
        .filter(|event| event.build.is_none())
        .map(|event| event.name)
        .collect();
    assert_eq!(names, ["EngineCreate", "EngineDisable", "EngineEnable", "EngineDisable"]);
    // What a person disables no push lifts.
    workshop.available(&engine, "better");
    assay_app::engine::act(&workshop.service, &workshop.developer(), engine.id, EngineStateAction::Disable)
        .unwrap();
    assert_eq!(disabled(), Some(DisabledReason::User));
}

#[test]
fn whoever_submitted_does_not_approve_where_four_eyes_are_wanted() {
    let both = |workshop: &Workshop| Actor {
        roles: [Role::Developer, Role::Approver].into(),
        ..workshop.developer()
    };
    for (wanted, expected) in [(false, Ok(())), (true, Err("four-eyes"))] {
        let workshop = Workshop::with(|settings| settings.four_eyes = wanted);
        let engine = workshop.engine("Detector");
        let build = workshop.awaiting(&engine, "one");
        let result = workshop.act(&both(&workshop), &build, BuildAction::Approve);
        let result = match result {
            Ok(_) => Ok(()),
            Err(Refused::Rejection(rejection)) => Err(rejection.code),
            Err(fault) => panic!("{fault}"),
        };
        assert_eq!(result, expected);
        // They may refuse their own, though; and whoever sits at the machine may approve, and is named.
        let other = workshop.awaiting(&engine, "two");
        workshop.act(&both(&workshop), &other, BuildAction::Disapprove).unwrap();
        let third = workshop.awaiting(&engine, "three");
        workshop.act(&Actor::operator(), &third, BuildAction::Approve).unwrap();
        let last = workshop.events(&third).pop().unwrap();
        assert_eq!((last.actor.as_str(), last.user), ("operator", None));
    }
}

#[test]
fn four_eyes_look_at_the_pusher_where_builds_are_submitted_by_rule() {
    let workshop = Workshop::with(|settings| (settings.four_eyes, settings.auto_submit) = (true, true));
    let engine = workshop.engine("Detector");
    let build = workshop.available(&engine, "one");
    assert_eq!((build.status, build.stage), (BuildStatus::Pending, BuildStage::Certification));
    assert_eq!(build.submitted_by, workshop.developer().user);
    assert_eq!(workshop.work_state(WorkKind::Certification, &build), Some(WorkState::Queued));
    workshop.certified(&build, BuildEvent::CertificationPassed, Verdict::Approved);
    let both = Actor { roles: [Role::Approver].into(), ..workshop.developer() };
    assert_eq!(code(workshop.act(&both, &build, BuildAction::Approve)), "four-eyes");
    workshop.act(&workshop.approver(), &build, BuildAction::Approve).unwrap();
}

#[test]
fn the_organizations_rule_approves_what_passed_and_never_what_was_held() {
    let workshop = Workshop::with(|settings| settings.auto_approve = true);
    let engine = workshop.engine("Detector");
    let passed = workshop.awaiting(&engine, "one");
    assert_eq!(passed.status, BuildStatus::Approved);
    let last = workshop.events(&passed).pop().unwrap();
    assert_eq!((last.name.as_str(), last.actor.as_str()), ("EngineBuildApproved", "system"));
    let held = workshop.available(&engine, "two");
    workshop.act(&workshop.developer(), &held, BuildAction::Submit).unwrap();
    let held = workshop.certified(&held, BuildEvent::CertificationHeld, Verdict::Inconclusive);
    assert_eq!((held.status, held.stage), (BuildStatus::Pending, BuildStage::AwaitingApproval));
}

#[test]
fn refusals_take_a_reason() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let build = workshop.awaiting(&engine, "one");
    let disapprove = |reason: Option<&str>| {
        let action = BuildAction::Disapprove;
        assay_app::build::act(&workshop.service, &workshop.approver(), build.id, action, reason)
    };
    assert_eq!(code(disapprove(None)), "reason-required");
    assert_eq!(code(disapprove(Some("  "))), "reason-required");
    assert_eq!(code(disapprove(Some(&"x".repeat(2001)))), "reason-too-long");
    let refused = disapprove(Some(" too slow ")).unwrap();
    assert_eq!((refused.status, refused.reason.as_deref()), (BuildStatus::Disapproved, Some("too slow")));
}

#[test]
fn a_refused_build_can_be_reopened_for_thirty_days() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let refuse = |content: &str| {
        let build = workshop.awaiting(&engine, content);
        workshop.act(&workshop.approver(), &build, BuildAction::Disapprove).unwrap()
    };
    let (first, second) = (refuse("one"), refuse("two"));
    assert_eq!(code(workshop.act(&workshop.developer(), &first, BuildAction::Reopen)), "not-allowed");
    workshop.advance_hours(30 * 24);
    let reopened = workshop.act(&workshop.approver(), &first, BuildAction::Reopen).unwrap();
    assert_eq!((reopened.status, reopened.stage), (BuildStatus::Pending, BuildStage::Certification));
    assert_eq!(reopened.submitted_by, workshop.developer().user, "four eyes still know who submitted it");
    assert_eq!(workshop.work_state(WorkKind::Certification, &first), Some(WorkState::Queued));
    workshop.advance_hours(1);
    assert_eq!(code(workshop.act(&workshop.approver(), &second, BuildAction::Reopen)), "reopen-too-late");
}

#[test]
fn a_deleted_build_is_gone_but_for_admins_and_its_number_is_never_used_again() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let build = workshop.available(&engine, "one");
    workshop.act(&workshop.developer(), &build, BuildAction::Delete).unwrap();
    for action in BuildAction::ALL {
        assert_eq!(code(workshop.act(&workshop.developer(), &build, action)), "not-found");
        assert_eq!(code(workshop.act(&workshop.admin(), &build, action)), "transition-refused");
    }
    assert_eq!(state(&workshop, &engine), EngineState::Pending);
    assert_eq!(workshop.available(&engine, "one").number, 2);
    // Where something is under way, nothing is deleted.
    let busy = workshop.push(&engine, "busy");
    assert_eq!(code(workshop.act(&workshop.developer(), &busy, BuildAction::Delete)), "transition-refused");
}

#[test]
fn approvers_are_reminded_after_a_day_and_told_after_three_unless_it_is_over() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let build = workshop.awaiting(&engine, "one");
    let due = |one: Reminder| workshop.work(WorkKind::Timer, &one.key(build.id)).unwrap();
    for (one, hours) in [(Reminder::Due, 24), (Reminder::Overdue, 72)] {
        let waits = due(one).not_before.duration_since(workshop.now());
        assert_eq!((waits.as_hours(), Reminder::of_key(&one.key(build.id))), (hours, Some((one, build.id))));
    }
    assert_eq!(Reminder::of_key(&format!("sweep:{}", build.id)), None);
    workshop.advance_hours(24);
    let queue = || approvals(&workshop.service, &workshop.approver(), ALL).unwrap();
    assert_eq!(
        queue().iter().map(|one| (one.is_due(), one.is_overdue())).collect::<Vec<_>>(),
        [(true, false)]
    );
    let tell = |one| {
        write(&*workshop.service.ledger, |records| remind(records, one, build.id, workshop.now())).unwrap()
    };
    assert!(tell(Reminder::Due));
    workshop.advance_hours(48);
    assert!(queue()[0].is_overdue());
    assert!(tell(Reminder::Overdue));
    let told = workshop.told(&build);
    assert_eq!(told[told.len() - 2..], ["ApprovalReminder", "ApprovalOverdue"]);
    workshop.act(&workshop.approver(), &build, BuildAction::Approve).unwrap();
    assert_eq!(
        (due(Reminder::Due).state, due(Reminder::Overdue).state),
        (WorkState::Cancelled, WorkState::Cancelled)
    );
    assert!(!tell(Reminder::Due), "nobody is reminded of what is done");
    assert!(queue().is_empty());
}

#[test]
fn a_build_that_is_judged_anew_while_it_waits_has_waited_all_the_time() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let build = workshop.awaiting(&engine, "one");
    let began = workshop.now();
    let due = |one: Reminder| workshop.work(WorkKind::Timer, &one.key(build.id)).unwrap();
    for event in [BuildEvent::CertificationHeld, BuildEvent::CertificationPassed] {
        workshop.advance_hours(20);
        let waiting = workshop.certified(&build, event, Verdict::Approved);
        assert_eq!((waiting.stage, waiting.modified_at), (BuildStage::AwaitingApproval, began));
        for (one, hours) in [(Reminder::Due, 24), (Reminder::Overdue, 72)] {
            let work = due(one);
            assert_eq!(
                (work.state, work.not_before.duration_since(began).as_hours()),
                (WorkState::Queued, hours)
            );
        }
    }
    workshop.act(&workshop.approver(), &build, BuildAction::Disapprove).unwrap();
    assert_eq!(due(Reminder::Due).state, WorkState::Cancelled);
    // Who waits anew waits from then on.
    workshop.act(&workshop.approver(), &build, BuildAction::Reopen).unwrap();
    workshop.certified(&build, BuildEvent::CertificationPassed, Verdict::Approved);
    assert_eq!(due(Reminder::Due).not_before.duration_since(workshop.now()).as_hours(), 24);
}

#[test]
fn the_queue_shows_the_longest_waiting_first_to_those_concerned() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let first = workshop.available(&engine, "one");
    let second = workshop.awaiting(&engine, "two");
    workshop.advance_hours(5);
    workshop.act(&workshop.developer(), &first, BuildAction::Submit).unwrap();
    workshop.certified(&first, BuildEvent::CertificationHeld, Verdict::Inconclusive);
    let ids = |actor: &Actor| {
        approvals(&workshop.service, actor, ALL).unwrap().iter().map(|one| one.build.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&workshop.approver()), [second.id, first.id]);
    assert_eq!(ids(&Actor::operator()), [second.id, first.id]);
    assert!(ids(&actor(workshop.stranger, Role::Approver)).is_empty());
}

#[test]
fn time_spent_in_each_stage_is_told_from_the_events() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let build = workshop.available(&engine, "one");
    workshop.advance_hours(2);
    workshop.act(&workshop.developer(), &build, BuildAction::Submit).unwrap();
    workshop.advance_hours(1);
    workshop.find(&build, BuildEvent::SecurityPassed);
    workshop.advance_hours(3);
    workshop.certified(&build, BuildEvent::CertificationPassed, Verdict::Approved);
    workshop.advance_hours(7);
    workshop.act(&workshop.approver(), &build, BuildAction::Approve).unwrap();
    let told: Vec<_> = spells(&workshop.events(&build))
        .iter()
        .map(|one| {
            (
                one.status.clone(),
                one.stage.clone().unwrap_or_default(),
                one.elapsed(workshop.now()).as_hours(),
            )
        })
        .filter(|(_, _, hours)| *hours > 0)
        .collect();
    let told: Vec<_> =
        told.iter().map(|(status, stage, hours)| (status.as_str(), stage.as_str(), *hours)).collect();
    assert_eq!(
        told,
        [("available", "", 2), ("pending", "certification", 4), ("pending", "awaiting-approval", 7)]
    );
}

#[test]
fn a_key_made_for_reading_changes_nothing() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let build = workshop.available(&engine, "one");
    let reader = Actor { scopes: [Scope::Read, Scope::Push].into(), ..workshop.developer() };
    assert_eq!(code(workshop.act(&reader, &build, BuildAction::Submit)), "not-allowed");
    let writer = Actor { scopes: [Scope::Read, Scope::Write].into(), ..workshop.admin() };
    workshop.act(&writer, &build, BuildAction::Submit).unwrap();
    workshop.certified(&build, BuildEvent::CertificationPassed, Verdict::Approved);
    assert_eq!(code(workshop.act(&writer, &build, BuildAction::Approve)), "not-allowed");
}
