//! The way of a build from push to deployment, one step after the other.

use std::fs;

use assay_app::pipeline::CrashPoints;
use assay_core::account::OrgSettings;
use assay_core::build::BuildAction;
use assay_core::ledger::read;
use assay_core::push::PushReason;
use assay_core::work::{WorkKind, WorkState};
use assay_core::{Build, BuildStage, BuildStatus, Verdict};
use std::time::Duration;

use crate::house::code;
use crate::plant::{Plant, Says, manifest};
use crate::workshop::ALL;

fn act(plant: &Plant, build: &Build, action: BuildAction) -> Build {
    let actor = if action == BuildAction::Approve { plant.approver() } else { plant.developer() };
    assay_app::build::act(&plant.service, &actor, build.id, action, Some("for a test")).unwrap()
}

fn events(plant: &Plant, build: &Build) -> Vec<String> {
    let events = read(&*plant.service.ledger, |records| records.build_events(build.id, ALL)).unwrap();
    events.into_iter().map(|event| event.name).collect()
}

/// A build that passed intake and was submitted.
fn submitted(plant: &Plant) -> Build {
    let engine = plant.engine("One");
    let digest = plant.push(&engine, "one");
    plant.work_all();
    act(plant, &plant.build_of(&engine, &digest), BuildAction::Submit)
}

/// One that may be deployed.
fn approved(plant: &Plant) -> Build {
    let build = submitted(plant);
    plant.work_all();
    act(plant, &build, BuildAction::Approve)
}

#[test]
fn a_push_becomes_a_build_and_a_build_goes_into_service() {
    let plant = Plant::new();
    let engine = plant.engine("One");
    let digest = plant.push(&engine, "one");
    plant.work_all();
    let build = plant.build_of(&engine, &digest);
    assert_eq!((build.status, build.number), (BuildStatus::Available, 1));
    assert_eq!(build.manifest.as_deref(), Some(manifest(&engine).as_str()));
    assert!(build.report.is_some() && build.verdict.is_none());
    act(&plant, &build, BuildAction::Submit);
    plant.work_all();
    let build = plant.build(build.id);
    assert_eq!((build.status, build.stage), (BuildStatus::Pending, BuildStage::AwaitingApproval));
    assert_eq!((build.verdict, build.policy.as_deref()), (Some(Verdict::Approved), Some("default@1")));
    act(&plant, &build, BuildAction::Approve);
    act(&plant, &build, BuildAction::Deploy);
    plant.work_all();
    assert_eq!(plant.build(build.id).status, BuildStatus::Deployed);
    assert_eq!(
        events(&plant, &build),
        [
            "EngineBuildUpload",
            "EngineBuildManifestProcessing",
            "EngineBuildManifestProcessed",
            "EngineBuildSubmit",
            "EngineBuildVulnerabilityChecked",
            "EngineBuildTestReportDone",
            "EngineBuildApproved",
            "EngineBuildDeploy",
            "engineBuildDeploySuccess",
        ]
    );
}

#[test]
fn an_organization_that_wants_it_so_goes_all_the_way_by_rule() {
    let settings = OrgSettings { auto_submit: true, auto_approve: true, ..OrgSettings::default() };
    let plant = Plant::with(settings, CrashPoints::default());
    let engine = plant.engine("One");
    let digest = plant.push(&engine, "one");
    plant.work_all();
    assert_eq!(plant.build_of(&engine, &digest).status, BuildStatus::Approved);
}

