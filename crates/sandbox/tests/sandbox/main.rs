//! Runs real engines in the real sandbox. The test binary is its own shim, so it brings its own `main`.
//!
//! Needs what `assay doctor` asks for: on a machine without it these tests fail and say what is missing.
// Without the standard harness the compiler does not know this for a test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

mod death;
mod engines;
mod health;
mod life;
mod limits;
mod network;
mod rootless;
mod sleep;
mod stage;
mod walls;

use std::path::Path;

use libtest_mimic::Trial;

fn main() {
    assay_sandbox::shim_main_if_asked();
    play_a_part();
    let arguments = libtest_mimic::Arguments::from_args();
    libtest_mimic::run(&arguments, tests()).exit();
}

/// Some tests need processes of their own: this program again, with a part to play.
fn play_a_part() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--oversee", folder, step] => death::oversee(Path::new(folder), step),
        ["--supervise", folder, step] => death::supervise(Path::new(folder), step),
        ["--rootless", folder, engine, ..] => rootless::run(Path::new(folder), engine, &arguments[3..]),
        _ => {}
    }
}

macro_rules! trials {
    ($($test:path),* $(,)?) => {
        vec![$(Trial::test(stringify!($test), || { $test(); Ok(()) })),*]
    };
}

fn tests() -> Vec<Trial> {
    trials![
        life::says_hello_and_ends,
        life::a_program_that_cannot_start_is_evidence,
        life::ends_are_told_apart,
        life::streams_can_be_opened_by_name,
        life::several_live_side_by_side,
        life::a_talkative_engine_is_bounded_and_not_blocked,
        walls::the_filter_denies_what_it_should,
        walls::root_changes_nothing_it_shares,
        walls::root_inside_is_nobody,
        walls::many_layers_stack_in_order,
        walls::a_hostile_image_reaches_nothing_outside,
        walls::a_run_that_cannot_be_armed_is_a_fault_and_leaves_nothing,
        limits::memory_is_limited_and_the_kill_is_named,
        limits::memory_of_its_own_is_told_from_cache,
        limits::processes_are_limited,
        limits::processor_time_is_limited,
        network::every_way_of_calling_is_seen_and_attributed,
        network::a_route_probe_makes_no_packet,
        network::everyday_work_is_no_attempt,
        network::a_lookup_is_one_event,
        sleep::a_sleeper_that_wakes_is_waited_for,
        sleep::who_naps_twice_is_waited_for_twice,
        sleep::a_sleeper_that_does_not_wake_is_told,
        sleep::a_habit_is_no_sleeper,
        death::nothing_survives_the_supervisor,
        rootless::sees_what_root_sees,
        rootless::without_a_device_it_says_so,
        rootless::runs_as_the_images_user_and_is_measured,
        rootless::nothing_survives_the_supervisor,
        health::the_canary_is_seen,
        health::a_host_without_control_groups_is_told,
    ]
}
