//! Ceilings hold and are named.

use assay_core::run::Stream;

use crate::stage::{Stage, lines};

pub(crate) fn memory_is_limited_and_the_kill_is_named() {
    let stage = Stage::new();
    let mut plan = stage.plan_with("worker", &["eat", "200"]);
    plan.limits.memory_bytes = 64 << 20;
    let evidence = stage.run(&plan);
    assert!(evidence.exit.out_of_memory, "{:?}", evidence.exit);
    assert_eq!(evidence.exit.signal, Some(libc::SIGKILL));
    let peak = evidence.metering.peak_bytes.unwrap();
    assert!((32 << 20..=64 << 20).contains(&peak), "{peak}");
}

pub(crate) fn memory_of_its_own_is_told_from_cache() {
    let stage = Stage::new();
    let mut plan = stage.plan_with("worker", &["eat", "40", "fill", "/tmp/file", "sleep", "300"]);
    plan.limits.scratch_bytes = 20 << 20;
    let evidence = stage.run(&plan);
    assert!(!evidence.exit.out_of_memory);
    let said = lines(&evidence, Stream::Stdout).join("\n");
    assert!(said.contains("fill /tmp/file: 1") && said.contains("No space left on device"), "{said}");
    let (own, cache) =
        (evidence.metering.peak_anonymous_bytes.unwrap(), evidence.metering.peak_cache_bytes.unwrap());
    assert!((35 << 20..60 << 20).contains(&own), "{own}");
    assert!((15 << 20..30 << 20).contains(&cache), "{cache}");
}

pub(crate) fn processes_are_limited() {
    let stage = Stage::new();
    let mut plan = stage.plan_with("worker", &["bomb"]);
    plan.limits.processes = 20;
    let metering = stage.run(&plan).metering;
    assert!(metering.process_limit_hit, "{metering:?}");
    assert!(metering.peak_processes <= Some(20), "{metering:?}");
}

pub(crate) fn processor_time_is_limited() {
    let stage = Stage::new();
    let mut plan = stage.plan_with("spinner", &[]);
    plan.limits.cpus = 0.25;
    plan.timing.work = std::time::Duration::from_secs(1);
    let evidence = stage.run(&plan);
    let lived_ms = evidence.phases.last().unwrap().to_ms;
    let used_ms = evidence.metering.cpu_micros.unwrap() / 1000;
    // A quarter of the time it lived, and a period's grace at either end.
    assert!(used_ms <= lived_ms / 4 + 200, "{used_ms} of {lived_ms} ms");
}
