//! The law held against a second writing of it: a picture of every place and every event, drawn from lifecycle.md and not
//! from the table.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::account::{Role, Scope, UserId};
use BuildStatus as S;

/// Columns are places: uploaded, fetching, available, invalid, certification, awaiting approval, approved, disapproved,
/// deploying, deployed, deployFailed, paused, deleted. Rows are events, with who may cause them: the service, a
/// developer, an approver. A cell says where it leads.
const PICTURE: &str = "
                    who  up fe av in ce aw ap di dg dd df pa de
FetchStarted        S    fe .. .. .. .. .. .. .. .. .. .. .. ..
IntakePassed        S    .. av .. .. .. .. .. .. .. .. .. .. ..
IntakeFailed        S    .. in .. .. .. .. .. .. .. .. .. .. ..
Submit              D    .. .. ce .. .. .. .. .. .. .. .. .. ..
AutoSubmitted       S    .. .. ce .. .. .. .. .. .. .. .. .. ..
Withdraw            D    .. .. .. .. av av .. .. .. .. .. .. ..
SecurityPassed      S    .. .. .. .. ce .. .. .. .. .. .. .. ..
SecurityFailed      S    .. .. .. .. di .. .. .. .. .. .. .. ..
CertificationPassed S    .. .. .. .. aw aw .. .. .. .. .. .. ..
CertificationHeld   S    .. .. .. .. aw aw .. .. .. .. .. .. ..
CertificationFailed S    .. .. .. .. di di .. .. .. .. .. .. ..
CertificationBroken S    .. .. .. .. ce .. .. .. .. .. .. .. ..
AutoApproved        S    .. .. .. .. .. ap .. .. .. .. .. .. ..
Approve             A    .. .. .. .. .. ap .. .. .. .. .. .. ..
Disapprove          A    .. .. .. .. .. di .. .. .. .. .. .. ..
Reopen              A    .. .. .. .. .. .. .. ce .. .. .. .. ..
Invalidate          A    .. .. in .. in in in .. .. .. .. .. ..
Deploy              D    .. .. .. .. .. .. dg .. .. .. dg .. ..
DeploySucceeded     S    .. .. .. .. .. .. .. .. dd .. .. .. ..
DeployFailed        S    .. .. .. .. .. .. .. .. df .. .. .. ..
Pause               D    .. .. .. .. .. .. .. .. .. pa .. .. ..
Displaced           S    .. .. .. .. .. .. .. .. .. pa .. .. ..
EngineDisabled      S    .. .. .. .. .. .. .. .. .. pa .. .. ..
Unpause             D    .. .. .. .. .. .. .. .. .. .. .. dd ..
ModelTightened      S    .. .. .. .. av av av .. .. .. av av ..
Delete              D    .. .. de de .. .. de de .. de de de ..
";

const HOME: OrgId = OrgId(7);
const ELSEWHERE: OrgId = OrgId(8);

fn place(code: &str) -> Standing {
    match code {
        "up" => Standing::at(S::Uploaded),
        "fe" => Standing::at(S::Fetching),
        "av" => Standing::at(S::Available),
        "in" => Standing::at(S::Invalid),
        "ce" => Standing::pending(BuildStage::Certification),
        "aw" => Standing::pending(BuildStage::AwaitingApproval),
        "ap" => Standing::at(S::Approved),
        "di" => Standing::at(S::Disapproved),
        "dg" => Standing::at(S::Deploying),
        "dd" => Standing::at(S::Deployed),
        "df" => Standing::at(S::DeployFailed),
        "pa" => Standing::at(S::Paused),
        "de" => Standing::at(S::Deleted),
        other => panic!("`{other}` is no place"),
    }
}

