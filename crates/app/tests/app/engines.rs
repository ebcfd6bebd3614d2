//! Engines: made, seen, changed, disabled, deleted.

use assay_app::engine::{self, EngineChanges, NewEngine};
use assay_core::build::{BuildAction, BuildEvent};
use assay_core::engine::{EngineDetails, EngineField, EngineStateAction};
use assay_core::ledger::write;
use assay_core::manifest::EngineMode;
use assay_core::profile::DeploymentModel;
use assay_core::records::{Direction, EngineFilter, EngineOrder, Page};
use assay_core::{
    Actor, Build, BuildId, BuildStatus, Digest, Engine, EngineId, EngineState, OrgId, Refused, Role,
};

use crate::house::code;
use crate::workshop::{ALL, Workshop, actor, profile};

fn update(
    workshop: &Workshop,
    actor: &Actor,
    engine: &Engine,
    changes: EngineChanges,
) -> Result<Engine, Refused> {
    engine::update(&workshop.service, actor, engine.id, |_| changes)
}

fn model(model: DeploymentModel) -> EngineChanges {
    EngineChanges { deployment_model: Some(model), ..EngineChanges::default() }
}

#[test]
fn names_in_registry_paths_are_derived_and_unique() {
    let workshop = Workshop::new();
    assert_eq!(workshop.engine("Speech to Text!").slug, "speech-to-text");
    assert_eq!(workshop.engine("Speech  to text").slug, "speech-to-text-2");
    let given = |slug: &str| {
        let new = NewEngine { slug: Some(slug.into()), ..profile("Speech") };
        engine::create(&workshop.service, &workshop.developer(), &new)
    };
    assert_eq!(given("own-name").unwrap().slug, "own-name");
    assert_eq!(code(given("own-name")), "slug-taken");
    assert_eq!(code(given("Own_Name")), "slug-malformed");
    let elsewhere = engine::create(
        &workshop.service,
        &actor(workshop.stranger, Role::Developer),
        &profile("Speech to Text"),
    );
    assert_eq!(elsewhere.unwrap().slug, "speech-to-text", "unique within the organization only");
}

#[test]
fn a_profile_that_cannot_be_kept_is_refused() {
    let workshop = Workshop::new();
    let make = |new: NewEngine| engine::create(&workshop.service, &workshop.developer(), &new);
    let field = |name: &str, kind: &str| EngineField {
        name: name.into(),
        label: "Label".into(),
        kind: kind.into(),
        ..EngineField::default()
    };
    let with = |details: EngineDetails| NewEngine { details, ..profile("Detector") };
    let fields = |fields: Vec<EngineField>| with(EngineDetails { fields, ..EngineDetails::default() });
    for (new, refusal) in [
        (profile(""), "engine-name"),
        (profile(&"x".repeat(51)), "engine-name"),
        (profile("two\nlines"), "engine-name"),
        (with(EngineDetails { description: "x".repeat(251), ..EngineDetails::default() }), "engine-profile"),
        (
            with(EngineDetails { use_cases: vec![String::new(); 101], ..EngineDetails::default() }),
            "engine-profile",
        ),
        (
            with(EngineDetails { results_email: vec!["nobody".into()], ..EngineDetails::default() }),
            "email-malformed",
        ),
        (fields(vec![field("1st", "Text")]), "engine-field"),
        (fields(vec![field("level", "Colour")]), "engine-field"),
        (fields(vec![field("level", "Picklist")]), "engine-field"),
        (fields(vec![field("level", "Text"), field("level", "Number")]), "engine-field"),
    ] {
        assert_eq!(code(make(new.clone())), refusal, "{new:?}");
    }
    make(fields(vec![field("level", "Number"), field("word_2", "Text")])).unwrap();
}

