//! Images made to hurt: each gives the finding it deserves, and nothing outside the store is touched.

mod support;

use std::io::Write;
use std::path::Path;

use assay_core::{Code, Finding, Severity};
use assay_image::{Image, ImageLimits, NodeKind, OpenOptions, Opened, ReadError, ResolveError};
use serde_json::json;
use support::layout::{Layout, RawLayer, image, sha256};
use support::tarball::{Raw, Tarball, gzip, gzip_best, seal};
use support::{Home, codes, text};

/// Opens an image of one gzip layer with this tar.
fn open(home: &Home, tar: &[u8]) -> Opened {
    let dir = tempfile::tempdir_in(home.dir.path()).unwrap();
    home.open(&image(dir.path(), &[RawLayer::gzip(tar)]))
}

/// The one finding of a layer that is otherwise unpacked, and the image.
fn single(home: &Home, tar: &[u8]) -> (Finding, Image) {
    let mut opened = open(home, tar);
    assert_eq!(opened.findings.len(), 1, "{:?}", opened.findings);
    (opened.findings.remove(0), opened.image.unwrap())
}

/// The one finding of a layer that is refused. Nothing of it may be left.
fn refused(home: &Home, opened: Opened) -> Finding {
    assert!(opened.image.is_none());
    assert_eq!(home.staged(), 0);
    let [finding] = opened.findings.try_into().unwrap();
    finding
}

fn limited(limits: ImageLimits) -> OpenOptions {
    OpenOptions { limits, ..OpenOptions::default() }
}

#[test]
fn paths_that_leave_the_image() {
    let home = Home::new();
    let outside = home.path("outside");
    let absolute = outside.to_str().unwrap();
    for (path, observed) in [
        ("../outside", "climbs out"),
        ("a/../../outside", "climbs out"),
        ("./a/../b", "climbs out"),
        (absolute, "absolute path"),
        ("..", "climbs out"),
    ] {
        let (finding, image) = single(&home, &Tarball::new().file(path, b"x").file("good", b"1").end());
        assert_eq!((finding.code, finding.severity), (Code::IMG_004, Severity::Error), "{path}");
        assert!(finding.observed.contains(observed), "{}", finding.observed);
        assert!(finding.place.layer.is_some() && finding.place.path.is_some());
        assert_eq!(text(&image, "/good"), "1");
        assert_eq!(image.view.len(), 2, "only the root and the good file");
    }
    assert!(!outside.exists());
}

#[test]
fn paths_through_links_of_the_same_layer() {
    let home = Home::new();
    let outside = home.dir.path().to_str().unwrap();
    let through = |tar: Tarball| {
        let (finding, image) = single(&home, &tar.end());
        assert_eq!(finding.code, Code::IMG_004);
        assert!(finding.observed.contains("symbolic link of the same layer"), "{}", finding.observed);
        image
    };
    through(Tarball::new().symlink("a", outside).file("a/planted", b"x"));
    through(Tarball::new().symlink("a", "..").symlink("b", "a").folder("a/b/"));
    through(Tarball::new().symlink("a", outside).hardlink("a/planted", "a"));
    through(Tarball::new().symlink("a", outside).file("a/.wh..wh..opq", b""));
    through(Tarball::new().symlink("a", outside).file("a/.wh.images", b""));
    assert!(!home.path("planted").exists() && home.path("images").exists());
}

#[test]
fn a_link_of_a_lower_layer_is_replaced_by_the_folder_above_it() {
    let home = Home::new();
    let outside = home.dir.path().to_str().unwrap();
    let lower = RawLayer::gzip(&Tarball::new().symlink("a", outside).end());
    let upper = RawLayer::gzip(&Tarball::new().file("a/planted", b"x").end());
    let image = home.open_good(&image(&home.path("image"), &[lower, upper]));
    assert_eq!(text(&image, "/a/planted"), "x");
    assert!(!home.path("planted").exists());
}

