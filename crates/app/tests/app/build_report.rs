//! Build reports: one for every build, at every time.

use assay_app::build::Change;
use assay_app::build_report::{broken, download};
use assay_app::policy::judgement;
use assay_app::report::keep;
use assay_core::build::{BuildAction, BuildEvent};
use assay_core::ledger::write;
use assay_core::report::Report;
use assay_core::{Actor, Build, BuildStatus, Check, Code, Fault, Finding, Policy, Role, Verdict};

use crate::judged::certified;
use crate::workshop::{Workshop, actor};

fn report(workshop: &Workshop, build: &Build) -> Report {
    download(&workshop.service, &workshop.developer(), build.id).unwrap()
}

#[test]
fn a_report_tells_the_whole_way() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Ears");
    let warned = Finding::warning(Code::MAN_027, "unknown key", "known keys");
    let build = certified(&workshop, &engine, "one", vec![(Check::Manifest, warned)]);
    workshop.advance_hours(2);
    workshop.act(&workshop.approver(), &build, BuildAction::Approve).unwrap();
    workshop.advance_hours(1);
    let report = report(&workshop, &build);
    assert_eq!((report.engine_id, report.build), (engine.id.to_string(), build.id.to_string()));
    assert_eq!((report.user, report.image), (workshop.developer().name, build.reference));
    assert_eq!(report.upload_time, build.uploaded_at.as_millisecond());
    assert_eq!((report.build_status.as_str(), report.success), ("approved", true));
    assert_eq!(report.findings.len(), 1, "what was judged stays in it");
    let approval = report.approval.unwrap();
    assert_eq!((approval.by, approval.automatic), (workshop.approver().name, false));
    let way = report.lifecycle.unwrap();
    assert_eq!((way.number, way.engine_name.as_str()), (1, "Ears"));
    let hours = |status: &str, stage: Option<&str>| {
        let spell = way.elapsed.iter().find(|one| one.status == status && one.stage.as_deref() == stage);
        spell.unwrap().milliseconds / 3_600_000
    };
    assert_eq!((hours("pending", Some("awaiting-approval")), hours("approved", None)), (2, 1));
    assert_eq!(way.events.last().unwrap().name, "EngineBuildApproved");
    assert_eq!(way.certification, workshop.build(build.id).report.map(|digest| digest.to_string()));
}

/// The keys that downloads of the field have always had.
#[test]
fn the_published_keys_are_there() {
    let workshop = Workshop::new();
    let build = workshop.available(&workshop.engine("Ears"), "one");
    let value = serde_json::to_value(report(&workshop, &build)).unwrap();
    for key in [
        "engineId",
        "build",
        "uploadTime",
        "user",
        "image",
        "inspect",
        "vulnerabilities",
        "vulnerabilityCounts",
        "testLog",
        "success",
        "errors",
    ] {
        assert!(value.get(key).is_some(), "{key}");
    }
    assert!(value["uploadTime"].is_i64() && value["testLog"].is_array() && value["success"].is_boolean());
}

#[test]
fn there_is_a_report_at_every_time() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Ears");
    let build = workshop.push(&engine, "one");
    let told = report(&workshop, &build);
    assert_eq!(
        (told.build_status.as_str(), told.success, told.verdict),
        ("uploaded", false, Verdict::Inconclusive)
    );
    assert_eq!(told.reasons, ["nothing was judged: its image is still being read"]);
    assert_eq!(told.stages.len(), Check::ALL.len(), "no check is passed over in silence");

    workshop.find(&build, BuildEvent::FetchStarted);
    let system = Actor::system();
    let failed = Change::of(build.id, BuildEvent::IntakeFailed, &system).because("there is no manifest");
    let build = workshop.change(&failed).unwrap();
    let told = report(&workshop, &build);
    assert_eq!((told.build_status.as_str(), told.success), ("invalid", false));
    assert_eq!(told.errors, ["there is no manifest"]);
    assert!(told.lifecycle.unwrap().events.iter().any(|event| event.to == "invalid"));
}

#[test]
fn a_run_that_broke_early_leaves_its_fault_in_the_report() {
    let workshop = Workshop::new();
    let build = workshop.available(&workshop.engine("Ears"), "one");
    workshop.act(&workshop.developer(), &build, BuildAction::Submit).unwrap();
    let fault = Fault::new("disk", "unpacking a layer", "no space left");
    let early = broken(&Policy::default(), &fault);
    let build = write(&*workshop.service.ledger, |records| {
        let digest = keep(records, &early, workshop.now())?;
        let system = Actor::system();
        let change = Change::of(build.id, BuildEvent::CertificationBroken, &system)
            .because(fault.to_string())
            .judged(judgement(&early, digest));
        assay_app::build::transition::apply(records, &change, workshop.now())
    })
    .unwrap();
    assert_eq!(build.status, BuildStatus::Pending);
    let told = report(&workshop, &build);
    assert_eq!(told.errors, ["unpacking a layer: no space left"]);
    assert_eq!(told.stages[0].fault.as_ref().unwrap().kind, "disk");
    assert_eq!((told.verdict, told.success), (Verdict::Inconclusive, false));
}

#[test]
fn automatic_approval_is_told_as_such_and_forgotten_when_the_build_goes_back() {
    let workshop = Workshop::with(|settings| settings.auto_approve = true);
    let engine = workshop.engine("Ears");
    let build = certified(&workshop, &engine, "one", vec![]);
    assert_eq!(build.status, BuildStatus::Approved);
    let approval = report(&workshop, &build).approval.unwrap();
    assert_eq!((approval.by.as_str(), approval.automatic), ("system", true));
    let build = workshop.find(&build, BuildEvent::ModelTightened);
    assert_eq!(report(&workshop, &build).approval, None);
}

#[test]
fn a_report_is_for_those_who_may_see_the_build() {
    let workshop = Workshop::new();
    let build = workshop.push(&workshop.engine("Ears"), "one");
    let stranger = actor(workshop.stranger, Role::Admin);
    assert!(download(&workshop.service, &stranger, build.id).is_err());
    let blind = Actor { scopes: Default::default(), ..workshop.developer() };
    assert!(download(&workshop.service, &blind, build.id).is_err());
    assert!(
        download(&workshop.service, &actor(assay_core::OrgId::OPERATORS, Role::Approver), build.id).is_ok()
    );
}
