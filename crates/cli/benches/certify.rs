//! What certifying costs: our own time beside the engine's, and how fast a large image is read. `bench/run` runs it.
//!
//! Each figure is printed for people and as a line `bench NAME VALUE UNIT` for programs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a benchmark"
)]
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "it measures and prints")]

#[path = "../tests/house/mod.rs"]
mod house;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use house::{House, engine, good_manifest};
use serde_json::Value;

/// Runs of the small engine, of which the median counts.
const TIMES: usize = 7;
/// Size of the large image's files.
const LARGE_BYTES: u64 = 275 << 20;
/// What fills it: real files of the machine the benchmark runs on.
const SOURCES: [&str; 5] =
    ["/usr/bin", "/usr/lib/x86_64-linux-gnu", "/usr/lib", "/usr/share", "/usr/include"];

fn main() {
    small_engine();
    large_image();
}

fn told(name: &str, label: &str, value: f64, unit: &str) {
    println!("  {label:<58} {value:>10.1} {unit}");
    println!("bench {name} {value:.3} {unit}");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The keyword engine, from scratch: where the time of its certification goes.
fn small_engine() {
    println!("\nCertifying the from-scratch keyword engine ({TIMES} times, medians, two runs each)");
    let house = House::with_demonstration_data();
    let image = engine::packed("keyword", &house);
    let shares: Vec<[f64; 4]> = (0..TIMES).map(|_| certify_once(&house, &image)).collect();
    let share = |at: usize| median(shares.iter().map(|share| share[at]).collect());
    told("certify.wall", "from start to exit", share(0), "ms");
    told("certify.engine", "the engine's own: starting, working, stopping", share(1), "ms");
    told("certify.watch", "watching after its last answer, as the policy asks", share(2), "ms");
    told("certify.own", "all the rest: image, checks, sandbox, report", share(3), "ms");
    told("certify.own_to_engine", "ours to the engine's", share(3) / share(1), "x");
}

/// Wall time, the engine's, the watch's, and what is left for us, in ms.
fn certify_once(house: &House, image: &str) -> [f64; 4] {
    let mut command = house.assay(&["certify", image, "--quiet", "--report", "out"]);
    let begun = Instant::now();
    let output = command.output().unwrap();
    let wall = millis(begun.elapsed());
    assert!(output.status.success(), "{}", house.described(&output));
    let spans: Vec<(String, f64)> = ["run", "second-run"].iter().flat_map(|run| phases(house, run)).collect();
    let sum = |wanted: &dyn Fn(&str) -> bool| {
        spans.iter().filter(|(phase, _)| wanted(phase)).map(|(_, ms)| ms).sum::<f64>()
    };
    let (engine, watch) = (sum(&|phase| phase != "watch"), sum(&|phase| phase == "watch"));
    [wall, engine, watch, wall - engine - watch]
}

fn phases(house: &House, run: &str) -> Vec<(String, f64)> {
    let path = house.path().join("out").join(run).join("evidence.json");
    let evidence: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let spans = evidence["phases"].as_array().unwrap().iter();
    spans
        .map(|span| {
            let length = span["toMs"].as_f64().unwrap() - span["fromMs"].as_f64().unwrap();
            (span["phase"].as_str().unwrap().to_owned(), length)
        })
        .collect()
}

/// An image of the size of a Debian base with an interpreter: read cold and warm, beside plain inflating and listing.
fn large_image() {
    println!("\nReading an image of {} MB", LARGE_BYTES >> 20);
    let house = House::new();
    fill(&house.path().join("root"));
    house.file("manifest.json", good_manifest("keyword extraction"));
    let pack =
        ["pack", "root", "-o", "image", "--entrypoint", "/usr/bin/true", "--manifest", "manifest.json"];
    house.assay(&pack).assert().success();
    let layer = largest_file(&house.path().join("image/blobs/sha256"));
    let plain = median((0..3).map(|_| inflate(&layer)).collect());
    let cold = median(
        (0..3)
            .map(|_| {
                let _ = std::fs::remove_dir_all(house.path().join("data"));
                read(&house)
            })
            .collect(),
    );
    let warm = median((0..3).map(|_| read(&house)).collect());
    told("image.plain", "gzip -dc LAYER | tar -t", plain, "ms");
    told("image.cold", "certify, nothing cached: digests, unpacking, checks", cold, "ms");
    told("image.cold_to_plain", "cold to plain", cold / plain, "x");
    told("image.warm", "certify again", warm, "ms");
}

/// Copies real files until there are enough bytes.
fn fill(root: &Path) {
    for source in SOURCES {
        let target = root.join(source.trim_start_matches('/'));
        std::fs::create_dir_all(&target).unwrap();
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(source).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for entry in entries {
            if bytes_below(root) > LARGE_BYTES {
                return;
            }
            if entry.is_file() || bytes_below(&entry) < LARGE_BYTES / 4 {
                Command::new("cp").arg("-a").arg(&entry).arg(&target).stderr(Stdio::null()).status().unwrap();
            }
        }
    }
}

fn bytes_below(path: &Path) -> u64 {
    let output = Command::new("du").args(["-sb", "--"]).arg(path).stderr(Stdio::null()).output().unwrap();
    String::from_utf8_lossy(&output.stdout)
        .split_whitespace()
        .next()
        .and_then(|bytes| bytes.parse().ok())
        .unwrap_or(0)
}

fn largest_file(folder: &Path) -> PathBuf {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    files.max_by_key(|file| file.metadata().unwrap().len()).unwrap().path()
}

fn inflate(layer: &Path) -> f64 {
    let begun = Instant::now();
    let pipe = format!("gzip -dc '{}' | tar -t > /dev/null", layer.display());
    assert!(Command::new("sh").args(["-c", &pipe]).status().unwrap().success());
    millis(begun.elapsed())
}

/// Certifies the image without running it.
fn read(house: &House) -> f64 {
    let without = ["--without", "network", "--without", "build", "--without", "benchmark"];
    let mut command = house.assay(&[&["certify", "image", "--quiet"][..], &without[..]].concat());
    let begun = Instant::now();
    let output = command.output().unwrap();
    let wall = millis(begun.elapsed());
    assert_ne!(output.status.code(), Some(2), "{}", house.described(&output));
    wall
}
