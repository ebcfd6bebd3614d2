//! Hygiene on real images, packed and opened as any other.

use assay_core::manifest::EngineMode;
use assay_core::{Code, Finding, Severity, Silent};
use assay_image::{Image, OpenOptions, PackLayer, PackSpec, Store, open, pack};
use jiff::Timestamp;

use super::*;

/// Keeps the folders of an opened image alive.
struct Opened {
    image: Image,
    _store: Store,
    _dir: tempfile::TempDir,
}

fn opened(spec: &PackSpec) -> Opened {
    let dir = tempfile::tempdir().unwrap();
    let layout = dir.path().join("layout");
    pack(spec, &layout).unwrap();
    let store = Store::open(&dir.path().join("store")).unwrap();
    let reference = format!("oci:{}", layout.display());
    let opened = open(&reference, &OpenOptions::default(), &store, &Silent).unwrap();
    assert_eq!(opened.findings, []);
    Opened { image: opened.image.unwrap(), _store: store, _dir: dir }
}

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn judged(spec: &PackSpec, policy: &Policy) -> Hygiene {
    check(&opened(spec).image, None, &EngineProfile::default(), policy, now()).unwrap()
}

fn findings(spec: &PackSpec) -> Vec<Finding> {
    judged(spec, &Policy::default()).findings
}

/// The findings of one rule.
fn under(code: Code, spec: &PackSpec) -> Vec<Finding> {
    findings(spec).into_iter().filter(|finding| finding.code == code).collect()
}

/// The head of an executable for a machine, with a loader when one is named.
fn elf(machine: u16, loader: &str) -> Vec<u8> {
    let mut head = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    head.extend(2_u16.to_le_bytes());
    head.extend(machine.to_le_bytes());
    head.extend(1_u32.to_le_bytes());
    head.extend([0; 8]);
    head.extend(64_u64.to_le_bytes());
    head.extend([0; 12]);
    head.extend(64_u16.to_le_bytes());
    head.extend(56_u16.to_le_bytes());
    head.extend(u16::from(!loader.is_empty()).to_le_bytes());
    head.extend([0; 6]);
    head.extend(3_u32.to_le_bytes());
    head.extend(4_u32.to_le_bytes());
    head.extend(120_u64.to_le_bytes());
    head.extend([0; 16]);
    let length = loader.len() as u64 + 1;
    head.extend(length.to_le_bytes());
    head.extend(length.to_le_bytes());
    head.extend(1_u64.to_le_bytes());
    head.extend(loader.bytes());
    head.push(0);
    head
}

const AMD64: u16 = 62;
const ARM64: u16 = 183;

fn spec(layer: PackLayer) -> PackSpec {
    PackSpec::new().layer(layer).entrypoint(["/engine"]).user("65534:65534")
}

fn good() -> PackLayer {
    PackLayer::new().file("/engine", elf(AMD64, ""), 0o755)
}

#[test]
fn an_image_from_scratch_draws_one_remark() {
    let findings = findings(&spec(good()));
    let told: Vec<_> = findings.iter().map(|finding| (finding.code, finding.severity)).collect();
    assert_eq!(told, [(Code::IMG_008, Severity::Info)]);
}

#[test]
fn entry_points_that_start() {
    let script = |line: &str| PackLayer::new().file("/engine", line.as_bytes(), 0o755);
    let shell =
        |layer: PackLayer| layer.file("/usr/bin/dash", elf(AMD64, ""), 0o755).symlink("/bin", "usr/bin");
    let good = [
        spec(good()),
        spec(PackLayer::new().file("/opt/e", elf(AMD64, ""), 0o755).symlink("/engine", "opt/e")),
        spec(good().file("/engine", elf(AMD64, "/lib64/ld.so"), 0o755).file(
            "/lib64/ld.so",
            elf(AMD64, ""),
            0o755,
        )),
        spec(shell(script("#!/bin/dash -e\n"))),
        spec(shell(script("#! /usr/bin/env -S dash\n").file("/usr/bin/env", elf(AMD64, ""), 0o755))),
        spec(good()).entrypoint(["/app/engine", "/engine", "--serve"]),
        spec(good()).entrypoint(["engine"]).env("PATH", "/nowhere:/"),
        spec(PackLayer::new().file("/app/run", elf(AMD64, ""), 0o755))
            .entrypoint(["./run"])
            .working_dir("/app"),
        spec(good().owner("/engine", 65534, 0)).user("65534"),
    ];
    for spec in good {
        assert_eq!(under(Code::IMG_005, &spec), [], "{spec:?}");
    }
}

