//! Manifests, indexes and blobs that are not what they say.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use assay_core::{Code, Finding};
use assay_image::Opened;
use serde_json::json;
use support::layout::{Layout, RawLayer, image, sha256};
use support::tarball::Tarball;
use support::{Home, codes};

/// The one finding of a layer that is refused. Nothing of it may be left.
fn refused(home: &Home, opened: Opened) -> Finding {
    assert!(opened.image.is_none());
    assert_eq!(home.staged(), 0);
    let [finding] = opened.findings.try_into().unwrap();
    finding
}

#[test]
fn bytes_that_are_not_the_promised_ones() {
    let home = Home::new();
    let tar = Tarball::new().file("a", b"1").end();
    let good = RawLayer::gzip(&tar);
    let wrong = sha256(b"something else");
    let size = good.blob.as_ref().unwrap().len();
    let mut renamed = good.clone();
    renamed.diff_id.clone_from(&wrong);
    for (case, layer) in [
        ("missing", good.clone().missing()),
        ("shorter", good.clone().says("size", json!(size + 1))),
        ("longer", good.clone().says("size", json!(size - 1))),
        ("other diff id", renamed),
    ] {
        let reference = image(&home.path(case), &[layer]);
        let finding = refused(&home, home.open(&reference));
        assert_eq!(finding.code, Code::IMG_001, "{case}: {}", finding.observed);
    }
    let reference = image(&home.path("tampered"), std::slice::from_ref(&good));
    let layout = Layout { dir: home.path("tampered") };
    let mut bytes = good.blob.clone().unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(layout.blob_path(good.descriptor["digest"].as_str().unwrap()), bytes).unwrap();
    assert_eq!(refused(&home, home.open(&reference)).code, Code::IMG_001);
}

#[test]
fn a_known_layer_does_not_excuse_a_damaged_blob() {
    let home = Home::new();
    let layer = RawLayer::gzip(&Tarball::new().file("a", b"1").end());
    let reference = image(&home.path("image"), std::slice::from_ref(&layer));
    home.open_good(&reference);
    let blob = Layout { dir: home.path("image") }.blob_path(layer.descriptor["digest"].as_str().unwrap());
    std::fs::write(&blob, b"damaged").unwrap();
    assert_eq!(codes(&home.open(&reference)), [Code::IMG_001]);
    std::fs::remove_file(blob).unwrap();
    assert_eq!(codes(&home.open(&reference)), [Code::IMG_001]);
}

#[test]
fn documents_that_lie() {
    let home = Home::new();
    let layer = RawLayer::gzip(&Tarball::new().file("a", b"1").end());
    let urls = layer.clone().says("urls", json!(["http://203.0.113.1/layer"]));
    let foreign =
        layer.clone().says("mediaType", json!("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"));
    let unknown = layer.clone().says("mediaType", json!("application/x-rar"));
    let huge = layer.clone().says("size", json!(u64::MAX));
    let md5 = layer.clone().says("digest", json!("md5:0"));
    for (case, layer, code) in [
        ("urls", urls, Code::IMG_004),
        ("foreign", foreign, Code::IMG_004),
        ("unknown", unknown, Code::IMG_002),
        ("huge", huge, Code::IMG_003),
        ("md5", md5, Code::IMG_002),
    ] {
        let finding = refused(&home, home.open(&image(&home.path(case), &[layer])));
        assert_eq!(finding.code, code, "{case}: {}", finding.observed);
    }
    let layers = vec![layer; 201];
    let finding = refused(&home, home.open(&image(&home.path("many"), &layers)));
    assert_eq!(finding.code, Code::IMG_003);
}