#[test]
fn who_may_make_engines_and_for_whom() {
    let workshop = Workshop::new();
    let make = |actor: &Actor, org: Option<OrgId>| {
        engine::create(&workshop.service, actor, &NewEngine { org, ..profile("Detector") })
    };
    assert_eq!(code(make(&workshop.approver(), None)), "not-allowed");
    assert_eq!(code(make(&workshop.developer(), Some(workshop.stranger))), "not-found");
    assert_eq!(code(make(&Actor::operator(), Some(OrgId(99)))), "not-found");
    assert_eq!(make(&Actor::operator(), Some(workshop.stranger)).unwrap().org, workshop.stranger);
    let id = EngineId(workshop.new_id());
    let with_id = NewEngine { id: Some(id), ..profile("Detector") };
    assert_eq!(engine::create(&workshop.service, &workshop.developer(), &with_id).unwrap().id, id);
    let again = NewEngine { name: "Other".into(), ..with_id };
    assert_eq!(
        code(engine::create(&workshop.service, &actor(workshop.stranger, Role::Developer), &again)),
        "engine-exists"
    );
}

#[test]
fn others_see_an_engine_only_while_it_is_public_and_in_service() {
    let workshop = Workshop::new();
    let stranger = actor(workshop.stranger, Role::Admin);
    let details = EngineDetails { is_public: true, ..EngineDetails::default() };
    let public =
        engine::create(&workshop.service, &workshop.developer(), &NewEngine { details, ..profile("Public") })
            .unwrap();
    let private = workshop.engine("Private");
    let seen = |engine: &Engine| engine::get(&workshop.service, &stranger, engine.id).is_ok();
    let listed = || {
        let all = engine::list(&workshop.service, &stranger, &EngineFilter::default(), ALL).unwrap();
        all.into_iter().map(|view| view.engine.id).collect::<Vec<_>>()
    };
    assert!(!seen(&public) && !seen(&private) && listed().is_empty());
    let live = workshop.deployed(&public, "one");
    workshop.deployed(&private, "two");
    assert!(seen(&public) && !seen(&private));
    assert_eq!(listed(), [public.id]);
    // Seeing is all: its builds stay hidden, and nothing can be changed.
    let filter = assay_core::records::BuildFilter { engine: Some(public.id), ..Default::default() };
    assert!(assay_app::build::list(&workshop.service, &stranger, &filter, ALL).unwrap().is_empty());
    assert_eq!(code(assay_app::build::get(&workshop.service, &stranger, live.id)), "not-found");
    assert_eq!(code(update(&workshop, &stranger, &public, EngineChanges::default())), "not-allowed");
    assert_eq!(code(update(&workshop, &stranger, &private, EngineChanges::default())), "not-found");
    assert!(engine::events(&workshop.service, &stranger, public.id, ALL).unwrap().is_empty());
    workshop.act(&workshop.developer(), &live, BuildAction::Pause).unwrap();
    assert!(!seen(&public) && listed().is_empty());
    assert!(engine::get(&workshop.service, &actor(OrgId::OPERATORS, Role::Approver), public.id).is_ok());
    assert!(engine::get(&workshop.service, &actor(OrgId::OPERATORS, Role::Developer), public.id).is_err());
}

#[test]
fn category_and_mode_are_locked_and_the_rest_is_not() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let other = EngineChanges { category: Some("face".parse().unwrap()), ..EngineChanges::default() };
    assert_eq!(code(update(&workshop, &workshop.admin(), &engine, other)), "engine-locked");
    let other = EngineChanges { mode: Some(EngineMode::Batch), ..EngineChanges::default() };
    assert_eq!(code(update(&workshop, &workshop.admin(), &engine, other)), "engine-locked");
    let same = EngineChanges {
        category: Some(engine.category),
        mode: Some(engine.mode),
        name: Some("Renamed".into()),
        ..EngineChanges::default()
    };
    let renamed = update(&workshop, &workshop.developer(), &engine, same).unwrap();
    assert_eq!((renamed.name.as_str(), renamed.slug.as_str()), ("Renamed", "detector"), "paths stay good");
    assert_eq!(
        code(update(&workshop, &workshop.approver(), &engine, EngineChanges::default())),
        "not-allowed"
    );
}

