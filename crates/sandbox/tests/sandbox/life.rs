//! Start, output, end.

use assay_core::run::{Instrument, Stream};

use crate::stage::{Stage, armed, lines};

pub(crate) fn says_hello_and_ends() {
    let stage = Stage::new();
    let mut plan = stage.plan("hello");
    plan.process.user = String::new();
    let evidence = stage.run(&plan);
    assert_eq!(lines(&evidence, Stream::Stdout), ["out hello"]);
    assert_eq!(lines(&evidence, Stream::Stderr), ["err 0 2"]);
    assert_eq!((evidence.exit.code, evidence.exit.unasked), (Some(7), true));
    assert_eq!(evidence.files_written, ["/work.txt"]);
    for instrument in [Instrument::Packets, Instrument::SystemCalls, Instrument::ControlGroup] {
        armed(&evidence, instrument);
    }
    let metering = &evidence.metering;
    assert!(
        metering.setup_micros > 0 && metering.cpu_micros > Some(0) && metering.peak_bytes > Some(0),
        "{metering:?}"
    );
    println!("setup {} us, teardown {} us", metering.setup_micros, metering.teardown_micros);
}

pub(crate) fn a_program_that_cannot_start_is_evidence() {
    let stage = Stage::new();
    for (argv, user, cwd, expected) in [
        ("/missing", "0", "/", "cannot start `/missing`: No such file or directory"),
        ("missing", "0", "/", "cannot start `missing`: No such file or directory"),
        ("", "0", "/", "cannot start ``: No such file or directory"),
        ("/tmp", "0", "/", "cannot start `/tmp`: Permission denied"),
        ("/engine", "ghost", "/", "the image has no user `ghost`"),
        ("/engine", "0:ghosts", "/", "the image has no group `ghosts`"),
        ("/engine", "0", "/engine/x", "cannot start `/engine`: Not a directory"),
    ] {
        let mut plan = stage.plan("hello");
        plan.process.argv = vec![argv.into()];
        plan.process.user = user.into();
        plan.process.cwd = cwd.into();
        let evidence = stage.run(&plan);
        let said = lines(&evidence, Stream::Stderr).join("\n");
        assert!(said.starts_with(expected), "{said}");
        assert_eq!((evidence.exit.code, evidence.exit.unasked), (Some(127), true), "{argv}");
    }
}

pub(crate) fn ends_are_told_apart() {
    let stage = Stage::new();
    let crash = stage.run_with("worker", &["crash"]).exit;
    assert_eq!((crash.signal, crash.unasked, crash.out_of_memory), (Some(libc::SIGSEGV), true, false));
    let mut plan = stage.plan_with("worker", &["wait"]);
    plan.timing.work = std::time::Duration::from_millis(200);
    let polite = stage.run(&plan).exit;
    assert_eq!((polite.signal, polite.unasked, polite.killed), (Some(libc::SIGTERM), false, false));
    assert!(polite.stop_ms.is_some());
    let mut plan = stage.plan_with("worker", &["stubborn", "", "leave", "", "wait"]);
    plan.timing.work = std::time::Duration::from_millis(200);
    plan.timing.stop = std::time::Duration::from_millis(200);
    let stubborn = stage.run(&plan).exit;
    assert_eq!((stubborn.signal, stubborn.killed, stubborn.left_behind), (Some(libc::SIGKILL), true, 1));
}

pub(crate) fn a_talkative_engine_is_bounded_and_not_blocked() {
    let stage = Stage::new();
    let mut plan = stage.plan_with("worker", &["shout", "200000", "exit", "5"]);
    plan.limits.log_bytes = 64 << 10;
    let evidence = stage.run(&plan);
    assert_eq!(evidence.exit.code, Some(5));
    let kept: usize = evidence.logs.iter().map(|line| line.text.len()).sum();
    assert!(kept <= 64 << 10, "{kept}");
    assert_eq!(evidence.log_bytes_dropped + kept as u64, 200_000 * 32);
}

pub(crate) fn several_live_side_by_side() {
    let stage = Stage::new();
    let plans: Vec<_> =
        (0..8).map(|number| stage.plan_with("worker", &["exit", &number.to_string()])).collect();
    std::thread::scope(|scope| {
        let runs: Vec<_> = plans.iter().map(|plan| scope.spawn(|| stage.run(plan))).collect();
        for (number, run) in (0..).zip(runs) {
            assert_eq!(run.join().unwrap().exit.code, Some(number));
        }
    });
}

pub(crate) fn streams_can_be_opened_by_name() {
    let stage = Stage::new();
    let evidence =
        stage.run_with("worker", &["put", "/dev/stderr", "put", "/dev/stdout", "put", "/dev/null"]);
    let said = lines(&evidence, Stream::Stdout).join("\n");
    for name in ["/dev/stderr", "/dev/stdout", "/dev/null"] {
        assert!(said.contains(&format!("put {name}: done")), "{said}");
    }
    assert_eq!(lines(&evidence, Stream::Stderr), ["1"]);
}