#[test]
fn manifests_and_configurations_that_cannot_be_used() {
    let home = Home::new();
    let layer = RawLayer::gzip(&Tarball::new().file("a", b"1").end());
    let manifest = "application/vnd.oci.image.manifest.v1+json";
    let config =
        |layout: &Layout| layout.document("application/vnd.oci.image.config.v1+json", &json!({"rootfs": {}}));
    type Make<'a> = Box<dyn Fn(&Layout) -> serde_json::Value + 'a>;
    let cases: Vec<(&str, Make<'_>, Code)> = vec![
        (
            "two-faced",
            Box::new(|layout| {
                layout.document(
                    manifest,
                    &json!({"schemaVersion": 2, "manifests": [], "layers": [], "config": config(layout)}),
                )
            }),
            Code::IMG_002,
        ),
        (
            "schema 1",
            Box::new(|layout| layout.document(manifest, &json!({"schemaVersion": 1, "fsLayers": []}))),
            Code::IMG_002,
        ),
        (
            "no json",
            Box::new(|layout| json!({"mediaType": manifest, "digest": layout.blob(b"{"), "size": 1})),
            Code::IMG_002,
        ),
        (
            "deep",
            Box::new(
                |layout| json!({"mediaType": manifest, "digest": layout.blob(&[b'['; 5000]), "size": 5000}),
            ),
            Code::IMG_002,
        ),
        (
            "other type",
            Box::new(|layout| {
                layout.document(
                    manifest,
                    &json!({"schemaVersion": 2, "mediaType": "application/x", "config": config(layout)}),
                )
            }),
            Code::IMG_002,
        ),
        (
            "an artifact",
            Box::new(|layout| {
                layout.document(manifest, &json!({"schemaVersion": 2, "config": layout.document("application/vnd.oci.empty.v1+json", &json!({}))}))
            }),
            Code::IMG_002,
        ),
        (
            "diff ids",
            Box::new(|layout| {
                layout.image_with(
                    &json!({"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": []}}),
                    std::slice::from_ref(&layer),
                )
            }),
            Code::IMG_001,
        ),
        (
            "no rootfs",
            Box::new(|layout| layout.image_with(&json!({"os": "linux", "architecture": "amd64"}), &[])),
            Code::IMG_002,
        ),
        (
            "too large",
            Box::new(|_| json!({"mediaType": manifest, "digest": sha256(b""), "size": 5 << 20})),
            Code::IMG_003,
        ),
        (
            "missing",
            Box::new(|_| json!({"mediaType": manifest, "digest": sha256(b""), "size": 0})),
            Code::IMG_001,
        ),
    ];
    for (case, make, code) in cases {
        let layout = Layout::create(home.path(case));
        layout.index(&[make(&layout)]);
        let finding = refused(&home, home.open(&layout.reference()));
        assert_eq!(finding.code, code, "{case}: {}", finding.observed);
    }
}

#[test]
fn indexes_in_indexes_end() {
    let home = Home::new();
    let layout = Layout::create(home.path("nested"));
    let mut inner = layout.image(&[]);
    for _ in 0..3 {
        inner = layout.document(
            "application/vnd.oci.image.index.v1+json",
            &json!({"schemaVersion": 2, "manifests": [inner]}),
        );
    }
    layout.index(&[inner.clone()]);
    assert!(home.open(&layout.reference()).image.is_some());
    for _ in 0..3 {
        inner = layout.document(
            "application/vnd.oci.image.index.v1+json",
            &json!({"schemaVersion": 2, "manifests": [inner]}),
        );
    }
    layout.index(&[inner]);
    assert_eq!(codes(&home.open(&layout.reference())), [Code::IMG_003]);
}

#[test]
fn blobs_of_a_layout_that_are_links_are_not_followed() {
    let home = Home::new();
    let layer = RawLayer::gzip(&Tarball::new().file("a", b"1").end());
    let reference = image(&home.path("image"), std::slice::from_ref(&layer));
    let blob = Layout { dir: home.path("image") }.blob_path(layer.descriptor["digest"].as_str().unwrap());
    std::fs::rename(&blob, home.path("moved")).unwrap();
    std::os::unix::fs::symlink(home.path("moved"), blob).unwrap();
    assert_eq!(codes(&home.open(&reference)), [Code::IMG_001]);
}
