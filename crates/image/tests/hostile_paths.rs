//! Layers whose entries are made to hurt: each gives the finding it deserves, and nothing outside the store is touched.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::path::Path;

use assay_core::{Code, Finding, Severity};
use assay_image::{Image, NodeKind, Opened, ReadError, ResolveError};
use support::layout::{RawLayer, image};
use support::tarball::{Raw, Tarball};
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

fn only_folders(dir: &Path) -> bool {
    std::fs::read_dir(dir).unwrap().next().is_none()
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