#[test]
fn a_stricter_model_voids_what_was_judged_and_a_looser_one_takes_an_admin() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let live = workshop.deployed(&engine, "live");
    let isolated = || model(DeploymentModel::NetworkIsolated);
    assert_eq!(code(update(&workshop, &workshop.admin(), &engine, isolated())), "engine-deployed");
    workshop.act(&workshop.developer(), &live, BuildAction::Pause).unwrap();
    let approved = workshop.awaiting(&engine, "approved");
    workshop.act(&workshop.approver(), &approved, BuildAction::Approve).unwrap();
    let waiting = workshop.awaiting(&engine, "waiting");
    let judged = workshop.available(&engine, "judged");
    workshop.act(&workshop.developer(), &judged, BuildAction::Submit).unwrap();
    let refused = workshop.awaiting(&engine, "refused");
    workshop.act(&workshop.approver(), &refused, BuildAction::Disapprove).unwrap();
    update(&workshop, &workshop.developer(), &engine, isolated()).unwrap();
    for build in [&live, &approved, &waiting, &judged] {
        let now = workshop.build(build.id);
        assert_eq!((now.status, now.verdict), (BuildStatus::Available, None), "{}", build.reference);
        assert_eq!(workshop.told(build).pop().as_deref(), Some("EngineBuildRecertify"));
    }
    assert_eq!(workshop.build(refused.id).status, BuildStatus::Disapproved);
    let looser = || model(DeploymentModel::ExternalProcessing);
    assert_eq!(code(update(&workshop, &workshop.developer(), &engine, looser())), "not-allowed");
    let approved_again = workshop.act(&workshop.developer(), &approved, BuildAction::Submit).unwrap();
    workshop.certified(&approved_again, BuildEvent::CertificationPassed, assay_core::Verdict::Approved);
    update(&workshop, &workshop.admin(), &engine, looser()).unwrap();
    assert_eq!(workshop.build(approved.id).status, BuildStatus::Pending, "what held for less holds for more");
}

#[test]
fn engines_are_disabled_deleted_and_brought_back_as_their_state_allows() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let act = |action| engine::act(&workshop.service, &workshop.developer(), engine.id, action);
    let state = || engine::get(&workshop.service, &workshop.developer(), engine.id).unwrap().state;
    let Err(Refused::Rejection(refusal)) = act(EngineStateAction::Disable) else { panic!() };
    assert_eq!(refusal.code, "transition-refused");
    assert_eq!(
        refusal.data,
        serde_json::json!({ "currentStatus": "pending", "validStateActions": ["edit", "delete"] })
    );
    let live = workshop.deployed(&engine, "one");
    act(EngineStateAction::Delete).unwrap();
    assert_eq!((state(), workshop.build(live.id).status), (EngineState::Deleted, BuildStatus::Paused));
    assert_eq!(code(act(EngineStateAction::Edit)), "transition-refused");
    assert_eq!(
        code(update(&workshop, &workshop.developer(), &engine, EngineChanges::default())),
        "transition-refused"
    );
    assert_eq!(code(workshop.act(&workshop.developer(), &live, BuildAction::Unpause)), "engine-disabled");
    let listed = |deleted| {
        let filter = EngineFilter { deleted, ..EngineFilter::default() };
        engine::list(&workshop.service, &workshop.developer(), &filter, ALL).unwrap().len()
    };
    assert_eq!((listed(false), listed(true)), (0, 1));
    // Its name in paths was given to another meanwhile.
    let usurper = workshop.engine("Detector");
    assert_eq!(usurper.slug, "detector");
    assert_eq!(code(act(EngineStateAction::Undelete)), "slug-taken");
    engine::act(&workshop.service, &workshop.developer(), usurper.id, EngineStateAction::Delete).unwrap();
    act(EngineStateAction::Undelete).unwrap();
    assert_eq!(state(), EngineState::Ready);
}

