//! Policies: made, chosen, compared, tried.

use assay_app::policy::{self, Trial};
use assay_core::ledger::{read, write};
use assay_core::policy::PolicyName;
use assay_core::report::{BaseSystem, Report, Vulnerability};
use assay_core::{Actor, BuildStatus, Check, Code, Finding, OrgId, Policy, Refused, Role, Verdict};

use crate::judged::{certified, certified_as, report};
use crate::workshop::{Workshop, actor};

fn name(text: &str) -> PolicyName {
    text.parse().unwrap()
}

fn code<T: std::fmt::Debug>(result: Result<T, Refused>) -> &'static str {
    match result {
        Err(Refused::Rejection(rejection)) => rejection.code,
        other => panic!("expected a rejection: {other:?}"),
    }
}

fn create(workshop: &Workshop, text: &str) -> String {
    let version = policy::create(&workshop.service, &Actor::operator(), text, "so").unwrap();
    format!("{}@{}", version.name, version.number)
}

fn of_org(workshop: &Workshop) -> String {
    let policy = read(&*workshop.service.ledger, |records| policy::of_org(records, workshop.org)).unwrap();
    policy.full_name().to_string()
}

fn choose(workshop: &Workshop, text: &str) -> Result<(), Refused> {
    policy::choose(&workshop.service, &Actor::operator(), workshop.org, &name(text)).map(drop)
}

const HOUSE: &str = "name = \"house\"\n[effects]\nIMG-006 = \"review\"\n";

#[test]
fn versions_are_counted_and_never_change() {
    let workshop = Workshop::new();
    assert_eq!(create(&workshop, HOUSE), "house@1");
    assert_eq!(code(policy::create(&workshop.service, &Actor::operator(), HOUSE, "")), "policy-unchanged");
    assert_eq!(create(&workshop, &HOUSE.replace("review", "disapprove")), "house@2");
    let (first, read) = policy::show(&workshop.service, &Actor::operator(), &name("house@1")).unwrap();
    assert_eq!((first.document.as_str(), read.number), (HOUSE, 1));
    let (newest, _) = policy::show(&workshop.service, &Actor::operator(), &name("house")).unwrap();
    assert_eq!((newest.number, newest.author.as_str()), (2, "operator"));
    let all = policy::list(&workshop.service, &workshop.developer()).unwrap();
    let all: Vec<String> = all.iter().map(|one| format!("{}@{}", one.name, one.number)).collect();
    assert_eq!(all, ["default@1", "house@2", "house@1", "strict@1"]);
}

#[test]
fn what_cannot_be_kept_is_refused_by_name() {
    let workshop = Workshop::new();
    let made = |text: &str| code(policy::create(&workshop.service, &Actor::operator(), text, ""));
    assert_eq!(made("name = \"strict\"\n"), "policy-name-reserved");
    assert_eq!(made(""), "policy-name-reserved");
    assert_eq!(made("name = \"My House\"\n"), "malformed-policy-name");
    assert_eq!(made("name = \"house@3\"\n"), "malformed-policy-name");
    assert_eq!(made("name = \"house\"\nnumber = 7\n"), "policy-number-taken");
    assert_eq!(made("name = \"house\"\nlimit = {}\n"), "malformed-settings");
    let shown = policy::show(&workshop.service, &Actor::operator(), &name("house"));
    assert_eq!(code(shown), "policy-not-found");
}

#[test]
fn an_organization_follows_a_name_or_pins_a_number() {
    let workshop = Workshop::new();
    assert_eq!(of_org(&workshop), "default@1");
    create(&workshop, HOUSE);
    choose(&workshop, "house").unwrap();
    assert_eq!(of_org(&workshop), "house@1");
    create(&workshop, &HOUSE.replace("review", "disapprove"));
    assert_eq!(of_org(&workshop), "house@2");
    choose(&workshop, "house@1").unwrap();
    assert_eq!(of_org(&workshop), "house@1");
    assert_eq!(code(choose(&workshop, "house@9")), "policy-not-found");
    assert_eq!(code(choose(&workshop, "unheard")), "policy-not-found");
    assert_eq!(of_org(&workshop), "house@1");
}

#[test]
fn only_those_who_run_the_installation_make_and_choose_policies() {
    let workshop = Workshop::new();
    for asker in [workshop.developer(), workshop.admin(), actor(OrgId::OPERATORS, Role::Approver)] {
        assert_eq!(code(policy::create(&workshop.service, &asker, HOUSE, "")), "not-allowed");
        let chosen = policy::choose(&workshop.service, &asker, workshop.org, &name("strict"));
        assert_eq!(code(chosen), "not-allowed");
    }
    assert!(policy::create(&workshop.service, &actor(OrgId::OPERATORS, Role::Admin), HOUSE, "").is_ok());
}

