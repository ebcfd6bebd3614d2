//! Killed in the middle of unpacking: nothing half-made is ever taken for a layer, and the next start clears up.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use assay_core::Silent;
use assay_image::{Compression, OpenOptions, PackLayer, PackSpec, Store};
use support::registry::{Auth, Behaviour, Registry};
use support::{Home, shown};

/// Tells this program to be the process that gets killed: the reference, a line end, the store.
const CHILD: &str = "ASSAY_TEST_CRASH_CHILD";

/// Does nothing unless started by the test below.
#[test]
fn opens_what_it_is_told_to() {
    let Some(told) = std::env::var_os(CHILD) else { return };
    let told = told.into_string().unwrap();
    let (reference, store) = told.split_once('\n').unwrap();
    let store = Store::open(Path::new(store)).unwrap();
    drop(assay_image::open(reference, &OpenOptions::default(), &store, &Silent));
    panic!("it should have been killed while waiting for the rest of a layer");
}

#[test]
fn killed_while_unpacking() {
    let home = Home::new();
    let layer = (0..40)
        .fold(PackLayer::new(), |layer, number| layer.file(&format!("/d/{number}"), vec![7; 600_000], 0o644));
    let reference = home.pack(&PackSpec::new().layer(layer).compression(Compression::None), "pushed");
    // Far more than sockets buffer: when so much was sent, most of it was unpacked.
    let (stalled, waits) = channel();
    let stall = Some((20_000_000, stalled));
    let registry = Registry::serve(home.path("pushed"), Behaviour { stall, ..Behaviour::asking(Auth::Open) });
    let images = shown(&home.path("images"));
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "opens_what_it_is_told_to"])
        .env(CHILD, format!("{}\n{images}", registry.reference()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    waits.recv_timeout(Duration::from_secs(120)).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(home.staged(), 1, "it was at work");
    assert_eq!(std::fs::read_dir(home.path("images/layers")).unwrap().count(), 0);

    drop(Store::open(&home.path("images")).unwrap());
    assert_eq!(home.staged(), 0);
    let image = home.open_good(&reference);
    assert_eq!(image.view.read("/d/39", 1 << 20).unwrap(), vec![7; 600_000]);
}