/// Who may cause each event, and where it leads from each place.
fn picture() -> BTreeMap<String, (char, BTreeMap<Standing, Option<Standing>>)> {
    let mut lines = PICTURE.trim().lines();
    let columns: Vec<Standing> = lines.next().unwrap().split_whitespace().skip(1).map(place).collect();
    lines
        .map(|line| {
            let mut words = line.split_whitespace();
            let (event, who) = (words.next().unwrap().to_owned(), words.next().unwrap());
            let cells: Vec<_> = words.map(|cell| (cell != "..").then(|| place(cell))).collect();
            assert_eq!(cells.len(), columns.len(), "{event}");
            (event, (who.chars().next().unwrap(), columns.iter().copied().zip(cells).collect()))
        })
        .collect()
}

fn user(org: OrgId, role: Role, scopes: impl IntoIterator<Item = Scope>) -> Actor {
    let mut actor = Actor::operator();
    actor.user = Some(UserId(uuid::Uuid::from_u128(1)));
    actor.name = format!("{}@{org}.example", role.name());
    (actor.org, actor.roles, actor.scopes) = (org, [role].into(), scopes.into_iter().collect());
    actor
}

/// Everybody who can ask, with the letters of the rows that are theirs for a build of [`HOME`].
fn askers() -> Vec<(Actor, &'static str)> {
    let all = Scope::ALL;
    let without = |scope: Scope| Scope::ALL.into_iter().filter(move |one| *one != scope);
    // One whose name is that of the service is a person all the same.
    let impostor = Actor { name: "system".into(), ..user(HOME, Role::Developer, all) };
    vec![
        (Actor::system(), "SDA"),
        (Actor::operator(), "DA"),
        (user(HOME, Role::Developer, all), "D"),
        (user(HOME, Role::Approver, all), "A"),
        (user(HOME, Role::Admin, all), "DA"),
        (user(OrgId::OPERATORS, Role::Developer, all), ""),
        (user(OrgId::OPERATORS, Role::Approver, all), "A"),
        (user(OrgId::OPERATORS, Role::Admin, all), "DA"),
        (user(ELSEWHERE, Role::Developer, all), ""),
        (user(ELSEWHERE, Role::Approver, all), ""),
        (user(ELSEWHERE, Role::Admin, all), ""),
        (user(HOME, Role::Developer, without(Scope::Write)), ""),
        (user(HOME, Role::Approver, without(Scope::Approve)), ""),
        (user(HOME, Role::Admin, without(Scope::Write)), "A"),
        (impostor, "D"),
    ]
}