#[test]
fn what_is_wrong_in_form_is_invalid_and_what_is_nobodys_is_kept_with_its_reason() {
    let plant = Plant::new();
    let engine = plant.engine("One");
    let broken = manifest(&engine).replace(r#""clusterSize": "small","#, "");
    let digest = plant.push_manifest(&engine, Some(&broken), "broken");
    let unnamed = plant.push_manifest(&engine, Some("{}"), "unnamed");
    let bare = plant.push_manifest(&engine, None, "bare");
    let foreign = manifest(&engine).replace(&engine.id.to_string(), "00000000-0000-4000-8000-000000000000");
    let foreign = plant.push_manifest(&engine, Some(&foreign), "foreign");
    plant.work_all();
    let build = plant.build_of(&engine, &digest);
    assert_eq!(build.status, BuildStatus::Invalid);
    assert!(build.reason.unwrap().starts_with("MAN-"));
    assert!(build.report.is_some());
    for (digest, reason) in [
        (unnamed, PushReason::NoEngineId),
        (bare, PushReason::NoManifest),
        (foreign, PushReason::UnknownEngine),
    ] {
        let repository = format!("{}/{}", engine.org, engine.slug);
        let push = read(&*plant.service.ledger, |records| records.push_of(&repository, &digest)).unwrap();
        assert_eq!(push.unwrap().reason, reason);
    }
    assert_eq!(plant.builds().len(), 1);
}

#[test]
fn an_image_that_we_cannot_read_is_nobodys_until_we_can() {
    let plant = Plant::new();
    let engine = plant.engine("One");
    let digest = plant.push(&engine, "one");
    let blobs = plant.path("blobs");
    // The disk does not give the blobs out.
    fs::rename(&blobs, plant.path("away")).unwrap();
    fs::write(&blobs, "").unwrap();
    for _ in 0..8 {
        assert!(plant.work(WorkKind::Intake).is_some());
        plant.clock.advance(Duration::from_secs(3600));
    }
    assert!(plant.work(WorkKind::Intake).is_none());
    let pushes = || read(&*plant.service.ledger, |records| records.pushes(None, ALL)).unwrap();
    assert_eq!(pushes()[0].reason, PushReason::UnreadableImage);
    fs::remove_file(&blobs).unwrap();
    fs::rename(plant.path("away"), &blobs).unwrap();
    let operator = assay_core::Actor::operator();
    let dead = assay_app::work::dead(&plant.service, &operator).unwrap();
    assay_app::work::revive(&plant.service, &operator, dead[0].id).unwrap();
    plant.work_all();
    assert_eq!(plant.build_of(&engine, &digest).status, BuildStatus::Available);
    assert!(pushes().is_empty());
}

#[test]
fn the_same_image_again_is_the_same_build() {
    let plant = Plant::new();
    let engine = plant.engine("One");
    let first = plant.push(&engine, "one");
    plant.work_all();
    assert_eq!(plant.push(&engine, "one"), first);
    plant.work_all();
    assert_eq!(plant.builds().len(), 1);
    assert!(read(&*plant.service.ledger, |records| records.pushes(None, ALL)).unwrap().is_empty());
}

#[test]
fn what_the_judge_says_moves_the_build() {
    for (says, status, stage) in [
        (Says::Vulnerable, BuildStatus::Disapproved, BuildStage::None),
        (Says::Bad, BuildStatus::Disapproved, BuildStage::None),
        (Says::Doubtful, BuildStatus::Pending, BuildStage::AwaitingApproval),
    ] {
        let plant = Plant::new();
        let build = submitted(&plant);
        plant.says(says);
        plant.work_all();
        let judged = plant.build(build.id);
        assert_eq!((judged.status, judged.stage), (status, stage), "{says:?}");
        let last = events(&plant, &build).pop().unwrap();
        let expected = if says == Says::Vulnerable {
            "EngineBuildVulnerabilityChecked"
        } else {
            "EngineBuildTestReportDone"
        };
        assert_eq!(last, expected, "{says:?}");
    }
}

#[test]
fn trouble_of_ours_is_tried_again_and_never_becomes_a_verdict() {
    for says in [Says::Errored, Says::Broken, Says::Panics] {
        let plant = Plant::new();
        let build = submitted(&plant);
        plant.says(says);
        for _ in 0..5 {
            assert_eq!(plant.state(WorkKind::Certification, &build), Some(WorkState::Queued), "{says:?}");
            assert!(plant.work(WorkKind::Certification).is_some(), "{says:?}");
            plant.clock.advance(Duration::from_secs(3600));
        }
        let stuck = plant.build(build.id);
        assert_eq!((stuck.status, stuck.stage), (BuildStatus::Pending, BuildStage::Certification));
        assert_eq!(stuck.verdict, None);
        assert_eq!(events(&plant, &build).pop().unwrap(), "EngineBuildCertificationBroken");
        let dead = plant.work_on(WorkKind::Certification, &build.id.to_string()).unwrap();
        assert_eq!((dead.state, dead.attempts), (WorkState::Dead, 5));
        plant.says(Says::Good);
        let operator = assay_core::Actor::operator();
        assert_eq!(assay_app::work::dead(&plant.service, &operator).unwrap().len(), 1);
        let revived = assay_app::work::revive(&plant.service, &operator, dead.id).unwrap();
        assert_eq!((revived.state, revived.attempts), (WorkState::Queued, 0));
        assert_eq!(code(assay_app::work::revive(&plant.service, &operator, dead.id)), "work-not-dead");
        assert_eq!(code(assay_app::work::revive(&plant.service, &plant.approver(), dead.id)), "not-allowed");
        plant.work_all();
        assert_eq!(plant.build(build.id).stage, BuildStage::AwaitingApproval, "{says:?}");
    }
}

#[test]
fn evidence_is_kept_by_build_and_attempt_and_nothing_is_left_beside_it() {
    let plant = Plant::new();
    let build = submitted(&plant);
    plant.says(Says::Errored);
    plant.work(WorkKind::Certification);
    plant.says(Says::Good);
    plant.clock.advance(Duration::from_secs(60));
    plant.work(WorkKind::Certification);
    let bundles: Vec<_> = fs::read_dir(plant.path("evidence").join(build.id.to_string()))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(bundles.len(), 2);
    for bundle in bundles {
        for file in ["report.json", "report.sarif", "report.junit.xml", "manifest.json", "log.txt"] {
            assert!(bundle.join(file).is_file(), "{file}");
        }
    }
    assert_eq!(fs::read_dir(plant.path("evidence/aside")).unwrap().count(), 0);
    let story = plant.pipeline.live.story(build.id).unwrap();
    assert!(story.over && story.attempt == 2 && story.steps.len() == 1);
}

#[test]
fn a_withdrawn_build_is_not_judged_any_more() {
    let plant = Plant::new();
    let build = submitted(&plant);
    let hand = plant.hand();
    let lease = hand.claim(WorkKind::Certification).unwrap().unwrap();
    act(&plant, &build, BuildAction::Withdraw);
    assert_eq!(hand.renew(&[&lease]).unwrap(), [&lease]);
    let stop = Default::default();
    let outcome = hand.carry_out(&lease, &stop);
    hand.settle(&lease, outcome, &stop).unwrap();
    assert_eq!(plant.build(build.id).status, BuildStatus::Available);
    assert_eq!(plant.state(WorkKind::Certification, &build), Some(WorkState::Cancelled));
}

#[test]
fn a_build_that_does_not_come_up_leaves_the_old_one_in_service() {
    let plant = Plant::new();
    let engine = plant.engine("One");
    let mut builds = Vec::new();
    for (content, says) in [("one", Says::Good), ("two", Says::Bad)] {
        let digest = plant.push(&engine, content);
        plant.work_all();
        let build = plant.build_of(&engine, &digest);
        act(&plant, &build, BuildAction::Submit);
        plant.says(Says::Good);
        plant.work_all();
        act(&plant, &build, BuildAction::Approve);
        act(&plant, &build, BuildAction::Deploy);
        plant.says(says);
        plant.work_all();
        builds.push(build);
    }
    let [old, new] = [plant.build(builds[0].id), plant.build(builds[1].id)];
    assert_eq!((old.status, new.status), (BuildStatus::Deployed, BuildStatus::DeployFailed));
    assert_eq!(new.reason.as_deref(), Some("it does not come up"));
    plant.says(Says::Good);
    act(&plant, &new, BuildAction::Deploy);
    plant.work_all();
    let [old, new] = [plant.build(builds[0].id), plant.build(builds[1].id)];
    assert_eq!((old.status, new.status), (BuildStatus::Paused, BuildStatus::Deployed));
}

#[test]
fn only_an_image_that_is_what_its_digests_say_goes_into_service() {
    let plant = Plant::new();
    let build = approved(&plant);
    let layer = fs::read_dir(plant.path("blobs")).unwrap().map(|entry| entry.unwrap().path());
    let largest = layer.max_by_key(|path| fs::metadata(path).unwrap().len()).unwrap();
    let whole = fs::read(&largest).unwrap();
    fs::remove_file(&largest).unwrap();
    fs::write(&largest, b"something else").unwrap();
    act(&plant, &build, BuildAction::Deploy);
    plant.work(WorkKind::Deploy);
    let work = plant.work_on(WorkKind::Deploy, &build.id.to_string()).unwrap();
    assert_eq!((work.state, work.last_fault.unwrap().kind.as_str()), (WorkState::Queued, "blob-damaged"));
    assert_eq!(fs::read_dir(plant.path("runtime/aside")).unwrap().count(), 0);
    fs::remove_file(&largest).unwrap();
    fs::write(&largest, whole).unwrap();
    plant.clock.advance(Duration::from_secs(60));
    plant.work_all();
    assert_eq!(plant.build(build.id).status, BuildStatus::Deployed);
    let layout = plant.path("runtime").join(build.engine.to_string()).join(build.id.to_string());
    let store = assay_image::Store::open(&plant.path("other-images")).unwrap();
    let options = assay_image::OpenOptions::default();
    let opened = assay_image::open(layout.to_str().unwrap(), &options, &store, &assay_core::Silent).unwrap();
    assert_eq!(opened.findings, []);
    assert_eq!(opened.image.unwrap().digest, build.digest);
}

#[test]
fn images_out_of_service_are_cleared_when_their_build_is_deleted() {
    let plant = Plant::new();
    plant.pipeline.prepare().unwrap();
    let build = approved(&plant);
    act(&plant, &build, BuildAction::Deploy);
    plant.work_all();
    let layout = plant.path("runtime").join(build.engine.to_string()).join(build.id.to_string());
    act(&plant, &build, BuildAction::Pause);
    assert!(plant.work(WorkKind::Timer).is_some());
    assert!(layout.is_dir(), "a paused build may come back");
    act(&plant, &build, BuildAction::Delete);
    assert!(plant.work(WorkKind::Timer).is_none(), "the next housekeeping is an hour away");
    plant.clock.advance(Duration::from_secs(3600));
    assert!(plant.work(WorkKind::Timer).is_some());
    assert!(!layout.exists());
}

#[test]
fn an_archive_is_fetched_into_the_registry_and_taken_in() {
    let plant = Plant::new();
    let engine = plant.engine("One");
    fs::create_dir(plant.path("archives")).unwrap();
    plant.pack(Some(&manifest(&engine)), "one", "archives/up.tar");
    let upload = |file: &str| {
        assay_app::build::upload(&plant.service, &plant.developer(), engine.id, file, "mine.tar").unwrap()
    };
    let build = upload("up.tar");
    plant.work_all();
    let build = plant.build(build.id);
    assert_eq!((build.status, build.reference.as_str()), (BuildStatus::Available, "mine.tar"));
    assert!(!plant.path("archives/up.tar").exists());
    let digest = build.digest.clone().unwrap();
    assert_eq!(plant.build_of(&engine, &digest).id, build.id);
    act(&plant, &build, BuildAction::Submit);
    plant.work_all();
    assert_eq!(plant.build(build.id).stage, BuildStage::AwaitingApproval);

    plant.pack(Some(&manifest(&engine)), "one", "archives/again.tar");
    let again = upload("again.tar");
    fs::write(plant.path("archives/text"), "hello").unwrap();
    let text = upload("text");
    let lost = upload("lost.tar");
    for _ in 0..8 {
        plant.work_all();
        plant.clock.advance(Duration::from_secs(3600));
    }
    for (build, why) in [
        (again, "the engine has this image as build 1 already"),
        (text, "`mine.tar` is not a readable image archive"),
        (lost, "the image could not be fetched: opening the uploaded archive"),
    ] {
        let build = plant.build(build.id);
        assert_eq!(build.status, BuildStatus::Invalid);
        assert!(build.reason.as_ref().unwrap().starts_with(why), "{build:?}");
    }
}
