//! Sleepers are waited for, habits are not, and what does not wake is told.

use std::time::Duration;

use crate::stage::{MachineClock, Stage};
use assay_core::Clock;
use assay_core::run::RunEvidence;

fn watched(arguments: &[&str], sleep: Duration) -> (RunEvidence, Duration) {
    let stage = Stage::new();
    let mut plan = stage.plan_with("worker", arguments);
    plan.timing.work = Duration::from_millis(1500);
    plan.timing.sleep = sleep;
    let clock = MachineClock::default();
    let evidence = stage.run(&plan);
    (evidence, clock.elapsed())
}

pub(crate) fn a_sleeper_that_wakes_is_waited_for() {
    let (evidence, _) = watched(&["thread-sleep", "3500", "wait"], Duration::from_secs(20));
    assert!(evidence.sleepers.is_empty(), "{:?}", evidence.sleepers);
    let watch = evidence.phases.iter().find(|span| span.phase == assay_core::run::Phase::Watch).unwrap();
    assert!(watch.to_ms >= 3500, "{watch:?}");
}

pub(crate) fn who_naps_twice_is_waited_for_twice() {
    let (evidence, _) = watched(&["thread-naps", "1600", "wait"], Duration::from_secs(20));
    let watch = evidence.phases.iter().find(|span| span.phase == assay_core::run::Phase::Watch).unwrap();
    assert!(watch.to_ms >= 3200, "{watch:?}");
}

pub(crate) fn a_sleeper_that_does_not_wake_is_told() {
    for (how, call) in [
        ("thread-sleep", "clock_nanosleep"),
        ("thread-until", "clock_nanosleep"),
        ("thread-condition", "futex"),
        ("thread-poll", "poll"),
        ("thread-timer", "timerfd"),
    ] {
        let (evidence, took) = watched(&[how, "120000", "wait"], Duration::from_secs(40));
        let [sleeper] = &evidence.sleepers[..] else { panic!("{how}: {:?}", evidence.sleepers) };
        assert!((90_000..=120_000).contains(&sleeper.asked_ms), "{how}: {sleeper:?}");
        assert!(sleeper.process.starts_with("/engine"), "{how}: {sleeper:?}");
        assert!(sleeper.call.ends_with(call), "{how}: {sleeper:?}");
        assert!(took < Duration::from_secs(30), "{how} cannot wake in time, so waiting is idle: {took:?}");
    }
}

pub(crate) fn a_habit_is_no_sleeper() {
    let (evidence, took) = watched(&["thread-beat", "", "wait"], Duration::from_secs(20));
    assert!(evidence.sleepers.is_empty(), "{:?}", evidence.sleepers);
    assert!(took < Duration::from_secs(15), "{took:?}");
}
