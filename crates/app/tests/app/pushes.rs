//! Pushes: taken in at the desk, attributed to engines, kept with the reason when they belong to none.

use assay_app::build::Change;
use assay_app::push::{self, Attribution, Claim, IntakeOrder, PushDesk, Whereabouts};
use assay_core::build::{BuildAction, BuildEvent};
use assay_core::engine::EngineStateAction;
use assay_core::ledger::{read, write};
use assay_core::push::{PushReason, UnattributedPush};
use assay_core::records::BuildFilter;
use assay_core::registry::{Link, LinkKind, ManifestDesk, ManifestPush, Push, media};
use assay_core::work::{WorkKind, WorkState};
use assay_core::{Actor, BuildStatus, Digest, Role};

use crate::house::code;
use crate::workshop::{ALL, Workshop, actor};

fn unattributed(attribution: Attribution) -> UnattributedPush {
    match attribution {
        Attribution::Unattributed(push) => push,
        other => panic!("{other:?}"),
    }
}

fn manifest(workshop: &Workshop, content: &str, tags: &[&str]) -> ManifestPush {
    let pusher = workshop.developer();
    ManifestPush {
        push: Push {
            repository: format!("{}/detector", workshop.org).parse().unwrap(),
            org: workshop.org,
            digest: Digest::sha256(content.as_bytes()),
            tags: tags.iter().map(|tag| tag.parse().unwrap()).collect(),
            media_type: media::OCI_MANIFEST.into(),
            size: content.len() as u64,
            actor: pusher,
            at: workshop.now(),
        },
        bytes: content.into(),
        links: Vec::new(),
        subject: None,
        artifact_type: Some("application/vnd.oci.image.config.v1+json".into()),
        annotations: Default::default(),
    }
}

fn order(push: &ManifestPush) -> IntakeOrder {
    IntakeOrder::of(&push.push)
}

#[test]
fn an_accepted_manifest_and_the_order_to_read_it_are_one_transaction() {
    let workshop = Workshop::new();
    let desk = PushDesk::new(workshop.service.clone(), Some("https://assay.example/".into()));
    let push = manifest(&workshop, "one", &["latest"]);
    let notice = desk.accept(&push).unwrap().notice.unwrap();
    let place = format!("{}/detector@{}", workshop.org, push.push.digest);
    assert_eq!(
        notice,
        format!(
            "{}/detector:latest will be read; follow it at https://assay.example/v3/pushes/{place}",
            workshop.org
        )
    );
    let work = workshop.work(WorkKind::Intake, &place).unwrap();
    let payload: IntakeOrder = serde_json::from_value(work.payload).unwrap();
    assert_eq!((work.state, payload), (WorkState::Queued, order(&push)));
    assert_eq!(desk.accept(&push).unwrap().notice.as_deref(), Some(notice.as_str()), "again: the same");
    // What the registry refuses leaves no order behind.
    let mut missing = manifest(&workshop, "two", &["latest"]);
    missing.links = vec![Link { digest: Digest::sha256(b"absent"), kind: LinkKind::Blob }];
    assert_eq!(code(desk.accept(&missing)), "manifest-blob-unknown");
    assert_eq!(workshop.work(WorkKind::Intake, &order(&missing).key()), None);
}

#[test]
fn only_tagged_images_are_read() {
    let workshop = Workshop::new();
    let desk = PushDesk::new(workshop.service.clone(), None);
    let signature = format!("sha256-{}.sig", "a".repeat(64));
    let untagged = manifest(&workshop, "untagged", &[]);
    let signature = manifest(&workshop, "signature", &[&signature]);
    let mut artifact = manifest(&workshop, "artifact", &["chart"]);
    artifact.artifact_type = Some("application/vnd.example.chart".into());
    let mut about = manifest(&workshop, "about", &["about"]);
    about.subject = Some(Digest::sha256(b"one"));
    for (push, told) in [(&untagged, true), (&signature, false), (&artifact, false), (&about, false)] {
        let accepted = desk.accept(push).unwrap();
        assert_eq!(accepted.notice.is_some(), told, "{:?}", accepted);
        assert_eq!(workshop.work(WorkKind::Intake, &order(push).key()), None);
    }
    let mut index = manifest(&workshop, "index", &["latest"]);
    (index.push.media_type, index.artifact_type) = (media::OCI_INDEX.into(), None);
    desk.accept(&index).unwrap();
    assert!(workshop.work(WorkKind::Intake, &order(&index).key()).is_some());
}

