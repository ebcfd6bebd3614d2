//! From a push to its verdict: what the service adds to the engine's own time, and what a re-push costs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::Value;

use crate::figures::median;
use crate::house::{ADMIN, House, Service};
use crate::http::Connection;
use crate::image::Layer;
use crate::random::Random;
use crate::repository::{Repository, digest, manifest};
use crate::sample::{REPOSITORY, Sample};

/// Pushes of each kind, of which the median counts.
const TIMES: usize = 7;
/// How long a verdict may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often is asked whether it is there. The times themselves are the service's own, so that asking may be rare.
const PAUSE: Duration = Duration::from_millis(100);
/// The event of the security result.
const SECURITY: &str = "EngineBuildVulnerabilityChecked";
/// The event of the verdict.
const VERDICT: &str = "EngineBuildTestReportDone";
/// Size of the large image's base, unpacked.
const BASE: u64 = 274 << 20;
/// Size of the layer that changes.
const CHANGED: usize = 1 << 20;
/// What fills the base up beside a small Debian: real files of this machine.
const SOURCES: [&str; 4] = ["/usr/bin", "/usr/lib/x86_64-linux-gnu", "/usr/lib", "/usr/share"];

/// Measures and tells.
pub fn measure() {
    println!("\nFrom the accepted manifest to the stored verdict ({TIMES} times, medians)");
    let desk = Desk::open();
    let small: Vec<Way> = (0..TIMES as u64).map(|seed| desk.judged(&[], seed)).collect();
    tell("verdict.small", "a from-scratch engine", &small);
    let base = desk.base();
    let first = desk.judged(std::slice::from_ref(&base), 100);
    println!("  the large image for the first time: security after {:.0} ms", first.security);
    let again: Vec<Way> =
        (0..TIMES as u64).map(|seed| desk.judged(std::slice::from_ref(&base), 101 + seed)).collect();
    tell("verdict.again", "275 MB again with one changed layer of 1 MB", &again);
}

fn tell(name: &str, label: &str, ways: &[Way]) {
    let shares: [(&str, &str, Share); 4] = [
        ("security", "to the security result", |way| way.security),
        ("verdict", "to the verdict", |way| way.verdict),
        ("engine", "the engine's own share of that", |way| way.engine),
        ("own", "ours", |way| way.verdict - way.engine),
    ];
    println!("  {label}");
    for (part, words, share) in shares {
        let value = median(ways.iter().map(share).collect());
        println!("    {words:<44} {value:>10.1} ms");
        println!("bench {name}.{part} {value:.3} ms");
    }
}

/// One of the times, read off a way.
type Share = fn(&Way) -> f64;

/// Times after the manifest was accepted, in ms.
struct Way {
    security: f64,
    verdict: f64,
    /// Starting, working, stopping and being watched, over both runs.
    engine: f64,
}

/// A service that knows the sample engine, and who pushes to it.
struct Desk {
    service: Service,
    sample: Sample,
    key: String,
}

impl Desk {
    fn open() -> Self {
        let service = Service::start_in(House::with_demonstration_data(), &crate::server::SETTINGS);
        let sample = Sample::of(&service);
        sample.register(&service);
        let key = service.key(&["read"]);
        Self { service, sample, key }
    }

    /// Pushes the engine above these layers, in a layer of its own that was never seen, and waits for the verdict.
    fn judged(&self, below: &[Layer], seed: u64) -> Way {
        let layers = [below, &[self.engine_layer(seed)]].concat();
        let mut repository = Repository::at(self.service.address(), REPOSITORY, Some(ADMIN)).unwrap();
        for layer in &layers {
            if repository.digest_of_blob(&layer.digest).unwrap().is_none() {
                repository.push_as_stream(&layer.digest, &layer.bytes()).unwrap();
            }
        }
        let config = self.configuration(&layers);
        repository.push(&digest(&config), &config).unwrap();
        let named: Vec<_> = layers.iter().map(|layer| (layer.digest.clone(), layer.size)).collect();
        let manifest = manifest((&digest(&config), config.len()), &named, &seed.to_string());
        repository.push_manifest(&format!("v{seed}"), &manifest).unwrap();
        self.way(&self.wait_for(&digest(&manifest)))
    }

    fn engine_layer(&self, seed: u64) -> Layer {
        let folder = self.service.house.path().join(format!("root-{seed}"));
        let copied = Command::new("cp").arg("-a").arg(&self.sample.root).arg(&folder).status().unwrap();
        assert!(copied.success());
        std::fs::create_dir_all(folder.join("var")).unwrap();
        let manifest = serde_json::to_vec(&self.sample.engine_manifest()).unwrap();
        std::fs::write(folder.join("var/manifest.json"), manifest).unwrap();
        std::fs::write(folder.join("weights"), Random(seed).bytes(CHANGED)).unwrap();
        Layer::of(&folder, self.service.house.path().join(format!("root-{seed}.tar.gz")))
    }

