//! The walls of the house (docs/adr/0001): who may depend on whom, which outside crates stay out, and that every
//! dependency says why it is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// The arrows of the design, section 2. A room that is not listed here must not exist.
const ARROWS: &[(&str, &[&str])] = &[
    ("assay-core", &[]),
    ("assay-image", &["assay-core"]),
    ("assay-checks", &["assay-core", "assay-image"]),
    ("assay-sandbox", &["assay-core", "assay-image"]),
    ("assay-registry", &["assay-core", "assay-image"]),
    ("assay-store", &["assay-core"]),
    ("assay-app", &["assay-core", "assay-image", "assay-checks"]),
    ("assay-server", &["assay-core", "assay-registry", "assay-app"]),
    (
        "assay-cli",
        &[
            "assay-core",
            "assay-image",
            "assay-checks",
            "assay-sandbox",
            "assay-registry",
            "assay-store",
            "assay-app",
            "assay-server",
        ],
    ),
];

/// Outside crates that a room must not use itself. The machine, the network and the runtime each have their room.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("assay-core", &["tokio", "axum", "rusqlite", "ureq", "hyper", "rustix", "libc", "tempfile", "clap"]),
    ("assay-image", &["tokio", "axum", "rusqlite", "hyper", "libc", "clap"]),
    ("assay-checks", &["tokio", "axum", "rusqlite", "ureq", "hyper", "rustix", "libc", "clap"]),
    ("assay-sandbox", &["axum", "rusqlite", "clap"]),
    ("assay-registry", &["rusqlite", "ureq", "libc", "clap"]),
    ("assay-store", &["tokio", "axum", "ureq", "hyper", "rustix", "libc", "clap"]),
    ("assay-server", &["rusqlite", "libc", "clap"]),
    ("assay-app", &["tokio", "axum", "rusqlite", "ureq", "hyper", "rustix", "libc", "clap"]),
    ("assay-cli", &["rusqlite", "libc"]),
];

/// Crates that nobody may bring in, not even through others.
const BANISHED: &[&str] = &[
    "openssl",
    "openssl-sys",
    "native-tls",
    "ring",
    "serde_yaml",
    "serde_yaml_ng",
    "serde_yml",
    "yaml-rust",
    "yaml-rust2",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options(vec!["--frozen".into()])
        .exec()
        .unwrap()
}

/// What each room depends on, tests and build scripts left out.
fn dependencies(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    let normal = |package: &cargo_metadata::Package| {
        package
            .dependencies
            .iter()
            .filter(|one| one.kind == DependencyKind::Normal)
            .map(|one| one.name.clone())
            .collect()
    };
    metadata.workspace_packages().iter().map(|package| (package.name.to_string(), normal(package))).collect()
}

#[test]
fn arrows_point_only_where_the_design_says() {
    let rooms = dependencies(&metadata());
    let listed: BTreeSet<_> = ARROWS.iter().map(|(room, _)| (*room).to_owned()).collect();
    assert_eq!(
        rooms.keys().cloned().collect::<BTreeSet<_>>(),
        listed,
        "every room has its arrows listed here"
    );
    for (room, allowed) in ARROWS {
        for used in rooms[*room].iter().filter(|name| name.starts_with("assay-")) {
            assert!(allowed.contains(&used.as_str()), "{room} must not depend on {used}");
        }
    }
}

#[test]
fn outside_crates_stay_in_their_rooms() {
    let metadata = metadata();
    let rooms = dependencies(&metadata);
    for (room, forbidden) in FORBIDDEN {
        for name in *forbidden {
            assert!(!rooms[*room].contains(*name), "{room} must not use {name}");
        }
    }
    for package in &metadata.packages {
        let source = package.source.as_ref().map(ToString::to_string).unwrap_or_default();
        assert!(!source.starts_with("git+"), "{} comes from git", package.name);
    }
}

/// The lockfile also names crates of features that nobody switches on, so the tree is asked.
#[test]
fn banished_crates_come_in_by_no_way() {
    let arguments = "tree --workspace --frozen --target all --edges normal,build --prefix none --format {p}";
    let tree = std::process::Command::new(env!("CARGO"))
        .args(arguments.split(' '))
        .current_dir(root())
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains("rustls") && names.len() > 100, "the whole tree was seen: {}", names.len());
    for name in BANISHED {
        assert!(!names.contains(name), "{name} came in");
    }
}

#[test]
fn unsafe_code_lives_in_the_sandbox_alone() {
    for (room, _) in ARROWS {
        let short = room.trim_start_matches("assay-");
        let manifest = std::fs::read_to_string(root().join("crates").join(short).join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{room} takes the lints of the house");
        let mut sources = Vec::new();
        rust_files(&root().join("crates").join(short).join("src"), &mut sources);
        assert!(!sources.is_empty());
        for source in sources.iter().filter(|_| short != "sandbox") {
            let text = std::fs::read_to_string(source).unwrap();
            assert!(!text.contains("allow(unsafe_code"), "{} allows unsafe code", source.display());
        }
    }
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// A reason is a comment above the line, or above the block of lines it belongs to.
#[test]
fn every_dependency_says_why() {
    let text = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let block = text.split("[workspace.dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let mut reason = false;
    let mut seen = 0;
    for line in block.lines() {
        match line.trim() {
            "" => reason = false,
            comment if comment.starts_with('#') => reason = comment.len() > 10,
            dependency if dependency.starts_with("assay-") => {}
            dependency => {
                assert!(reason, "no reason above `{dependency}`");
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "the block was found");
}

#[test]
fn rooms_take_their_dependencies_from_the_workspace() {
    for (room, _) in ARROWS {
        let short = room.trim_start_matches("assay-");
        let manifest = std::fs::read_to_string(root().join("crates").join(short).join("Cargo.toml")).unwrap();
        let tables =
            manifest.split("\n[").filter(|table| table.split(']').next().unwrap().ends_with("dependencies"));
        for line in tables.flat_map(|table| table.lines().skip(1)).filter(|line| line.contains('=')) {
            assert!(line.contains("workspace = true"), "{room}: `{line}` has a version of its own");
        }
    }
}
