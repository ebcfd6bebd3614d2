//! Packing: the same input gives the same bytes, and other programs can read them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::os::unix::fs::PermissionsExt;

use assay_image::{Compression, PackError, PackLayer, PackSpec, pack};
use support::{Home, run, sample, shown, text};

#[test]
fn the_same_input_gives_the_same_bytes() {
    let home = Home::new();
    std::fs::create_dir_all(home.path("app/lib")).unwrap();
    for (name, content) in [("app/z", "z"), ("app/a", "a"), ("app/lib/x", "x")] {
        std::fs::write(home.path(name), content).unwrap();
    }
    let spec =
        sample().layer(PackLayer::new().host_tree("/app", home.path("app"))).label("k", "v").expose("80/tcp");
    for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
        let spec = spec.clone().compression(compression);
        let [one, two] = ["one.tar", "two.tar"].map(|name| {
            let digest = pack(&spec, &home.path(name)).unwrap();
            (digest, std::fs::read(home.path(name)).unwrap())
        });
        assert_eq!(one, two);
        // A file touched later is still the same file.
        std::fs::write(home.path("app/a"), "a").unwrap();
    }
}

#[test]
fn files_of_the_host_keep_their_modes_and_links() {
    let home = Home::new();
    std::fs::create_dir_all(home.path("tree/sub")).unwrap();
    std::fs::write(home.path("tree/sub/run"), b"#!").unwrap();
    std::fs::set_permissions(home.path("tree/sub/run"), PermissionsExt::from_mode(0o750)).unwrap();
    std::os::unix::fs::symlink("sub/run", home.path("tree/link")).unwrap();
    let long = format!("/{}/file", "a-long-folder-name/".repeat(8).trim_end_matches('/'));
    let layer = PackLayer::new()
        .host_tree("/", home.path("tree"))
        .host_file("/one", home.path("tree/sub/run"), None)
        .host_file("/two", home.path("tree/sub/run"), Some(0o4755))
        .hardlink("/three", "/one")
        .file(&long, b"long".to_vec(), 0o644)
        .owner(&long, 70_000, 3_000_000);
    let image = home.open_good(&home.pack(&PackSpec::new().layer(layer), "image.tar"));
    assert_eq!(image.view.get("/sub/run").unwrap().mode, 0o750);
    assert_eq!(image.view.resolve("/link").unwrap().0, "/sub/run");
    assert_eq!(image.view.get("/two").unwrap().mode, 0o4755);
    assert_eq!((text(&image, "/three").as_str(), text(&image, &long).as_str()), ("#!", "long"));
    let node = image.view.get(&long).unwrap();
    assert_eq!((node.uid, node.gid), (70_000, 3_000_000));
}

#[test]
fn other_programs_read_what_was_packed() {
    let home = Home::new();
    let reference = home.pack(&sample(), "image.tar");
    let told = run("skopeo", &["inspect", "--config", &format!("oci-archive:{reference}")]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["config"]["User"], "65534:65534");
    assert_eq!(told["config"]["Env"][0], "A=1");
    let listed = run(
        "sh",
        &["-c", &format!("tar -xOf {reference} --wildcards 'blobs/sha256/*' | tar -tzi 2>/dev/null; true")],
    );
    drop(listed);
    let layout = home.pack(&sample(), "layout");
    run(
        "skopeo",
        &[
            "copy",
            "--insecure-policy",
            &format!("oci:{layout}"),
            &format!("dir:{}", shown(&home.path("dir"))),
        ],
    );
}

#[test]
fn what_cannot_be_packed_is_said() {
    let home = Home::new();
    let spec = PackSpec::new().layer(PackLayer::new().host_file("/x", home.path("missing"), None));
    assert!(matches!(pack(&spec, &home.path("a")), Err(PackError::Io { .. })));
    std::fs::create_dir(home.path("full")).unwrap();
    std::fs::write(home.path("full/x"), b"").unwrap();
    assert!(matches!(pack(&sample(), &home.path("full")), Err(PackError::Spec(_))));
    let folder = PackSpec::new().layer(PackLayer::new().host_file("/x", home.path("full"), None));
    assert!(matches!(pack(&folder, &home.path("b.tar")), Err(PackError::Spec(_))));
    assert!(!home.path("b.tar").exists());
}
