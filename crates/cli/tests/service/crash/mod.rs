//! The service killed at any moment while clients push, started again, and asked for everything it had promised.

mod leftovers;
mod outcome;
mod promises;
mod pusher;

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use super::house::{House, Service};
use super::random::Random;
use super::repository::digest;
use super::sample::{REPOSITORY, Sample};
use promises::Promises;

/// Clients that push at once, each to a repository of its own.
const CLIENTS: u64 = 3;
/// The longest a round goes on before the service is killed, in milliseconds.
const LONGEST: u64 = 400;

/// In every so many rounds an engine is pushed, and judged before the next one. Work that kills its workers is given up
/// after five, so no engine may meet more rounds than that leaves.
const ENGINE_EVERY: u64 = 4;
/// Clients that push without a pause are no strangers here.
const SETTINGS: [&str; 2] = ["limits.actor_burst=4000000", "limits.address_burst=4000000"];

/// What came of some rounds.
#[derive(Default, Debug)]
pub struct Tally {
    /// How often the service was killed.
    pub rounds: u64,
    /// Blobs, manifests and tags acknowledged, and found again.
    pub kept: usize,
    /// Uploads cut off in their middle and finished after the restart.
    pub resumed: usize,
    /// Engines judged in the end, each once.
    pub judged: usize,
}

/// Kills and restarts the service `rounds` times; panics when a promise is broken. The seed decides about everything but
/// the machine's own timing.
pub fn rounds(rounds: u64, seed: u64) -> Tally {
    let mut service = Service::start_in(House::with_demonstration_data(), &SETTINGS);
    let sample = Sample::of(&service);
    sample.register(&service);
    let mut random = Random(seed);
    let mut all: Vec<Promises> = (0..CLIENTS).map(|at| Promises::of(&format!("1/crash-{at}"))).collect();
    let mut engine = Promises::of(REPOSITORY);
    sample.push_blobs(&mut engine.open(service.address())).unwrap();
    let mut tally = Tally { rounds, ..Tally::default() };
    for round in 0..rounds {
        if round % ENGINE_EVERY == 0 {
            push_engine(&service, &sample, &mut engine, round);
        }
        push_until_killed(&mut service, &mut all, &mut random);
        service.start_again();
        for promises in &mut all {
            tally.resumed += promises.take_up(service.address());
            promises.check_latest(service.address());
        }
        if round % ENGINE_EVERY == ENGINE_EVERY - 1 {
            outcome::assert_all_came_to_something(&service, std::slice::from_ref(&engine));
        }
    }
    all.push(engine);
    tally.kept = all.iter_mut().map(|promises| promises.check_all(service.address())).sum();
    tally.judged = outcome::assert_all_came_to_something(&service, &all);
    leftovers::assert_none(service, usize::try_from(rounds * CLIENTS).unwrap());
    tally
}

/// Pushes the sample engine once more, as another image, so that the sandbox is at work when the service is killed.
fn push_engine(service: &Service, sample: &Sample, promises: &mut Promises, round: u64) {
    let (tag, manifest) = (format!("v{round}"), sample.variant(&round.to_string()));
    promises.open(service.address()).push_manifest(&tag, &manifest).unwrap();
    promises.accepted(&tag, &digest(&manifest), manifest.clone());
}

fn push_until_killed(service: &mut Service, all: &mut [Promises], random: &mut Random) {
    let (address, ready) = (service.address(), Barrier::new(all.len() + 1));
    thread::scope(|scope| {
        for promises in all {
            let (mut random, ready) = (Random(random.next()), &ready);
            scope.spawn(move || pusher::push_until_cut_off(address, promises, &mut random, ready));
        }
        ready.wait();
        thread::sleep(Duration::from_millis(random.below(LONGEST)));
        service.kill();
    });
}

/// Enough to meet the usual moments in every run of the tests; the benchmark goes on for longer.
#[test]
fn what_was_acknowledged_survives_a_kill_at_any_moment() {
    let tally = rounds(12, 2026);
    assert!(tally.kept > 50 && tally.judged == 3, "{tally:?}");
}