#[test]
fn one_build_for_an_engine_and_image_whatever_it_is_called() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let desk = PushDesk::new(workshop.service.clone(), None);
    desk.accept(&manifest(&workshop, "one", &["latest"])).unwrap();
    let build = workshop.push(&engine, "one");
    assert_eq!((build.number, build.status), (1, BuildStatus::Uploaded));
    assert_eq!(build.pushed_by, workshop.developer().user);
    let again = workshop.arrive(workshop.org, "one", &Claim::Engine(engine.id.to_string()));
    assert_eq!(again, Attribution::Known(build.clone()));
    assert_eq!(workshop.push(&engine, "two").number, 2);
    let other = workshop.engine("Other");
    assert_eq!(workshop.push(&other, "one").number, 1, "another engine may be the same image");
    assert_eq!(workshop.told(&build), ["EngineBuildUpload"]);
}

#[test]
fn tags_are_names_of_a_build() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let desk = PushDesk::new(workshop.service.clone(), None);
    let push = manifest(&workshop, "one", &["1.0"]);
    desk.accept(&push).unwrap();
    desk.accept(&manifest(&workshop, "one", &["latest"])).unwrap();
    let arrival = push::Arrival::from(&order(&push));
    let claim = Claim::Engine(engine.id.to_string());
    let attribution = assay_core::ledger::write(&*workshop.service.ledger, |records| {
        push::attribute(records, &*workshop.service.ids, &arrival, &claim)
    });
    let Attribution::New(build) = attribution.unwrap() else { panic!() };
    assert_eq!(build.reference, format!("{}/detector:1.0", workshop.org));
    assert_eq!(
        assay_app::build::tags(&workshop.service, &workshop.developer(), build.id).unwrap(),
        ["1.0", "latest"]
    );
}

#[test]
fn a_push_that_belongs_to_no_engine_is_kept_with_the_reason() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let closed = workshop.engine("Closed");
    workshop.available(&closed, "good");
    let act =
        |action| assay_app::engine::act(&workshop.service, &workshop.developer(), closed.id, action).unwrap();
    act(EngineStateAction::Disable);
    let gone = workshop.engine("Gone");
    assay_app::engine::act(&workshop.service, &workshop.developer(), gone.id, EngineStateAction::Delete)
        .unwrap();
    let named = |engine: &assay_core::Engine| Claim::Engine(engine.id.to_string());
    for (content, claim, reason) in [
        ("a", Claim::Nobody(PushReason::NoManifest), PushReason::NoManifest),
        ("b", Claim::Nobody(PushReason::UnparsableManifest), PushReason::UnparsableManifest),
        ("c", Claim::Engine("no id at all".into()), PushReason::UnknownEngine),
        ("d", named(&closed), PushReason::EngineDisabled),
        ("e", named(&gone), PushReason::EngineDeleted),
    ] {
        let push = unattributed(workshop.arrive(workshop.org, content, &claim));
        assert_eq!((push.reason, push.pushed_by), (reason, workshop.developer().user));
        assert!(!push.detail.is_empty());
    }
    let list = |actor: &Actor| push::list(&workshop.service, actor, None, ALL).unwrap();
    assert_eq!(list(&workshop.developer()).len(), 5);
    assert_eq!(list(&Actor::operator()).len(), 5);
    assert!(list(&actor(workshop.stranger, Role::Admin)).is_empty());
    let elsewhere = push::list(&workshop.service, &workshop.developer(), Some(workshop.stranger), ALL);
    assert_eq!(code(elsewhere), "not-found");
    // The same image again, mended on the other side: it becomes a build and the note of it goes.
    act(EngineStateAction::Enable);
    assert!(matches!(workshop.arrive(workshop.org, "d", &named(&closed)), Attribution::New(_)));
    workshop.arrive(workshop.org, "a", &Claim::Nobody(PushReason::NoManifest));
    assert_eq!(list(&workshop.developer()).len(), 4, "a repeated push is one note");
    drop(engine);
}