#[test]
fn entry_points_that_do_not_start() {
    let script = |line: &str| PackLayer::new().file("/engine", line.as_bytes(), 0o755);
    let private = good().file("/engine", elf(AMD64, ""), 0o700);
    let bad = [
        (spec(good()).entrypoint([""; 0]), "names no command"),
        (spec(good()).entrypoint(["/missing"]), "does not exist"),
        (spec(good().symlink("/link", "/gone")).entrypoint(["/link"]), "points to `/gone`"),
        (spec(good().folder("/opt", 0o755)).entrypoint(["/opt"]), "is a folder"),
        (spec(PackLayer::new().file("/engine", elf(AMD64, ""), 0o644)), "is not executable (mode 0644)"),
        (spec(private), "may not be executed by the user 65534:65534 (mode 0700, owner 0:0)"),
        (spec(PackLayer::new().file("/engine", elf(ARM64, ""), 0o755)), "is built for arm64"),
        (
            spec(PackLayer::new().file("/engine", elf(AMD64, "/lib/ld-musl.so"), 0o755)),
            "needs the loader `/lib/ld-musl.so`",
        ),
        (spec(script("echo hello\n")), "neither an ELF executable nor a script"),
        (spec(script("")), "neither an ELF executable nor a script"),
        (spec(script("#!/bin/sh\r\n")), "carriage return"),
        (spec(script("#!\n")), "names no interpreter"),
        (spec(script("#!/engine\n")), "too many times"),
        (
            spec(script("#!/usr/bin/env python3\n").file("/usr/bin/env", elf(AMD64, ""), 0o755)),
            "is in none of the folders",
        ),
        (spec(good()).entrypoint(["python3"]), "is in none of the folders of PATH"),
        (
            spec(good().file("/bin/sh", elf(AMD64, ""), 0o755)).entrypoint(["/bin/sh", "/app/start.sh"]),
            "`/app/start.sh` does not exist",
        ),
        (spec(good()).user("nobody"), "its user or group `nobody`"),
    ];
    for (spec, expected) in bad {
        let findings = under(Code::IMG_005, &spec);
        let [finding] = findings.as_slice() else { panic!("{expected}: {findings:#?}") };
        assert!(finding.observed.contains(expected), "{expected}: {}", finding.observed);
        assert_eq!(finding.severity, Severity::Error);
    }
}

#[test]
fn root_is_told_by_number_and_by_name() {
    let accounts = good().file("/etc/passwd", "root:x:0:0::/:/\nengine:x:1000:1000::/:/\n", 0o644);
    for (user, expected) in [("", 1), ("0", 1), ("root", 1), ("0:1000", 1), ("engine", 0), ("1000", 0)] {
        assert_eq!(under(Code::IMG_006, &spec(accounts.clone()).user(user)).len(), expected, "`{user}`");
    }
}

#[test]
fn files_that_raise_privileges_are_listed() {
    let layer =
        good().file("/usr/bin/su", elf(AMD64, ""), 0o4755).file("/usr/bin/wall", elf(AMD64, ""), 0o2755);
    let findings = under(Code::IMG_007, &spec(layer.folder("/var/mail", 0o2775)));
    assert_eq!(findings.len(), 1);
    assert!(
        findings[0].observed.contains("2 file(s)")
            && findings[0].observed.contains("`/usr/bin/su`, `/usr/bin/wall`")
    );
    assert!(findings[0].place.layer.is_some());
}

#[test]
fn base_systems_are_judged() {
    let with = |text: &str| {
        spec(
            good()
                .file("/usr/lib/os-release", text, 0o644)
                .symlink("/etc/os-release", "../usr/lib/os-release"),
        )
    };
    assert_eq!(under(Code::IMG_008, &with("ID=debian\nVERSION_ID=\"12\"\n")), []);
    let ended = under(Code::IMG_008, &with("ID=debian\nVERSION_ID=\"11\"\n"));
    assert_eq!((ended[0].severity, ended[0].observed.contains("2026-08-31")), (Severity::Error, true));
    let unnamed = under(Code::IMG_008, &spec(good().file("/lib/apk/db/installed", "", 0o644)));
    assert_eq!(unnamed[0].severity, Severity::Error);
}

#[test]
fn only_listed_bases_are_trusted_when_the_policy_has_a_list() {
    let debian = spec(good().file("/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n", 0o644));
    let lowest = opened(&debian).image.layers[0].diff_id.to_string();
    let distrusted = |spec: &PackSpec, listed: &[&str]| {
        let trusted_bases = listed.iter().map(|base| base.parse().unwrap()).collect();
        let found = judged(spec, &Policy { trusted_bases, ..Policy::default() });
        found.findings.into_iter().any(|finding| assay_core::policy::is_about_trust(&finding))
    };
    assert!(!distrusted(&debian, &["alpine", "debian:12"]));
    assert!(!distrusted(&debian, &[&lowest]));
    assert!(distrusted(&debian, &["alpine", "debian:11", "scratch"]));
    assert!(distrusted(&spec(good()), &["debian"]));
    assert!(!distrusted(&spec(good()), &["scratch"]));
    let nameless = spec(good().file("/etc/debian_version", "12", 0o644));
    assert!(distrusted(&nameless, &["debian", "scratch"]), "a base that hides its name is not no base");
    let base = judged(&debian, &Policy::default()).base.unwrap();
    assert_eq!((base.id.as_str(), base.version.as_str()), ("debian", "12"));
}

#[test]
fn a_base_without_its_records_is_no_image_from_scratch() {
    let signs = [
        "/etc/debian_version",
        "/etc/alpine-release",
        "/etc/redhat-release",
        "/etc/apt/sources.list",
        "/etc/apk/world",
        "/lib64/ld-linux-x86-64.so.2",
        "/lib/ld-musl-x86_64.so.1",
        "/usr/lib/x86_64-linux-gnu/libc.so.6",
    ];
    for sign in signs {
        let found = under(Code::IMG_008, &spec(good().file(sign, "x", 0o644)));
        assert_eq!(found[0].severity, Severity::Error, "{sign}");
    }
}

#[test]
fn a_chunk_engine_without_webhooks_draws_warnings() {
    let profile = EngineProfile { mode: Some(EngineMode::Chunk), ..EngineProfile::default() };
    let policy = Policy::default();
    let findings = check(&opened(&spec(good())).image, None, &profile, &policy, now()).unwrap().findings;
    let warnings = findings.iter().filter(|finding| finding.code == Code::MAN_032);
    assert_eq!(warnings.filter(|finding| finding.severity == Severity::Warning).count(), 2);
}