#[test]
fn hard_links_that_leave_the_layer() {
    let home = Home::new();
    std::fs::write(home.path("secret"), b"secret").unwrap();
    let secret = home.path("secret");
    for target in ["../secret", "nothing", secret.to_str().unwrap(), "self", "dir"] {
        let tar = Tarball::new().folder("dir/").hardlink("self", target).end();
        let (finding, image) = single(&home, &tar);
        assert_eq!(finding.code, Code::IMG_004);
        assert!(finding.observed.contains("hard link"), "{}", finding.observed);
        assert!(image.view.get("/self").is_none(), "{target}");
    }
    let through = Tarball::new().symlink("l", secret.to_str().unwrap()).hardlink("h", "l").end();
    let opened = open(&home, &through);
    assert_eq!(opened.findings, [], "a hard link to a link is a link");
    assert!(matches!(opened.image.unwrap().view.get("/h").unwrap().kind, NodeKind::Symlink(_)));
}

#[test]
fn hard_links_to_a_lower_layer() {
    let home = Home::new();
    let lower = RawLayer::gzip(&Tarball::new().file("a", b"1").end());
    let upper = RawLayer::gzip(&Tarball::new().hardlink("b", "a").end());
    let opened = home.open(&image(&home.path("image"), &[lower, upper]));
    assert_eq!(codes(&opened), [Code::IMG_004]);
}

#[test]
fn devices_and_pipes_are_told_and_never_made() {
    let home = Home::new();
    let tar = Tarball::new()
        .raw(&Raw::new("dev/null", b'3'))
        .raw(&Raw::new("dev/sda", b'4'))
        .raw(&Raw::new("pipe", b'6'))
        .end();
    let opened = open(&home, &tar);
    let told: Vec<(Severity, bool)> = opened
        .findings
        .iter()
        .map(|finding| (finding.severity, finding.observed.contains("2 entries")))
        .collect();
    assert_eq!(told, [(Severity::Error, true), (Severity::Warning, false)], "{:?}", opened.findings);
    let image = opened.image.unwrap();
    assert_eq!(image.view.get("/dev/null").unwrap().kind, NodeKind::CharDevice);
    let rootfs = &image.rootfs().layers[0];
    assert!(
        rootfs.join("dev").exists() && !rootfs.join("dev/null").exists() && !rootfs.join("pipe").exists()
    );
    let read = image.view.read("/dev/null", 10).unwrap_err();
    assert!(matches!(read, ReadError::NotRegular { kind: NodeKind::CharDevice, .. }));
}

#[test]
fn set_id_bits_are_known_but_not_on_disk() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let tar = Tarball::new().raw(&Raw::new("su", b'0').mode(0o4755)).folder("x/").end();
    let opened = open(&home, &tar);
    assert_eq!(opened.findings, [], "IMG-007 is another room's");
    let image = opened.image.unwrap();
    assert_eq!(image.view.get("/su").unwrap().mode, 0o4755);
    let made = std::fs::metadata(image.rootfs().layers[0].join("su")).unwrap();
    assert_eq!(made.permissions().mode() & 0o7777, 0o755);
}

#[test]
fn doubles_count_last_and_are_told() {
    let home = Home::new();
    let tar = Tarball::new()
        .file("a", b"1")
        .file("a", b"22")
        .file("d/x", b"1")
        .file("d", b"now a file")
        .symlink("s", "a")
        .folder("s/")
        .file("s/in", b"3")
        .end();
    let (finding, image) = single(&home, &tar);
    assert_eq!((finding.code, finding.severity), (Code::IMG_004, Severity::Warning));
    assert!(finding.observed.starts_with("3 entries"), "{}", finding.observed);
    assert_eq!(
        (text(&image, "/a").as_str(), text(&image, "/d").as_str(), text(&image, "/s/in").as_str()),
        ("22", "now a file", "3")
    );
    assert!(image.view.get("/d/x").is_none());
}