#[test]
fn whether_an_engine_exists_elsewhere_is_not_told() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let foreign =
        unattributed(workshop.arrive(workshop.stranger, "x", &Claim::Engine(engine.id.to_string())));
    let nowhere =
        unattributed(workshop.arrive(workshop.stranger, "y", &Claim::Engine(workshop.new_id().to_string())));
    assert_eq!((foreign.reason, nowhere.reason), (PushReason::UnknownEngine, PushReason::UnknownEngine));
    let without_id = |push: &UnattributedPush, id: &str| push.detail.replace(id, "");
    let named = |push: &UnattributedPush| push.detail.split('`').nth(1).unwrap().to_owned();
    assert_eq!(without_id(&foreign, &named(&foreign)), without_id(&nowhere, &named(&nowhere)));
    // A long or hostile name is not repeated whole.
    let long = unattributed(workshop.arrive(workshop.org, "z", &Claim::Engine("e".repeat(5000))));
    assert!(long.detail.len() < 400);
}

#[test]
fn an_engine_that_failed_takes_pushes_still() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let bad = workshop.push(&engine, "bad");
    workshop.find(&bad, BuildEvent::FetchStarted);
    workshop.find(&bad, BuildEvent::IntakeFailed);
    assert_eq!(workshop.push(&engine, "good").number, 2);
}

#[test]
fn what_became_of_a_push_can_be_looked_up() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let desk = PushDesk::new(workshop.service.clone(), None);
    let push = manifest(&workshop, "one", &["latest"]);
    let (repository, digest) = (push.push.repository.clone(), push.push.digest.clone());
    let look = |actor: &Actor| push::whereabouts(&workshop.service, actor, &repository, &digest);
    assert_eq!(code(look(&workshop.developer())), "not-found");
    desk.accept(&push).unwrap();
    assert_eq!(look(&workshop.developer()), Ok(Whereabouts::Reading));
    assert_eq!(code(look(&actor(workshop.stranger, Role::Admin))), "not-found");
    assay_core::ledger::write(&*workshop.service.ledger, |records| {
        records.cancel(WorkKind::Intake, &order(&push).key(), workshop.now())
    })
    .unwrap();
    let attribute = |claim: &Claim| {
        let arrival = push::Arrival::from(&order(&push));
        assay_core::ledger::write(&*workshop.service.ledger, |records| {
            push::attribute(records, &*workshop.service.ids, &arrival, claim)
        })
        .unwrap()
    };
    let kept = unattributed(attribute(&Claim::Nobody(PushReason::NoEngineId)));
    assert_eq!(look(&workshop.developer()), Ok(Whereabouts::Unattributed(kept)));
    let Attribution::New(build) = attribute(&Claim::Engine(engine.id.to_string())) else { panic!() };
    assert_eq!(look(&workshop.developer()), Ok(Whereabouts::Builds(vec![build])));
}

#[test]
fn a_build_of_an_image_elsewhere_is_fetched() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let create =
        |actor: &Actor, image: &str| assay_app::build::create(&workshop.service, actor, engine.id, image);
    let build = create(&workshop.developer(), "registry.example/acme/detector:1").unwrap();
    assert_eq!((build.status, build.digest.clone(), build.number), (BuildStatus::Uploaded, None, 1));
    assert_eq!(build.repository, format!("{}/detector", workshop.org));
    let work = workshop.work(WorkKind::Fetch, &build.id.to_string()).unwrap();
    let order: push::FetchOrder = serde_json::from_value(work.payload).unwrap();
    assert_eq!(order.source, push::FetchSource::Registry("registry.example/acme/detector:1".into()));
    for hostile in ["/etc/passwd", "docker-archive:x.tar", "oci:folder", "./here"] {
        assert_eq!(code(create(&workshop.developer(), hostile)), "image-reference");
    }
    assert_eq!(code(create(&workshop.approver(), "registry.example/a/b:1")), "not-allowed");
    assert_eq!(
        code(create(&actor(workshop.stranger, Role::Developer), "registry.example/a/b:1")),
        "not-found"
    );
    // What was fetched tells its digest, and may turn out to be there already.
    let pushed = workshop.push(&engine, "same");
    let system = Actor::system();
    workshop.find(&build, BuildEvent::FetchStarted);
    let passed =
        Change::of(build.id, BuildEvent::IntakePassed, &system).with_image(pushed.digest.clone().unwrap());
    assert_eq!(code(workshop.change(&passed)), "build-exists");
    let own = Change { image: Some(Digest::sha256(b"own")), ..passed };
    assert_eq!(workshop.change(&own.with_manifest("{}")).unwrap().digest, Some(Digest::sha256(b"own")));
    let pinned = format!("registry.example/a/b@{}", pushed.digest.unwrap());
    assert_eq!(code(create(&workshop.developer(), &pinned)), "build-exists");
}

