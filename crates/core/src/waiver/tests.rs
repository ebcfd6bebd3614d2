use std::collections::BTreeMap;

use super::*;
use crate::catalogue::Effect;
use crate::finding::Place;
use crate::outcome::{Check, Outcome, Verdict};
use crate::policy::Policy;
use crate::rules::Rules;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn engine() -> EngineId {
    EngineId(Uuid::from_u128(7))
}

fn digest(byte: &str) -> Digest {
    format!("sha256:{}", byte.repeat(32)).parse().unwrap()
}

fn party(name: &str) -> Party {
    Party { user: None, name: name.into() }
}

fn waiver() -> Waiver {
    Waiver {
        id: WaiverId(Uuid::from_u128(1)),
        org: OrgId(2),
        code: Code::SEC_002,
        narrowing: Narrowing::default(),
        scope: WaiverScope::Engine(engine()),
        reason: "not reachable".into(),
        requester: party("dev@example.org"),
        requested_at: time("2026-01-01T00:00:00Z"),
        approver: Some(party("approver@example.org")),
        decided_at: Some(time("2026-01-02T00:00:00Z")),
        decision: None,
        expires_at: time("2026-06-01T00:00:00Z"),
        status: WaiverStatus::Granted,
    }
}

fn finding() -> Finding {
    let place = Place {
        path: Some("/var/lib/dpkg/status".into()),
        package: Some("pkg:deb/debian/openssl@3.0.1?distro=debian-12".into()),
        ..Place::default()
    };
    Finding::error(Code::SEC_002, "openssl 3.0.1 has CVE-2026-1234 (critical)", "none").at(place)
}

fn subject() -> WaiverSubject {
    WaiverSubject { engine: Some(engine()), digests: vec![digest("ab")] }
}

fn lifts(waiver: &Waiver, now: &str) -> bool {
    waiver.lifts(&finding(), &subject(), time(now))
}

const DURING: &str = "2026-03-01T00:00:00Z";

#[test]
fn only_a_granted_one_in_its_time_lifts() {
    assert!(lifts(&waiver(), DURING));
    assert!(lifts(&waiver(), "2026-05-31T23:59:59Z"));
    assert!(!lifts(&waiver(), "2026-06-01T00:00:00Z"), "expired to the second");
    for status in [WaiverStatus::Requested, WaiverStatus::Refused, WaiverStatus::Revoked] {
        assert!(!lifts(&Waiver { status, ..waiver() }, DURING), "{status:?}");
    }
}

#[test]
fn a_fixed_rule_is_never_lifted_even_by_a_waiver_that_stands_in_the_records() {
    let fixed = Waiver { code: Code::NET_008, ..waiver() };
    let found = Finding::error(Code::NET_008, "lost", "nothing lost");
    assert!(!fixed.lifts(&found, &subject(), time(DURING)));
    assert_eq!(fixed.validate(time("2026-01-01T00:00:00Z")).unwrap_err().code, "not-waivable");
}

#[test]
fn scope_and_narrowing_both_have_to_fit() {
    let other = EngineId(Uuid::from_u128(8));
    assert!(!lifts(&Waiver { scope: WaiverScope::Engine(other), ..waiver() }, DURING));
    assert!(lifts(&Waiver { scope: WaiverScope::Digest(digest("ab")), ..waiver() }, DURING));
    assert!(!lifts(&Waiver { scope: WaiverScope::Digest(digest("cd")), ..waiver() }, DURING));
    assert!(!lifts(&Waiver { code: Code::SEC_001, ..waiver() }, DURING));

    let narrowed = |narrowing| lifts(&Waiver { narrowing, ..waiver() }, DURING);
    let package = |text: &str| Narrowing { package: Some(text.into()), ..Narrowing::default() };
    assert!(narrowed(package("pkg:deb/debian/openssl")));
    assert!(narrowed(package("pkg:deb/debian/openssl@3.0.1")));
    assert!(!narrowed(package("pkg:deb/debian/open")));
    assert!(!narrowed(package("pkg:deb/debian/openssl@3.0")));
    let mentions = |text: &str| Narrowing { mentions: Some(text.into()), ..Narrowing::default() };
    assert!(narrowed(mentions("CVE-2026-1234")));
    assert!(!narrowed(mentions("CVE-2026-123")), "part of a longer number");
    assert!(!narrowed(Narrowing { path: Some("/etc".into()), ..package("pkg:deb/debian/openssl") }));
    let exact = |fingerprint: String| Narrowing { fingerprint: Some(fingerprint), ..Narrowing::default() };
    assert!(narrowed(exact(finding().fingerprint())));
    assert!(!narrowed(exact("0".repeat(32))));
}

#[test]
fn the_verdict_follows_and_the_finding_stays() {
    let waivers = [Waiver { narrowing: Narrowing::default(), ..waiver() }];
    let policy =
        Policy { effects: BTreeMap::from([(Code::SEC_002, Effect::Disapprove)]), ..Policy::default() };
    let rules = |now: &str| Rules { policy: &policy, waivers: &waivers, subject: subject(), now: time(now) };
    let outcome = Outcome::from_findings(vec![finding()]);
    let verdict = |now: &str| rules(now).verdict([(Check::Security, &outcome)]);
    assert_eq!(verdict(DURING), Verdict::Approved);
    assert_eq!(verdict("2027-01-01T00:00:00Z"), Verdict::Disapproved);
    let rules = rules(DURING);
    let ruling = rules.ruling(&outcome.findings()[0]);
    assert_eq!((ruling.effect, ruling.waiver.map(|one| one.id)), (Effect::Info, Some(waivers[0].id)));
}

#[test]
fn four_eyes_see_more() {
    let waiver = waiver();
    assert_eq!(waiver.refuse_own(&party("DEV@example.org")).unwrap_err().code, "own-waiver");
    assert!(waiver.refuse_own(&party("approver@example.org")).is_ok());
    let user = |number| Party { user: Some(UserId(Uuid::from_u128(number))), name: "same".into() };
    assert!(user(1).is(&user(1)) && !user(1).is(&user(2)));
}

#[test]
fn a_waiver_has_a_reason_and_an_end() {
    let now = time("2026-01-01T00:00:00Z");
    let code = |waiver: Waiver| waiver.validate(now).map_err(|rejection| rejection.code);
    assert_eq!(code(waiver()), Ok(()));
    assert_eq!(code(Waiver { reason: "  ".into(), ..waiver() }), Err("reason-required"));
    assert_eq!(code(Waiver { expires_at: now, ..waiver() }), Err("waiver-expired"));
    assert_eq!(code(Waiver { expires_at: time("2027-02-01T00:00:00Z"), ..waiver() }), Err("waiver-too-long"));
    let empty = Narrowing { path: Some(String::new()), ..Narrowing::default() };
    assert_eq!(code(Waiver { narrowing: empty, ..waiver() }), Err("malformed-waiver"));
}