#[test]
fn every_place_event_and_role_comes_out_as_drawn() {
    let picture = picture();
    assert_eq!(picture.len(), BuildEvent::ALL.len());
    assert_eq!(Standing::all().collect::<BTreeSet<_>>().len(), 13);
    let mut tried = 0;
    for event in BuildEvent::ALL {
        let (who, leads) = &picture[&format!("{event:?}")];
        for from in Standing::all() {
            for (actor, letters) in askers() {
                let result = transition(from, event, &actor, HOME);
                let told = format!("{event:?} of {from:?} by {}", actor.name);
                match (leads[&from], letters.contains(*who)) {
                    (Some(to), true) => assert_eq!(result.unwrap().to, to, "{told}"),
                    (Some(_), false) => assert_eq!(result.unwrap_err().code, "not-allowed", "{told}"),
                    (None, _) => assert_eq!(result.unwrap_err().code, "transition-refused", "{told}"),
                }
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 26 * 13 * 15);
}

#[test]
fn each_event_has_one_row_and_stages_stand_in_pending_alone() {
    let events: BTreeSet<_> = TABLE.iter().map(|row| row.event).collect();
    assert_eq!((events.len(), TABLE.len()), (BuildEvent::ALL.len(), BuildEvent::ALL.len()));
    for standing in TABLE.iter().flat_map(|row| row.from.iter().chain([&row.to])) {
        assert_eq!(standing.status == S::Pending, standing.stage != BuildStage::None, "{standing:?}");
    }
}

#[test]
fn a_refusal_names_the_status_and_what_is_allowed_instead() {
    let developer = user(HOME, Role::Developer, Scope::ALL);
    let refusal = transition(Standing::at(S::Deployed), BuildEvent::Submit, &developer, HOME).unwrap_err();
    assert_eq!(refusal.message, "`submit` is not possible while a build is `deployed`");
    assert_eq!(refusal.hint.as_deref(), Some("allowed now: pause, delete"));
    let data = serde_json::json!({ "currentStatus": "deployed", "validStateActions": ["pause", "delete"] });
    assert_eq!(refusal.data, data);
    let refusal = transition(Standing::at(S::Fetching), BuildEvent::Delete, &developer, HOME).unwrap_err();
    assert_eq!(refusal.hint.as_deref(), Some("nothing can be done with it now"));
}

/// What the field's documentation shows (lifecycle.md §1), with what is refused while the engine is disabled.
#[test]
fn buttons_and_menus_are_those_of_the_documentation() {
    let offered = |code: &str, disabled: bool| {
        let names =
            menu(place(code), disabled).into_iter().map(MenuEntry::name).collect::<Vec<_>>().join(" ");
        (primary(place(code), disabled).map_or("-", BuildAction::name), names)
    };
    for (code, button, menu) in [
        ("up", "-", ""),
        ("fe", "-", ""),
        ("av", "submit", "submit downloadReport delete"),
        ("in", "-", "downloadReport delete"),
        ("ce", "-", "downloadReport"),
        ("aw", "-", "downloadReport"),
        ("ap", "deploy", "deploy downloadReport delete"),
        ("di", "-", "downloadReport delete"),
        ("dg", "-", ""),
        ("dd", "pause", "pause downloadReport delete"),
        ("df", "deploy", "deploy downloadReport delete"),
        ("pa", "unpause", "unpause downloadReport delete"),
        ("de", "-", ""),
    ] {
        assert_eq!(offered(code, false), (button, menu.to_owned()), "{code}");
    }
    assert_eq!(offered("ap", true), ("-", "downloadReport delete".to_owned()));
    assert_eq!(offered("pa", true), ("-", "downloadReport delete".to_owned()));
}

#[test]
fn what_is_offered_to_somebody_is_what_they_may_do() {
    for (actor, _) in askers() {
        for from in Standing::all() {
            let offered = allowed_to(&actor, HOME, from, false);
            for action in BuildAction::ALL {
                let possible = transition(from, action.event(), &actor, HOME).is_ok();
                assert_eq!(offered.contains(&action), possible, "{action:?} of {from:?} by {}", actor.name);
            }
        }
    }
}

#[test]
fn spells_tell_how_long_a_build_stood_where() {
    let minute = |count: i64| jiff::Timestamp::from_second(count * 60).unwrap();
    let event = |at: i64, to: &str, stage: Option<&str>| crate::build::LifecycleEvent {
        sequence: 0,
        at: minute(at),
        name: String::new(),
        engine: crate::EngineId(uuid::Uuid::nil()),
        build: None,
        org: HOME,
        from: None,
        to: to.into(),
        user: None,
        actor: String::new(),
        reason: None,
        details: stage.map_or(serde_json::Value::Null, |stage| serde_json::json!({ "stage": stage })),
    };
    let told = spells(&[
        event(0, "available", None),
        event(1, "pending", Some("certification")),
        event(2, "pending", Some("certification")),
        event(4, "pending", Some("awaiting-approval")),
        event(5, "pending", None),
        event(9, "approved", None),
    ]);
    let told: Vec<_> = told
        .iter()
        .map(|one| (one.status.as_str(), one.stage.as_deref(), one.elapsed(minute(11)).as_mins()))
        .collect();
    assert_eq!(
        told,
        [
            ("available", None, 1),
            ("pending", Some("certification"), 3),
            ("pending", Some("awaiting-approval"), 5),
            ("approved", None, 2),
        ]
    );
}
