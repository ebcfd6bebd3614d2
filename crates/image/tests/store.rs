//! The cache of layers: shared, swept, and whole whatever happens.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::path::{Path, PathBuf};
use std::time::Duration;

use assay_core::{Code, Silent};
use assay_image::{OpenOptions, PackLayer, PackSpec, Store, Unpacking};
use serde_json::json;
use support::layout::{RawLayer, image, sha256};
use support::tarball::{Tarball, gzip};
use support::{Home, sample, text};

const LONG: Duration = Duration::from_secs(1 << 40);

fn later() -> jiff::Timestamp {
    "2100-01-01T00:00:00Z".parse().unwrap()
}

fn one_layer(home: &Home, content: &str) -> String {
    home.pack(&PackSpec::new().layer(PackLayer::new().file("/f", content, 0o644)), content)
}

fn layers(home: &Home) -> Vec<PathBuf> {
    let dir = std::fs::read_dir(home.path("images/layers")).unwrap();
    let mut dirs: Vec<PathBuf> = dir.map(|entry| entry.unwrap().path()).collect();
    dirs.sort();
    dirs
}

#[test]
fn a_known_layer_is_not_unpacked_again() {
    let home = Home::new();
    let reference = home.pack(&sample(), "image");
    let cold = home.open(&reference);
    assert!(!cold.subject.layers[0].cached);
    drop(cold);
    // The mark stays, so nobody unpacked in between.
    std::fs::write(layers(&home)[0].join("mark"), b"").unwrap();
    let warm = home.open(&reference);
    assert!(warm.subject.layers[0].cached);
    assert!(layers(&home)[0].join("mark").exists());
    assert_eq!(text(&warm.image.unwrap(), "/var/manifest.json"), "{}");
}

#[test]
fn images_share_layers_by_what_they_unpack_to() {
    let home = Home::new();
    let spec = sample();
    for compression in [assay_image::Compression::Gzip, assay_image::Compression::Zstd] {
        home.open_good(&home.pack(&spec.clone().compression(compression), &format!("{compression:?}")));
    }
    assert_eq!(layers(&home).len(), 1);
}

#[test]
fn layers_in_use_are_not_swept() {
    let home = Home::new();
    let image = home.open_good(&one_layer(&home, "used"));
    home.open_good(&one_layer(&home, "unused"));
    let other = Store::open(&home.path("images")).unwrap();
    let swept = other.sweep(0, Duration::ZERO, later()).unwrap();
    assert_eq!(swept.removed_layers, 1);
    assert!(swept.kept_bytes > 0);
    assert_eq!(text(&image, "/f"), "used");
    drop(image);
    assert_eq!(other.sweep(0, LONG, later()).unwrap().removed_layers, 1);
    assert!(layers(&home).is_empty());
    assert_eq!(std::fs::read_dir(home.path("images/blobs")).unwrap().count(), 0);
    home.open_good(&one_layer(&home, "again"));
}

#[test]
fn the_longest_unused_goes_first_and_the_young_stay() {
    let home = Home::new();
    for name in ["one", "two"] {
        home.open_good(&one_layer(&home, name));
    }
    let old = home.open(&support::shown(&home.path("one"))).subject.layers[0].diff_id.clone();
    let index = home.path("images/layers").join(format!("sha256-{}", old.hex())).join("index");
    let file = std::fs::File::options().write(true).open(index).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1000)).unwrap();
    let now = jiff::Timestamp::try_from(layers(&home).iter().map(|dir| used(dir)).max().unwrap()).unwrap();
    let nothing = home.store.sweep(u64::MAX, LONG, now).unwrap();
    assert_eq!(nothing.removed_layers, 0);
    let swept = home.store.sweep(nothing.kept_bytes - 1, LONG, now).unwrap();
    assert_eq!(swept.removed_layers, 1);
    assert!(!home.path("images/layers").join(format!("sha256-{}", old.hex())).exists());
    assert_eq!(home.store.sweep(u64::MAX, Duration::from_secs(3600), now).unwrap().removed_layers, 0);
}

fn used(dir: &Path) -> std::time::SystemTime {
    std::fs::metadata(dir.join("index")).unwrap().modified().unwrap()
}

#[test]
fn leftovers_of_interrupted_work_go_and_work_in_progress_stays() {
    let home = Home::new();
    let staging = home.path("images/staging");
    std::fs::create_dir_all(staging.join("77-0/rootfs/a/b")).unwrap();
    std::fs::create_dir_all(staging.join("77-1/rootfs")).unwrap();
    let at_work = std::fs::File::open(staging.join("77-1")).unwrap();
    at_work.lock().unwrap();
    drop(Store::open(&home.path("images")).unwrap());
    assert!(!staging.join("77-0").exists() && staging.join("77-1").exists());
    drop(at_work);
    drop(Store::open(&home.path("images")).unwrap());
    assert_eq!(home.staged(), 0);
}