#[test]
fn an_uploaded_archive_is_fetched_from_its_folder_and_nowhere_else() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let upload = |file: &str| {
        assay_app::build::upload(&workshop.service, &workshop.developer(), engine.id, file, "my.tar")
    };
    let build = upload("0193-a.tar").unwrap();
    let work = workshop.work(WorkKind::Fetch, &build.id.to_string()).unwrap();
    let order: push::FetchOrder = serde_json::from_value(work.payload).unwrap();
    assert_eq!(
        order,
        push::FetchOrder { build: build.id, source: push::FetchSource::Archive("0193-a.tar".into()) }
    );
    for hostile in ["", "../x.tar", "/etc/passwd", ".hidden", "a b", "a\\b"] {
        assert_eq!(code(upload(hostile)), "archive-name", "{hostile}");
    }
}

#[test]
fn builds_are_listed_by_status_and_deleted_ones_only_when_asked_for() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let first = workshop.available(&engine, "one");
    workshop.advance_hours(1);
    let second = workshop.push(&engine, "two");
    workshop.act(&workshop.developer(), &first, BuildAction::Delete).unwrap();
    let list = |actor: &Actor, statuses: Vec<BuildStatus>| {
        let filter = BuildFilter { engine: Some(engine.id), statuses, ..BuildFilter::default() };
        let views = assay_app::build::list(&workshop.service, actor, &filter, ALL).unwrap();
        views.into_iter().map(|view| view.build.number).collect::<Vec<_>>()
    };
    assert_eq!(list(&workshop.developer(), vec![]), [2]);
    assert_eq!(list(&workshop.developer(), vec![BuildStatus::Deleted]), [1]);
    let both = vec![BuildStatus::Deleted, BuildStatus::Uploaded];
    assert_eq!(list(&Actor::operator(), both), [2, 1]);
    let numbered =
        |number| assay_app::build::numbered(&workshop.service, &workshop.developer(), engine.id, number);
    assert_eq!(numbered(2).unwrap().build.id, second.id);
    assert_eq!(code(numbered(1)), "not-found");
    let report = assay_app::build_report::download(&workshop.service, &workshop.developer(), second.id);
    assert_eq!(report.unwrap().build_status, "uploaded");
    assert!(read(&*workshop.service.ledger, |records| records.build(first.id)).unwrap().is_some());
}

#[test]
fn a_manifest_stays_while_a_build_needs_it() {
    let workshop = Workshop::new();
    let desk = PushDesk::new(workshop.service.clone(), None);
    let engine = workshop.engine("Ears");
    let build = workshop.available(&engine, "image");
    let repository = build.repository.parse().unwrap();
    let image = build.digest.clone().unwrap();
    let part = Digest::sha256(b"part");
    let index = ManifestPush {
        push: Push { repository, digest: image.clone(), ..manifest(&workshop, "index", &[]).push },
        links: vec![Link { digest: part.clone(), kind: LinkKind::Manifest }],
        ..manifest(&workshop, "index", &[])
    };
    let let_go = |digest: &Digest| {
        write(&*workshop.service.ledger, |records| {
            let repository = records.make_repository(&index.push.repository, workshop.org, workshop.now())?;
            records.insert_manifest(&repository, &index)?;
            desk.let_go(records, &repository, digest)
        })
    };
    assert_eq!(code(let_go(&image)), "manifest-in-use");
    assert_eq!(code(let_go(&part)), "manifest-in-use", "an index needs its images");
    let_go(&Digest::sha256(b"another")).unwrap();
    workshop.act(&workshop.developer(), &build, BuildAction::Delete).unwrap();
    let_go(&image).unwrap();
    let_go(&part).unwrap();
}