fn trial(workshop: &Workshop, asker: &Actor, text: &str) -> Trial {
    policy::try_on_stored(&workshop.service, asker, &policy::parse("p", text).unwrap(), None).unwrap()
}

fn root() -> (Check, Finding) {
    (Check::Hygiene, Finding::error(Code::IMG_006, "runs as root", "another user"))
}

#[test]
fn a_policy_is_tried_on_what_was_judged_and_nothing_moves() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Ears");
    let clean = certified(&workshop, &engine, "clean", vec![]);
    let rooted = certified(&workshop, &engine, "rooted", vec![root()]);
    assert_eq!((clean.verdict, rooted.verdict), (Some(Verdict::Approved), Some(Verdict::Approved)));
    let told = trial(&workshop, &Actor::operator(), "name = \"x\"\n[effects]\nIMG-006 = \"disapprove\"\n");
    assert_eq!((told.tried, told.changed.len(), told.unknown.len()), (2, 1, 0));
    let changed = &told.changed[0];
    assert_eq!(
        (changed.build, changed.before, changed.after),
        (rooted.id, Verdict::Approved, Verdict::Disapproved)
    );
    assert_eq!((changed.engine_name.as_str(), changed.policy.as_str()), ("Ears", "default@1"));
    assert_eq!(changed.responsible.iter().map(|one| one.finding.code).collect::<Vec<_>>(), [Code::IMG_006]);
    assert_eq!(told.untold, []);
    assert_eq!(workshop.build(rooted.id), rooted, "trying changes nothing");
}

#[test]
fn a_softer_policy_names_what_would_stand_no_longer() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Ears");
    let found = Finding::error(Code::SEC_002, "x has CVE-2026-1", "none");
    let held = certified(&workshop, &engine, "held", vec![(Check::Security, found)]);
    assert_eq!(held.verdict, Some(Verdict::Inconclusive));
    let told = trial(&workshop, &Actor::operator(), "[effects]\nSEC-002 = \"warn\"\n");
    assert_eq!(told.changed.len(), 1);
    assert_eq!((told.changed[0].after, told.changed[0].responsible.len()), (Verdict::Approved, 1));
}

fn vulnerable(policy: &Policy) -> Report {
    let one = |name: &str, severity: &str, fixed_by: &str| Vulnerability {
        name: name.into(),
        namespace: "Debian:12".into(),
        description: String::new(),
        link: String::new(),
        severity: severity.into(),
        fixed_by: fixed_by.into(),
        package: "pkg:deb/debian/libssl3@1".into(),
        version: "1".into(),
        path: "/var/lib/dpkg/status".into(),
        layer: None,
        known_exploited: false,
    };
    let vulnerabilities = vec![one("CVE-2026-1", "High", "2"), one("CVE-2026-2", "Medium", "")];
    Report { vulnerabilities, ..report(policy, vec![]) }
}

#[test]
fn thresholds_are_tried_on_the_vulnerabilities_listed() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Ears");
    let build = certified_as(&workshop, &engine, "vulnerable", vulnerable);
    assert_eq!(build.verdict, Some(Verdict::Approved));
    let high = trial(&workshop, &Actor::operator(), "[thresholds]\nfixed-vulnerability = \"high\"\n");
    assert_eq!(high.changed[0].after, Verdict::Disapproved);
    assert!(high.changed[0].reasons[0].contains("CVE-2026-1"), "{:?}", high.changed[0].reasons);
    let medium = "[thresholds]\nunfixed-vulnerability = \"medium\"\n";
    assert_eq!(trial(&workshop, &Actor::operator(), medium).changed[0].after, Verdict::Inconclusive);
    let tolerant = format!("{medium}unfixed-at-most = 1\n");
    assert_eq!(trial(&workshop, &Actor::operator(), &tolerant).changed, []);
}

#[test]
fn trusted_bases_are_tried_on_the_base_reported() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Ears");
    let base = BaseSystem { id: "debian".into(), version: "12".into(), name: "Debian 12".into() };
    certified_as(&workshop, &engine, "based", |policy| Report {
        base: Some(base.clone()),
        ..report(policy, vec![])
    });
    assert_eq!(trial(&workshop, &Actor::operator(), "trusted-bases = [\"debian:12\"]\n").changed, []);
    let told = trial(&workshop, &Actor::operator(), "trusted-bases = [\"alpine\"]\n");
    assert_eq!(told.changed[0].after, Verdict::Inconclusive);
    assert_eq!(told.changed[0].responsible[0].finding.code, Code::IMG_008);
}

#[test]
fn what_takes_a_new_run_is_said() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Ears");
    certified(&workshop, &engine, "one", vec![]);
    let uncertified = workshop.available(&engine, "two");
    workshop.act(&workshop.developer(), &uncertified, assay_core::build::BuildAction::Submit).unwrap();
    let told = trial(&workshop, &Actor::operator(), "[limits]\nready-seconds = 5\n");
    assert_eq!((told.tried, told.changed.len(), told.unknown), (1, 0, vec![uncertified.id]));
    assert_eq!(told.untold.len(), 1);
    assert!(told.untold[0].0.contains("limits.ready-seconds"), "{:?}", told.untold);
}