/// The list derives states in the database; the law derives them in `EngineState::derive`. Both must say the same.
#[test]
fn lists_by_state_agree_with_the_law() {
    let workshop = Workshop::new();
    let engines: Vec<Engine> = (0..8).map(|number| workshop.engine(&format!("Engine {number}"))).collect();
    workshop.available(&engines[1], "a");
    workshop.deployed(&engines[2], "b");
    let bad = workshop.push(&engines[3], "c");
    workshop.find(&bad, BuildEvent::FetchStarted);
    workshop.find(&bad, BuildEvent::IntakeFailed);
    let act = |engine: &Engine, action| {
        engine::act(&workshop.service, &workshop.developer(), engine.id, action).unwrap()
    };
    act(&engines[4], EngineStateAction::Delete);
    workshop.deployed(&engines[5], "d");
    act(&engines[5], EngineStateAction::Disable);
    workshop.push(&engines[6], "e");
    workshop.awaiting(&engines[7], "f");
    let mut found = 0;
    for state in EngineState::ALL {
        let filter = EngineFilter { states: vec![state], ..EngineFilter::default() };
        let listed = engine::list(&workshop.service, &workshop.developer(), &filter, ALL).unwrap();
        assert!(!listed.is_empty() && listed.iter().all(|view| view.state == state), "{state:?}");
        found += listed.len();
    }
    assert_eq!(found, engines.len());
}

#[test]
fn lists_are_filtered_ordered_and_cut() {
    let workshop = Workshop::new();
    for name in ["beta", "Alpha", "gamma"] {
        workshop.engine(name);
    }
    let face = NewEngine {
        category: "face".parse().unwrap(),
        mode: EngineMode::Batch,
        deployment_model: DeploymentModel::NetworkIsolated,
        ..profile("delta")
    };
    engine::create(&workshop.service, &workshop.developer(), &face).unwrap();
    let list = |filter: EngineFilter, page: Page| {
        let views = engine::list(&workshop.service, &workshop.developer(), &filter, page).unwrap();
        views.into_iter().map(|view| view.engine.name).collect::<Vec<_>>()
    };
    let order =
        vec![(EngineOrder::Category, Direction::Ascending), (EngineOrder::Name, Direction::Descending)];
    assert_eq!(
        list(EngineFilter { order, ..EngineFilter::default() }, ALL),
        ["delta", "gamma", "beta", "Alpha"]
    );
    let name = |text: &str| EngineFilter { name: Some(text.into()), ..EngineFilter::default() };
    assert_eq!(list(name("ALPH"), ALL), ["Alpha"]);
    assert_eq!(list(name("%"), ALL), [""; 0]);
    let modes = EngineFilter { modes: vec![EngineMode::Batch], ..EngineFilter::default() };
    assert_eq!(list(modes, ALL), ["delta"]);
    let models =
        EngineFilter { deployment_models: vec![DeploymentModel::NetworkIsolated], ..EngineFilter::default() };
    assert_eq!(list(models, ALL), ["delta"]);
    let categories = EngineFilter { categories: vec!["face".parse().unwrap()], ..EngineFilter::default() };
    assert_eq!(list(categories, ALL), ["delta"]);
    assert_eq!(list(EngineFilter::default(), Page { offset: 1, limit: 2 }).len(), 2);
    assert_eq!(list(EngineFilter::default(), Page { offset: 9, limit: 2 }).len(), 0);
    let many = Page { offset: 0, limit: 1001 };
    let refused = engine::list(&workshop.service, &workshop.developer(), &EngineFilter::default(), many);
    assert_eq!(code(refused), "invalid-page");
}

#[test]
fn a_stricter_model_is_refused_where_it_would_move_very_many_builds() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Detector");
    let first = workshop.awaiting(&engine, "0");
    write(&*workshop.service.ledger, |records| {
        for number in 2..=501 {
            let id = BuildId(workshop.new_id());
            let digest = Some(Digest::sha256(id.to_string().as_bytes()));
            records.insert_build(&Build { id, number, digest, ..first.clone() })?;
        }
        Ok(())
    })
    .unwrap();
    let stricter = || model(DeploymentModel::NetworkIsolated);
    assert_eq!(code(update(&workshop, &workshop.developer(), &engine, stricter())), "too-many-builds");
    assert_eq!(workshop.build(first.id).status, BuildStatus::Pending, "nothing has moved");
    workshop.act(&workshop.approver(), &first, BuildAction::Disapprove).unwrap();
    update(&workshop, &workshop.developer(), &engine, stricter()).unwrap();
}
