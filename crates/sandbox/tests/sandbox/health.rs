//! The doctor's word on this machine.

use assay_sandbox::Health;

use crate::stage::Stage;

pub(crate) fn the_canary_is_seen() {
    let facts = Stage::new().sandbox.examine();
    assert_eq!(facts.len(), 7);
    for fact in facts {
        assert_eq!(fact.health, Health::Good, "{fact:?}");
    }
}

pub(crate) fn a_host_without_control_groups_is_told() {
    let stage = Stage::with(|options| options.control_groups = false);
    let facts = stage.sandbox.examine();
    let weak: Vec<_> = facts.iter().filter(|fact| fact.health != Health::Good).collect();
    let [fact] = weak[..] else { panic!("{weak:?}") };
    assert_eq!((fact.name, fact.health), ("control groups", Health::Weak));
    assert!(fact.mend.is_some());
}