#[test]
fn headers_that_are_too_large() {
    let home = Home::new();
    let long = "x".repeat(2 << 20);
    let record = format!("{} path={long}\n", long.len() + 14);
    assert_eq!(record.len(), long.len() + 14);
    for tar in [
        Tarball::new().pax(b'x', record.as_bytes()).file("a", b"1").end(),
        Tarball::new().pax(b'L', long.as_bytes()).file("a", b"1").end(),
        Tarball::new().pax(b'K', long.as_bytes()).symlink("a", "b").end(),
        Tarball::new().raw(&Raw::new("pax", b'x').size(0o77777777777)).end(),
        (0..3000).fold(Tarball::new(), |tar, _| tar.pax(b'x', b"")).file("a", b"1").end(),
    ] {
        let finding = refused(&home, open(&home, &tar));
        assert_eq!(finding.code, Code::IMG_003, "{}", finding.observed);
    }
}

#[test]
fn long_and_deep_paths() {
    let home = Home::new();
    let long_path = "long-name/".repeat(450) + "x";
    for (path, code) in [
        (long_path.clone(), Code::IMG_003),
        ("d/".repeat(300) + "x", Code::IMG_003),
        ("n".repeat(256), Code::IMG_003),
        ("nul\0byte".to_owned(), Code::IMG_004),
    ] {
        let record = format!("path={path}\n");
        let mut length = record.len() + 3;
        length = record.len() + 1 + length.to_string().len();
        let pax = format!("{length} {record}");
        let (finding, image) = single(&home, &Tarball::new().pax(b'x', pax.as_bytes()).file("a", b"1").end());
        assert_eq!(finding.code, code, "{}", finding.observed);
        assert!(finding.observed.len() < 400);
        assert_eq!(image.view.len(), 1);
    }
    let gnu = Tarball::new().pax(b'L', ("g/".repeat(60) + "x").as_bytes()).file("a", b"1").end();
    assert_eq!(open(&home, &gnu).findings, [], "121 bytes need a GNU long name and are fine");
}

#[test]
fn forms_that_tar_programs_read_differently() {
    let home = Home::new();
    let mut gnu_sparse = Raw::new("sparse", b'S').size(512).block();
    gnu_sparse[482] = 1;
    seal(&mut gnu_sparse);
    let last_map = [0_u8; 512];
    for (tar, words) in [
        (Tarball(gnu_sparse.to_vec()).bytes(&last_map).bytes(&[1; 512]), "sparse"),
        (Tarball::new().pax(b'x', b"22 GNU.sparse.major=1\n").file("a", b"1"), "sparse"),
        (Tarball::new().pax(b'g', b"16 path=evil/it\n").file("a", b"1"), "global header"),
        (
            Tarball::new().pax(b'x', b"9 path=b\n").pax(b'x', b"9 path=c\n").file("a", b"1"),
            "two extended headers",
        ),
        (Tarball::new().raw(&Raw::new("l", b'2').link("a").size(512)), "claims to have data"),
        (Tarball::new().raw(&Raw::new("v", b'V')), "type that image layers do not use"),
        (Tarball::new().file(".wh.", b""), "whiteout that names no file"),
        (Tarball::new().file(".wh...", b""), "whiteout that names no file"),
        (Tarball::new().symlink("a", ""), "symbolic link whose target"),
    ] {
        let (finding, image) = single(&home, &tar.file("after", b"2").end());
        assert_eq!(finding.code, Code::IMG_004);
        assert!(finding.observed.contains(words), "{words}: {}", finding.observed);
        assert_eq!(text(&image, "/after"), "2", "{words}");
    }
}

#[test]
fn bytes_behind_the_end_mark() {
    let home = Home::new();
    let mut tar = Tarball::new().file("a", b"1").end();
    tar.extend(Tarball::new().file("hidden", b"2").end());
    let (finding, image) = single(&home, &tar);
    assert_eq!(finding.code, Code::IMG_004);
    assert!(image.view.get("/hidden").is_none());
    let unmarked = Tarball::new().file("a", b"1").0;
    assert_eq!(open(&home, &unmarked).findings, [], "some builders leave the end mark out");
}

