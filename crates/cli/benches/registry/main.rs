//! The service as a registry, beside Debian's `docker-registry` in the same run, and how it bears being killed:
//! `bench/registry` runs it. Words on the command line choose parts of it.
//!
//! Each figure is printed for people and as a line `bench NAME VALUE UNIT` for programs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a benchmark"
)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "it measures and prints"
)]
#![allow(missing_docs, unreachable_pub, dead_code, reason = "parts are shared with tests")]

#[path = "../../tests/service/crash/mod.rs"]
mod crash;
mod figures;
mod flood;
#[path = "../../tests/service/house.rs"]
mod house;
#[path = "../../tests/service/http.rs"]
mod http;
mod image;
mod measure;
mod process;
#[path = "../../tests/service/random.rs"]
mod random;
#[path = "../../tests/service/repository.rs"]
mod repository;
#[path = "../../tests/service/sample.rs"]
mod sample;
mod server;
mod verdict;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use figures::Values;
use server::Server;

/// Rounds, in each of which both servers have their turn.
const ROUNDS: u64 = 3;
/// Above this share of foreign work, in percent, figures are to be read with care.
const QUIET: f64 = 20.0;

/// How often the service is killed, and the seed that decides when.
const CRASHES: (u64, u64) = (200, 1);

fn main() {
    let parts: [(&str, fn()); 3] =
        [("compare", compare), ("verdict", verdict::measure), ("crash", crash_often)];
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for (name, part) in parts {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            part();
        }
    }
}

/// Every figure beside the reference's.
fn compare() {
    let work = tempfile::tempdir().unwrap();
    let (mut reference, mut ours) = (Values::default(), Values::default());
    for round in 1..=ROUNDS {
        println!("\nRound {round} of {ROUNDS}");
        // Layers of this round's own: a server of the round before cannot have left them in a cache.
        let layers = image::six_layers(work.path(), round * 1000);
        let layout = work.path().join(format!("layout-{round}"));
        image::layout(&layout, &layers);
        let take = |server: Server, name: &str, seed: u64, values: &mut Values| {
            let busy = process::host_busy();
            let note = if busy > QUIET { " (read the figures with care)" } else { "" };
            println!("  {name}: others use {busy:.0} % of the machine{note}");
            println!("bench registry.host_busy.{name}.{round} {busy:.1} %");
            measure::all(&server, &layers, &layout, seed, values);
        };
        take(Server::reference(), "reference", round * 2, &mut reference);
        take(Server::ours(), "ours", round * 2 + 1, &mut ours);
    }
    let missed = figures::tell(&reference, &ours);
    println!("bench registry.missed {missed} bars");
}

/// Nothing acknowledged may be lost, however often the service is killed.
fn crash_often() {
    let (rounds, seed) = CRASHES;
    println!("\nKilling the service {rounds} times while clients push (seed {seed})");
    let tally = crash::rounds(rounds, seed);
    println!(
        "  kept: {} blobs, manifests and tags; resumed: {} uploads; lost: none",
        tally.kept, tally.resumed
    );
    println!("bench crash.rounds {} rounds", tally.rounds);
    println!("bench crash.kept {} records", tally.kept);
    println!("bench crash.resumed {} uploads", tally.resumed);
    println!("bench crash.judged {} engines", tally.judged);
}

/// Control groups of ours.
fn groups(folder: &Path) -> BTreeSet<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.map(|entry| entry.path()).filter(|path| path.is_dir() && !path.is_symlink());
    let ours =
        |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("assay-"));
    folders.flat_map(|path| if ours(&path) { BTreeSet::from([path]) } else { groups(&path) }).collect()
}
