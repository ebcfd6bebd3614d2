//! NET-008.

use super::*;

#[test]
fn nothing_unobserved_passes() {
    type Spoil = fn(&mut RunEvidence);
    let blind: [(&str, Spoil); 6] = [
        ("the observer of packets was not there", |run| {
            run.observers.retain(|it| it.instrument != Instrument::Packets);
        }),
        ("the observer of system calls was not armed all the time: no seccomp", |run| {
            run.observers[1].armed = false;
            run.observers[1].remark = Some("no seccomp".into());
        }),
        ("the observer of packets lost 3 observations", |run| run.observers[0].lost = 3),
        ("the phase `idle` was not observed", |run| run.phases.retain(|it| it.phase != Phase::Idle)),
        ("the phase `stop` was not observed", |run| run.phases.retain(|it| it.phase != Phase::Stop)),
        ("the phase `start` was not observed", |run| run.phases.clear()),
    ];
    for (expected, spoil) in blind {
        let mut run = example::run();
        spoil(&mut run);
        let found = findings(ISOLATED, &[example::run(), run]);
        assert!(found.iter().all(|finding| finding.code.as_str() == "NET-008"), "{found:?}");
        assert!(found.iter().any(|finding| finding.observed == expected), "{expected}: {found:?}");
    }
    assert_eq!(codes(&findings(ISOLATED, &[])), ["NET-008"]);
}

#[test]
fn phases_are_not_missed_where_a_run_has_none() {
    let mut crashed = example::run();
    crashed.readiness = Readiness::Exited;
    crashed.exit.unasked = true;
    crashed.phases.truncate(1);
    assert_eq!(codes(&findings(ISOLATED, &[crashed])), [] as [&str; 0]);
    let mut batch = example::run();
    batch.readiness = Readiness::NotAsked;
    batch.exit.unasked = true;
    batch.phases.retain(|span| matches!(span.phase, Phase::Start | Phase::Work));
    assert_eq!(codes(&findings(ISOLATED, &[batch])), [] as [&str; 0]);
    let mut unlimited = example::run();
    unlimited.observers.retain(|it| it.instrument != Instrument::ControlGroup);
    assert_eq!(codes(&findings(ISOLATED, &[unlimited])), [] as [&str; 0], "no observer of the network");
}