#[test]
fn a_damaged_layer_is_unpacked_again() {
    let home = Home::new();
    let reference = one_layer(&home, "good");
    home.open_good(&reference);
    std::fs::write(layers(&home)[0].join("index"), b"damaged").unwrap();
    let opened = home.open(&reference);
    assert!(!opened.subject.layers[0].cached);
    assert_eq!(text(&opened.image.unwrap(), "/f"), "good");
}

#[test]
fn a_layer_of_another_boot_counts_only_once_it_was_settled() {
    let home = Home::new();
    let reference = one_layer(&home, "x");
    home.open_good(&reference);
    std::fs::write(layers(&home)[0].join("boot"), b"another").unwrap();
    assert!(!home.open(&reference).subject.layers[0].cached);
    home.store.settle().unwrap();
    std::fs::write(layers(&home)[0].join("boot"), b"another").unwrap();
    assert!(home.open(&reference).subject.layers[0].cached);
}

#[test]
fn many_at_once_agree() {
    let home = Home::new();
    let layers =
        (0..8).map(|number| PackLayer::new().file(&format!("/f{number}"), vec![number; 50_000], 0o644));
    let spec = layers.fold(PackSpec::new(), PackSpec::layer);
    let reference = home.pack(&spec, "image");
    std::thread::scope(|scope| {
        let open = || {
            let store = Store::open(&home.path("images")).unwrap();
            let opened = assay_image::open(&reference, &OpenOptions::default(), &store, &Silent).unwrap();
            assert_eq!(opened.findings, []);
            let image = opened.image.unwrap();
            (0..8).for_each(|number| {
                let bytes = image.view.read(&format!("/f{number}"), 1 << 20).unwrap();
                assert_eq!(bytes, vec![number; 50_000]);
            });
        };
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(open)).collect();
        let sweeper = scope
            .spawn(|| (0..5).for_each(|_| assert!(home.store.sweep(0, Duration::ZERO, later()).is_ok())));
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        sweeper.join().unwrap();
    });
    assert_eq!(home.staged(), 0);
}

fn unpack_ahead(home: &Home, digest: &str, bytes: &[u8]) -> Unpacking {
    let limits = assay_image::ImageLimits::default();
    let digest = digest.parse().unwrap();
    assay_image::unpack_ahead(&digest, bytes.len() as u64, bytes, &limits, &home.store).unwrap()
}

#[test]
fn a_layer_unpacked_ahead_is_known_when_its_image_comes() {
    let home = Home::new();
    let tar = Tarball::new().file("a", b"1").end();
    for layer in [RawLayer::plain(&tar), RawLayer::gzip(&tar)] {
        let (digest, blob) = (layer.descriptor["digest"].as_str().unwrap(), layer.blob.clone().unwrap());
        assert_eq!(unpack_ahead(&home, digest, &blob), Unpacking::Done);
        assert_eq!(unpack_ahead(&home, digest, &blob), Unpacking::Known);
        let image = home.open(&image(&home.path(digest), std::slice::from_ref(&layer)));
        assert!(image.subject.layers[0].cached && image.findings.is_empty());
    }
    assert_eq!((layers(&home).len(), home.staged()), (1, 0));
}

#[test]
fn what_was_unpacked_ahead_is_judged_by_its_image_all_the_same() {
    let home = Home::new();
    let tar = Tarball::new().file("a", b"1").end();
    let good = RawLayer::gzip(&tar);
    let blob = good.blob.clone().unwrap();
    assert_eq!(unpack_ahead(&home, good.descriptor["digest"].as_str().unwrap(), &blob), Unpacking::Done);
    let mut other = good.clone();
    other.diff_id = sha256(b"another");
    let mistold = good.clone().says("mediaType", json!("application/vnd.oci.image.layer.v1.tar"));
    for (case, layer, code) in [("diff id", other, Code::IMG_001), ("media type", mistold, Code::IMG_002)] {
        assert_eq!(support::codes(&home.open(&image(&home.path(case), &[layer]))), [code], "{case}");
    }
}

#[test]
fn what_is_no_good_layer_leaves_nothing_behind() {
    let home = Home::new();
    let tar = Tarball::new().file("a", b"1").end();
    let cut = gzip(&tar)[..20].to_vec();
    for bytes in
        [b"{\"architecture\": \"amd64\"}".to_vec(), Vec::new(), gzip(b"text"), cut, tar[..300].to_vec()]
    {
        assert_eq!(unpack_ahead(&home, &sha256(&bytes), &bytes), Unpacking::Unfit);
    }
    assert_eq!(unpack_ahead(&home, &sha256(b"other"), &tar), Unpacking::Unfit, "not what its name says");
    assert_eq!((layers(&home).len(), home.staged()), (0, 0));
}