#[test]
fn a_check_that_was_left_out_is_missed_by_a_policy_that_insists() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Ears");
    let skipped = assay_core::Outcome::Skipped { reason: "left out".into(), asked: true };
    certified_as(&workshop, &engine, "one", |policy| {
        let outcomes = Check::ALL.into_iter().map(|check| match check {
            Check::Security => (check, skipped.clone()),
            check => (check, assay_core::Outcome::from_findings(vec![])),
        });
        assay_app::build_report::judged_in_part(&assay_core::Rules::of(policy), outcomes, "")
    });
    let told = trial(&workshop, &Actor::operator(), "[checks]\nrequired = [\"security\"]\n");
    assert_eq!(told.changed[0].after, Verdict::Inconclusive);
    assert!(told.untold[0].0.contains("security check was left out"), "{:?}", told.untold);
}

#[test]
fn everybody_tries_on_what_they_may_see() {
    let workshop = Workshop::new();
    let engine = workshop.engine("Ears");
    certified(&workshop, &engine, "rooted", vec![root()]);
    let count = |asker: &Actor| trial(&workshop, asker, "[effects]\nIMG-006 = \"review\"\n").tried;
    assert_eq!(count(&workshop.developer()), 1);
    assert_eq!(count(&actor(workshop.stranger, Role::Admin)), 0);
    assert_eq!(count(&actor(OrgId::OPERATORS, Role::Approver)), 1);
    let foreign = policy::try_on_stored(
        &workshop.service,
        &actor(workshop.stranger, Role::Admin),
        &Policy::default(),
        Some(workshop.org),
    );
    assert_eq!(code(foreign), "not-found");
}

/// An organization that approves by rule, under a policy that does not want every build approved so.
#[test]
fn the_policy_holds_back_automatic_approval() {
    let workshop = Workshop::with(|settings| settings.auto_approve = true);
    let engine = workshop.engine("Ears");
    let warned = || vec![(Check::Manifest, Finding::warning(Code::MAN_027, "unknown key", "known keys"))];
    assert_eq!(certified(&workshop, &engine, "one", warned()).status, BuildStatus::Approved);
    create(&workshop, "name = \"careful\"\n[auto-approval]\nwarnings-at-most = 0\n");
    choose(&workshop, "careful").unwrap();
    let held = certified(&workshop, &engine, "two", warned());
    assert_eq!((held.status, held.verdict), (BuildStatus::Pending, Some(Verdict::Approved)));
    assert_eq!(held.reason.as_deref(), Some("warnings: 1; the policy allows 0"));
    assert_eq!(certified(&workshop, &engine, "three", vec![]).status, BuildStatus::Approved);
}

/// The page that tells what a policy can say shows documents that are sound.
#[test]
fn the_documents_of_the_page_are_sound() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/policies.md");
    let page = std::fs::read_to_string(page).unwrap();
    let blocks: Vec<&str> =
        page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let [whole, bases, waivers] = blocks[..] else { panic!("{} blocks", blocks.len()) };
    let policy = policy::parse("policies.md", whole).unwrap();
    assert_eq!((policy.name.as_str(), policy.thresholds.unfixed_at_most), ("house", 2));
    let layer = format!("sha256:{}", "ab".repeat(32));
    let bases = bases.replace("sha256:<diff id of a lowest layer>", &layer);
    assert_eq!(policy::parse("policies.md", &bases).unwrap().trusted_bases.len(), 4);
    assert_eq!(assay_app::waiver::parse("policies.md", waivers).unwrap().len(), 1);
    for key in serde_json::to_value(Policy::default()).unwrap()["limits"].as_object().unwrap().keys() {
        assert!(whole.contains(&format!("\n{key} = ")), "the page shows `{key}`");
    }
}

#[test]
fn a_trial_ends_and_says_so() {
    let workshop = Workshop::new();
    let build = workshop.available(&workshop.engine("Ears"), "one");
    write(&*workshop.service.ledger, |records| {
        for number in 2..2100 {
            let digest = Some(assay_core::Digest::sha256(format!("{number}").as_bytes()));
            let id = assay_core::BuildId(workshop.new_id());
            let status = assay_core::BuildStatus::Approved;
            records.insert_build(&assay_core::Build { id, number, digest, status, ..build.clone() })?;
        }
        Ok(())
    })
    .unwrap();
    let told = trial(&workshop, &Actor::operator(), "[effects]\nIMG-006 = \"review\"\n");
    assert_eq!(told.unknown.len(), 2000);
    assert!(told.untold[0].0.contains("the newest 2000 builds"), "{:?}", told.untold);
}
