//! Messages to send.

use assay_app::notice::{BuildFacts, Findings, Letter, Matter, Message, Occasion, Told, Tone, Words};
use assay_core::build::LifecycleEvent;
use assay_core::notice::{Audience, DeliveryId};
use assay_core::report::ReportedFinding;
use assay_core::{BuildId, Code, Effect, EngineId, Finding, OrgId, Place, UserId, outcome::Check};
use uuid::Uuid;

pub(super) const BUILD: BuildId = BuildId(Uuid::from_u128(0xb));

pub(super) fn digest() -> assay_core::Digest {
    format!("sha256:{:064x}", 0xabc).parse().unwrap()
}

/// A build failed.
pub(super) fn message(letter: Option<Letter>) -> Message {
    let event = LifecycleEvent {
        sequence: 17,
        at: "2026-03-01T12:00:00Z".parse().unwrap(),
        name: "EngineBuildTestReportDone".into(),
        engine: EngineId(Uuid::from_u128(0xe)),
        build: Some(BUILD),
        org: OrgId(7),
        from: Some("pending".into()),
        to: "disapproved".into(),
        user: Some(UserId(Uuid::from_u128(0xc))),
        actor: "system".into(),
        reason: Some("NET-001: it looked for a host".into()),
        details: serde_json::json!({ "success": false, "event": "certificationFailed", "secret": "inside" }),
    };
    let build =
        BuildFacts { number: 3, digest: Some(digest()), reference: "registry.example/7/parrot:v1".into() };
    Message {
        id: DeliveryId("msg_0123456789abcdef".into()),
        event_id: "evt_fedcba9876543210".into(),
        name: event.name.clone(),
        at: event.at,
        org: event.org,
        matter: Matter::Step(Box::new(Told {
            event,
            engine: "Parrot".into(),
            slug: "parrot".into(),
            build: Some(build),
            report: Some(digest()),
        })),
        letter,
    }
}

pub(super) fn words(headline: &str) -> Words {
    Words {
        tone: Tone::Bad,
        verdict: "Not approved",
        headline: headline.into(),
        summary: "The certification found something that the policy does not let pass.".into(),
        reason: Some("first line\nsecond line".into()),
        next: vec!["Mend what is listed below.".into()],
        then: vec!["Nothing that is live has changed.".into()],
    }
}

pub(super) fn letter(words: Words, findings: Vec<Finding>) -> Letter {
    let reported = |finding| ReportedFinding {
        id: "F1".into(),
        stage: Check::Network,
        effect: Effect::Disapprove,
        docs: "docs/checks.md#net-001".into(),
        fingerprint: String::new(),
        waiver: None,
        finding,
    };
    let findings = Findings {
        top: findings.into_iter().map(reported).collect(),
        more: 2,
        warnings: 1,
        checks: vec![("network".into(), "failed".into()), ("manifest".into(), "passed".into())],
        vulnerabilities: [("High".to_owned(), 3), ("Low".to_owned(), 0)].into(),
        policy: "default@1".into(),
    };
    Letter {
        audience: Audience::Developer,
        occasion: Some(Occasion::CertificationFailed),
        organization: "Acme".into(),
        words,
        findings: Some(findings),
    }
}

pub(super) fn finding(observed: &str) -> Finding {
    Finding::error(Code::NET_001, observed, "no attempt to reach anything")
        .at(Place::pointer("/var/manifest.json", "/externalCalls").line_column(4, 3))
        .fix("declare the host, or do without it")
}