    /// The sample's configuration with other layers.
    fn configuration(&self, layers: &[Layer]) -> Vec<u8> {
        let config = self.sample.blobs.last().unwrap();
        let mut config: Value = serde_json::from_slice(config).unwrap();
        config["rootfs"]["diff_ids"] = layers.iter().map(|layer| layer.inner.clone()).collect();
        config.as_object_mut().unwrap().remove("history");
        serde_json::to_vec(&config).unwrap()
    }

    /// A layer of a base system with its packages, and more.
    fn base(&self) -> Layer {
        let folder = self.service.house.path().join("base");
        let build = gallery::folder().join("python-sentiment/build.sh");
        let built = Command::new("sh").arg(build).arg(&folder).stdout(Stdio::null()).status().unwrap();
        assert!(built.success());
        fill(&folder);
        Layer::of(&folder, self.service.house.path().join("base.tar.gz"))
    }

    /// Asks until the push is a build with a verdict, whichever, and gives the build's report.
    fn wait_for(&self, digest: &str) -> Value {
        let begun = Instant::now();
        loop {
            let told = self.ask(&format!("/v3/pushes/{REPOSITORY}@{digest}"));
            assert!(begun.elapsed() < PATIENCE && told["state"] != "unattributed", "{told}");
            if let Some(build) = told["builds"][0]["id"].as_str() {
                let report = self.ask(&format!("/v3/builds/{build}/report.json"));
                if event(&report, VERDICT).is_some() {
                    return report;
                }
            }
            thread::sleep(PAUSE);
        }
    }

    fn ask(&self, target: &str) -> Value {
        let mut connection = Connection::to(self.service.address());
        connection.authorization = Some(format!("Bearer {}", self.key));
        let answer = connection.ask("GET", target, &[], b"").unwrap().expect(200).unwrap();
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// Reads a build's way from its report and evidence.
    fn way(&self, report: &Value) -> Way {
        let at = |name: &str| event(report, name).unwrap_or_else(|| panic!("no {name} in {report}"));
        let begun = at("EngineBuildUpload");
        let after = |name: &str| at(name).duration_since(begun).as_secs_f64() * 1e3;
        let build = report["build"].as_str().unwrap();
        Way { security: after(SECURITY), verdict: after(VERDICT), engine: self.engine_time(build) }
    }

    /// What the runs of the build took from the engine's start to the end of the watch over it.
    fn engine_time(&self, build: &str) -> f64 {
        let folder = format!("/v3/builds/{build}/evidence");
        let listed = self.ask(&folder);
        let names = listed["files"].as_array().unwrap().iter().map(|file| file["file"].as_str().unwrap());
        let runs: Vec<&str> = names.filter(|name| name.ends_with("run/evidence.json")).collect();
        assert_eq!(runs.len(), 2, "{listed}");
        runs.iter().map(|run| length(&self.ask(&format!("{folder}/{run}")))).sum()
    }
}

/// When the build of this report met an event.
fn event(report: &Value, name: &str) -> Option<Timestamp> {
    let events = report["lifecycle"]["events"].as_array()?;
    let event = events.iter().find(|event| event["name"] == name)?;
    event["at"].as_str()?.parse().ok()
}

/// How long a run took, phase by phase.
fn length(evidence: &Value) -> f64 {
    let spans = evidence["phases"].as_array().unwrap().iter();
    spans.map(|span| span["toMs"].as_f64().unwrap() - span["fromMs"].as_f64().unwrap()).sum()
}

/// Copies real files until there are enough bytes.
fn fill(root: &Path) {
    for source in SOURCES {
        let target = root.join("opt").join(source.trim_start_matches('/'));
        std::fs::create_dir_all(&target).unwrap();
        let entries = std::fs::read_dir(source).unwrap();
        let mut entries: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for entry in entries {
            if bytes_below(root) > BASE {
                return;
            }
            if entry.is_file() || bytes_below(&entry) < BASE / 4 {
                Command::new("cp").arg("-a").arg(&entry).arg(&target).stderr(Stdio::null()).status().unwrap();
            }
        }
    }
}

fn bytes_below(path: &Path) -> u64 {
    let output = Command::new("du").args(["-sb", "--"]).arg(path).stderr(Stdio::null()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    told.split_whitespace().next().and_then(|bytes| bytes.parse().ok()).unwrap_or(0)
}
