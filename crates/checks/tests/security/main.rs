//! The security check: importing advisories, reading images, judging.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests"
)]

mod completeness;
mod data;
mod import;
mod packages;
mod tampering;
mod thresholds;

use assay_checks::security::{Database, SecurityResult, check};
use assay_core::{Code, Policy, Severity, Silent};
use assay_image::{OpenOptions, PackLayer, PackSpec, Store};
use jiff::Timestamp;
use md5::{Digest as _, Md5};

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn scan(layers: Vec<PackLayer>, database: Option<&Database>) -> SecurityResult {
    scan_under(&Policy::default(), layers, database)
}

fn scan_under(policy: &Policy, layers: Vec<PackLayer>, database: Option<&Database>) -> SecurityResult {
    let home = tempfile::tempdir().unwrap();
    let spec = layers.into_iter().fold(PackSpec::new(), PackSpec::layer).entrypoint(["/engine"]);
    let layout = home.path().join("image");
    assay_image::pack(&spec, &layout).unwrap();
    let store = Store::open(&home.path().join("store")).unwrap();
    let opened =
        assay_image::open(layout.to_str().unwrap(), &OpenOptions::default(), &store, &Silent).unwrap();
    check(&opened.image.unwrap().view, database, policy, now())
}

/// The scan of one layer by the demonstration data.
fn demonstrated(layer: PackLayer) -> SecurityResult {
    scan(vec![layer], Some(&Database::demonstration().unwrap()))
}

fn errors(result: &SecurityResult) -> Vec<(Code, &str)> {
    let errors = result.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| (finding.code, finding.observed.as_str())).collect()
}

/// Every SEC-004 error names this, and there is at least one.
fn holds(result: &SecurityResult, words: &str) {
    let held: Vec<(Code, &str)> = errors(result);
    assert!(
        held.iter().any(|(code, observed)| *code == Code::SEC_004 && observed.contains(words)),
        "{held:?}"
    );
}

const STATUS: &str = "/var/lib/dpkg/status";

fn debian(release: &str) -> PackLayer {
    let text = format!("PRETTY_NAME=\"Debian\"\nID=debian\nVERSION_ID=\"{release}\"\n");
    PackLayer::new()
        .file("/usr/lib/os-release", text, 0o644)
        .symlink("/etc/os-release", "../usr/lib/os-release")
}

fn stanza(name: &str, version: &str, more: &str) -> String {
    format!(
        "Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n{more}Description: x\n y\n\n"
    )
}

fn sum(bytes: &str) -> String {
    Md5::digest(bytes.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn metadata(name: &str, version: &str) -> String {
    format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nName: not me\n")
}