#[test]
fn bombs_of_zeros() {
    let home = Home::new();
    let zeros = 300_u64 << 20;
    let mut tar = Raw::new("zeros", b'0').size(zeros).block().to_vec();
    tar.resize(tar.len() + zeros as usize, 0);
    let blobs = [("+gzip", gzip_best(&tar)), ("+zstd", zstd::encode_all(tar.as_slice(), 1).unwrap())];
    for (suffix, blob) in blobs {
        assert!(blob.len() < 4 << 20);
        let reference = image(&home.path(suffix), &[RawLayer::encoded(&tar, blob, suffix)]);
        let finding = refused(&home, home.open(&reference));
        assert_eq!(finding.code, Code::IMG_003);
        assert!(finding.observed.contains("unpacks to at least"), "{}", finding.observed);
        let budget =
            ImageLimits { unpacked_bytes: 10 << 20, expansion_ratio: u64::MAX, ..ImageLimits::default() };
        let finding = refused(&home, home.open_with(&reference, &limited(budget)).unwrap());
        assert_eq!((finding.code, finding.place.layer), (Code::IMG_003, None));
    }
}

/// Ten gigabytes in some kilobytes: zstd frames that each repeat one byte. Must end long before they are written.
#[test]
fn ten_gigabytes_in_kilobytes() {
    let home = Home::new();
    let frame = zstd::encode_all([0; 64 << 20].as_slice(), 1).unwrap();
    let head = Tarball::new().pax(b'x', b"20 size=10737418240\n").raw(&Raw::new("z", b'0')).0;
    let mut blob = zstd::encode_all(head.as_slice(), 1).unwrap();
    (0..160).for_each(|_| blob.extend_from_slice(&frame));
    let reference = image(&home.path("image"), &[RawLayer::encoded(b"", blob, "+zstd")]);
    let finding = refused(&home, home.open(&reference));
    assert_eq!(finding.code, Code::IMG_003);
}

#[test]
fn more_entries_than_allowed() {
    let home = Home::new();
    let tar =
        (0..2001).fold(Tarball::new(), |tar, number| tar.raw(&Raw::new(&format!("f{number}"), b'0'))).end();
    let reference = image(&home.path("image"), &[RawLayer::gzip(&tar)]);
    let limits = ImageLimits { entries_per_layer: 2000, ..ImageLimits::default() };
    let finding = refused(&home, home.open_with(&reference, &limited(limits.clone())).unwrap());
    assert_eq!(finding.code, Code::IMG_003);
    assert!(home.open(&reference).image.is_some());
    let known = home.open_with(&reference, &limited(limits)).unwrap();
    assert_eq!(codes(&known), [Code::IMG_003], "a layer known from before is judged by the limits of today");
    let same_name = (0..3000).fold(Tarball::new(), |tar, _| tar.raw(&Raw::new("same", b'0'))).end();
    assert_eq!(single(&home, &same_name).0.code, Code::IMG_004);
}

