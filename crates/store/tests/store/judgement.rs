//! Policies and waivers: read back as they were written, and not to be changed behind the back of the code.

use assay_core::ledger::{read, write};
use assay_core::policy::{PolicyName, PolicyVersion};
use assay_core::records::Page;
use assay_core::waiver::{Narrowing, Party, WaiverFilter, WaiverScope, WaiverStatus};
use assay_core::{Code, Digest, EngineId, OrgId, Refused, UserId, Waiver, WaiverId};
use uuid::Uuid;

use super::place::{Place, at};

fn version(name: &str, number: u32) -> PolicyVersion {
    let document = format!("name = \"{name}\"\n# {number}\n");
    PolicyVersion {
        name: name.into(),
        number,
        digest: Digest::sha256(document.as_bytes()),
        document,
        created_at: Some(at(i64::from(number))),
        author: "eva@example.org".into(),
        comment: "so".into(),
    }
}

fn waiver(id: u128, scope: WaiverScope) -> Waiver {
    Waiver {
        id: WaiverId(Uuid::from_u128(id)),
        org: OrgId(2),
        code: Code::SEC_002,
        narrowing: Narrowing { mentions: Some("CVE-2026-1234".into()), ..Narrowing::default() },
        scope,
        reason: "not reachable".into(),
        requester: Party { user: Some(UserId(Uuid::from_u128(9))), name: "dev@example.org".into() },
        requested_at: at(i64::try_from(id).unwrap()),
        approver: None,
        decided_at: None,
        decision: None,
        expires_at: at(1_000),
        status: WaiverStatus::Requested,
    }
}

fn granted(waiver: &Waiver) -> Waiver {
    Waiver {
        approver: Some(Party { user: None, name: "operator".into() }),
        decided_at: Some(at(50)),
        decision: Some("fine".into()),
        status: WaiverStatus::Granted,
        ..waiver.clone()
    }
}

#[test]
fn policies_are_found_by_number_and_by_being_the_newest() {
    let place = Place::new();
    write(&place.open, |records| {
        for version in [version("a", 1), version("a", 2), version("b", 1)] {
            records.insert_policy(&version)?;
        }
        Ok(())
    })
    .unwrap();
    let find = |name: &str| {
        let name: PolicyName = name.parse().unwrap();
        read(&place.open, |records| records.policy(&name)).unwrap()
    };
    assert_eq!((find("a"), find("a@1")), (Some(version("a", 2)), Some(version("a", 1))));
    assert_eq!((find("a@3"), find("c")), (None, None));
    let all = read(&place.open, |records| records.policies()).unwrap();
    assert_eq!(all, [version("a", 2), version("a", 1), version("b", 1)]);
    let again = write(&place.open, |records| records.insert_policy(&version("a", 2)));
    assert!(matches!(again, Err(Refused::Rejection(rejection)) if rejection.code == "policy-exists"));
}

#[test]
fn waivers_are_found_by_what_they_are_for() {
    let place = Place::new();
    let (engine, image) = (EngineId(Uuid::from_u128(7)), Digest::sha256(b"image"));
    let for_engine = waiver(1, WaiverScope::Engine(engine));
    let for_image = waiver(2, WaiverScope::Digest(image.clone()));
    let foreign = Waiver { org: OrgId(3), ..waiver(3, WaiverScope::Engine(engine)) };
    write(&place.open, |records| {
        for waiver in [&for_engine, &for_image, &foreign] {
            records.insert_waiver(waiver)?;
        }
        records.decide_waiver(&granted(&for_image))?;
        records.decide_waiver(&granted(&foreign))
    })
    .unwrap();
    let counting = |digests: &[Digest]| {
        read(&place.open, |records| records.granted_waivers(OrgId(2), Some(engine), digests)).unwrap()
    };
    assert_eq!(counting(&[]), [], "asked for is not granted, and another organization's is not ours");
    assert_eq!(counting(std::slice::from_ref(&image)), [granted(&for_image)]);
    let list = |filter: WaiverFilter| {
        let page = Page { offset: 0, limit: 10 };
        let found = read(&place.open, |records| records.waivers(&filter, page)).unwrap();
        found.into_iter().map(|waiver| waiver.id).collect::<Vec<_>>()
    };
    let of_org = WaiverFilter { org: Some(OrgId(2)), ..WaiverFilter::default() };
    assert_eq!(list(of_org.clone()), [for_image.id, for_engine.id], "newest first");
    let status = Some(WaiverStatus::Requested);
    assert_eq!(list(WaiverFilter { status, ..of_org }), [for_engine.id]);
    let digest = Some(image);
    assert_eq!(list(WaiverFilter { digest, ..WaiverFilter::default() }), [for_image.id]);
    assert_eq!(
        list(WaiverFilter { engine: Some(engine), ..WaiverFilter::default() }),
        [foreign.id, for_engine.id]
    );
}

/// Whatever writes to the file, what people have decided by stays as it was.
#[test]
fn the_file_itself_refuses_changes() {
    let place = Place::new();
    let asked = waiver(1, WaiverScope::Engine(EngineId(Uuid::from_u128(7))));
    write(&place.open, |records| {
        records.insert_policy(&version("a", 1))?;
        records.insert_waiver(&asked)
    })
    .unwrap();
    let raw = rusqlite::Connection::open(place.file()).unwrap();
    for change in [
        "UPDATE policy SET document = ''",
        "DELETE FROM policy",
        "UPDATE waiver SET reason = 'another'",
        "UPDATE waiver SET expires_at = expires_at + 1",
        "UPDATE waiver SET code = 'NET-001'",
        "DELETE FROM waiver",
        "INSERT INTO waiver SELECT 'x', org, code, narrowing, engine, 'sha256:x', reason, requester, requested_at, \
         approver, decided_at, decision, expires_at, status FROM waiver",
    ] {
        assert!(raw.execute(change, []).is_err(), "{change}");
    }
    assert_eq!(read(&place.open, |records| records.waiver(asked.id)).unwrap(), Some(asked));
}
