//! Finding the manifest in an image: MAN-001.

use super::*;
use assay_checks::manifest::in_image;
use assay_image::{OpenOptions, PackLayer, PackSpec, Store, open, pack};

/// The reading of a layer's manifest.
fn located(layer: PackLayer) -> ManifestReading {
    let dir = tempfile::tempdir().unwrap();
    let layout = dir.path().join("layout");
    pack(&PackSpec::new().layer(layer).entrypoint(["/engine"]), &layout).unwrap();
    let store = Store::open(&dir.path().join("store")).unwrap();
    let reference = format!("oci:{}", layout.display());
    let opened = open(&reference, &OpenOptions::default(), &store, &assay_core::Silent).unwrap();
    in_image(&opened.image.unwrap().view, &profile()).unwrap()
}

#[test]
fn links_are_followed_inside_the_image() {
    let direct = PackLayer::new().file("/var/manifest.json", GOOD, 0o644);
    let linked = PackLayer::new()
        .file("/opt/m.json", GOOD, 0o644)
        .symlink("/var/manifest.json", "../../../opt/m.json");
    let folder = PackLayer::new().file("/data/manifest.json", GOOD, 0o600).symlink("/var", "/data");
    for layer in [direct, linked, folder] {
        let reading = located(layer);
        assert_eq!(reading.findings, []);
        assert!(reading.effective.is_some());
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let cases = [
        (PackLayer::new().file("/etc/x", "", 0o644), "has no `/var/manifest.json`"),
        (PackLayer::new().folder("/var/manifest.json", 0o755), "is a folder"),
        (PackLayer::new().symlink("/var/manifest.json", "/gone"), "points to `/gone`"),
        (PackLayer::new().symlink("/var/manifest.json", "manifest.json"), "circle"),
        (PackLayer::new().file("/var/manifest.json", vec![b' '; (1 << 20) + 1], 0o644), "1048577 bytes"),
    ];
    for (layer, expected) in cases {
        let reading = located(layer);
        let [finding] = reading.findings.as_slice() else { panic!("{expected}: {:#?}", reading.findings) };
        assert_eq!((finding.code.as_str(), finding.severity), ("MAN-001", Severity::Error));
        assert!(finding.observed.contains(expected), "{}", finding.observed);
        assert_eq!(finding.place.path.as_deref(), Some("/var/manifest.json"));
    }
}

#[test]
fn a_manifest_in_a_wrong_place_is_pointed_out() {
    let reading = located(PackLayer::new().file("/app/manifest.json", GOOD, 0o644));
    assert!(reading.findings[0].fix.contains("`/app/manifest.json`"));
}