#[test]
fn streams_that_end_early_or_are_damaged() {
    let home = Home::new();
    let tar = Tarball::new().file("a", &[7; 5000]).end();
    let whole = gzip(&tar);
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 0xff;
    let trailing = [whole.as_slice(), b"trailing"].concat();
    let cases: [(&str, Vec<u8>, Vec<u8>); 5] = [
        ("cut tar", tar[..3000].to_vec(), gzip(&tar[..3000])),
        ("cut gzip", tar.clone(), whole[..whole.len() - 9].to_vec()),
        ("damaged gzip", tar.clone(), damaged),
        ("bytes behind gzip", tar.clone(), trailing),
        ("no gzip at all", tar.clone(), tar.clone()),
    ];
    for (case, tar, blob) in cases {
        let reference = image(&home.path(case), &[RawLayer::encoded(&tar, blob, "+gzip")]);
        let finding = refused(&home, home.open(&reference));
        assert_eq!(finding.code, Code::IMG_002, "{case}: {}", finding.observed);
    }
    let mut header = Raw::new("a", b'0').block();
    header[0] = b'b';
    let finding = refused(&home, open(&home, &[&header[..], &[0; 1024]].concat()));
    assert!(finding.observed.contains("checksum"), "{}", finding.observed);
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
    let reference = image(&home.path("tampered"), &[good.clone()]);
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
    let reference = image(&home.path("image"), &[layer.clone()]);
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
                    &[layer.clone()],
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
    let reference = image(&home.path("image"), &[layer.clone()]);
    let blob = Layout { dir: home.path("image") }.blob_path(layer.descriptor["digest"].as_str().unwrap());
    std::fs::rename(&blob, home.path("moved")).unwrap();
    std::os::unix::fs::symlink(home.path("moved"), blob).unwrap();
    assert_eq!(codes(&home.open(&reference)), [Code::IMG_001]);
}

#[test]
fn links_in_circles() {
    let home = Home::new();
    let tar = Tarball::new()
        .symlink("a", "b")
        .symlink("b", "/a")
        .symlink("c", "gone")
        .symlink("up", "../../../etc")
        .end();
    let image = open(&home, &tar).image.unwrap();
    assert!(matches!(image.view.resolve("/a").unwrap_err(), ResolveError::Cycle { .. }));
    assert!(matches!(image.view.read("/a", 1).unwrap_err(), ReadError::Link(_)));
    let dangling = image.view.resolve("/c").unwrap_err();
    assert_eq!(dangling, ResolveError::Dangling { link: "/c".into(), target: "/gone".into() });
    assert_eq!(
        image.view.resolve("/up").unwrap_err(),
        ResolveError::Dangling { link: "/up".into(), target: "/etc".into() }
    );
}

#[test]
fn names_that_are_not_utf_8_or_not_printable() {
    let home = Home::new();
    let latin = Raw { path: b"caf\xe9", kind: b'0', link: b"", size: 1, mode: 0o644 };
    let tar = Tarball::new().raw(&latin).bytes(b"1").file("tab\there", b"2").end();
    let opened = open(&home, &tar);
    assert_eq!(opened.findings, []);
    let image = opened.image.unwrap();
    assert_eq!((text(&image, "/caf\u{fffd}"), text(&image, "/tab\there")), ("1".into(), "2".into()));
    let (finding, _) = single(&home, &Tarball::new().file("../\x1b[31mred", b"").end());
    assert!(!finding.observed.contains('\x1b') && !finding.place.path.unwrap().contains('\x1b'));
}

/// The store itself must stay usable for others: no folder that its owner cannot enter or remove.
#[test]
fn folders_without_rights_can_be_read_and_removed() {
    let home = Home::new();
    let tar = Tarball::new().raw(&Raw::new("shut/", b'5').mode(0)).file("shut/in", b"1").end();
    let opened = open(&home, &tar);
    assert_eq!(text(&opened.image.unwrap(), "/shut/in"), "1");
    let now = "2100-01-01T00:00:00Z".parse().unwrap();
    let swept = home.store.sweep(0, std::time::Duration::ZERO, now).unwrap();
    assert_eq!((swept.removed_layers, swept.kept_bytes), (1, 0));
    assert!(only_folders(&home.path("images/layers")));
}

fn only_folders(dir: &Path) -> bool {
    std::fs::read_dir(dir).unwrap().next().is_none()
}

#[test]
fn a_gzip_of_many_members_is_one_stream() {
    let home = Home::new();
    let tar = Tarball::new().file("a", &[3; 2000]).end();
    let mut blob = Vec::new();
    for part in tar.chunks(700) {
        blob.write_all(&gzip(part)).unwrap();
    }
    let reference = image(&home.path("image"), &[RawLayer::encoded(&tar, blob, "+gzip")]);
    assert_eq!(home.open_good(&reference).view.get("/a").unwrap().size, 2000);
}
