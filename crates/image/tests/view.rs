//! Layers on top of each other, as the view shows them and as overlayfs is given them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::os::unix::fs::{FileTypeExt, MetadataExt};

use assay_image::{Image, NodeKind, PackLayer, PackSpec, ReadError, ResolveError};
use support::layout::{RawLayer, image};
use support::tarball::Tarball;
use support::{Home, text};

fn stack(home: &Home, layers: impl IntoIterator<Item = PackLayer>) -> Image {
    let spec = layers.into_iter().fold(PackSpec::new(), PackSpec::layer);
    home.open_good(&home.pack(&spec, "image"))
}

fn paths(image: &Image) -> Vec<&str> {
    image.view.iter().map(|(path, _)| path).collect()
}

fn file(path: &str, content: &str) -> PackLayer {
    PackLayer::new().file(path, content, 0o644)
}

#[test]
fn whiteouts_remove_from_lower_layers_only() {
    let home = Home::new();
    let lower = file("/a/1", "1").file("/a/2", "2", 0o644).file("/b/3/4", "4", 0o644);
    let upper = PackLayer::new().whiteout("/a/1").whiteout("/b").file("/c", "c", 0o644);
    let image = stack(&home, [lower, upper]);
    assert_eq!(paths(&image), ["/", "/a", "/a/2", "/c"]);
    let made = image.rootfs().layers[1].join("a/1");
    let found = std::fs::symlink_metadata(made).unwrap();
    assert!(found.file_type().is_char_device() && found.rdev() == 0, "overlayfs reads 0:0 as a whiteout");
}

#[test]
fn a_whiteout_beside_its_own_file_changes_nothing_above() {
    let home = Home::new();
    for upper in [
        Tarball::new().file("a", b"new").file(".wh.a", b"").file("d/x", b"x").file(".wh.d", b"").end(),
        Tarball::new().file(".wh.a", b"").file("a", b"new").file(".wh.d", b"").file("d/x", b"x").end(),
    ] {
        let lower = Tarball::new().file("a", b"old").file("d/y", b"y").end();
        let dir = tempfile::tempdir_in(home.dir.path()).unwrap();
        let image = home.open_good(&image(dir.path(), &[RawLayer::gzip(&lower), RawLayer::gzip(&upper)]));
        assert_eq!(text(&image, "/a"), "new");
        assert_eq!(paths(&image), ["/", "/a", "/d", "/d/x"]);
    }
}

#[test]
fn opaque_folders_hide_what_is_below() {
    let home = Home::new();
    let lower = file("/a/old", "1").file("/a/deep/old", "1", 0o644);
    let upper = PackLayer::new().opaque_folder("/a", 0o700).file("/a/new", "2", 0o644);
    let image = stack(&home, [lower, upper]);
    assert_eq!(paths(&image), ["/", "/a", "/a/new"]);
    assert_eq!(image.view.get("/a").unwrap().mode, 0o700);
    let mut mark = [0; 8];
    let folder = image.rootfs().layers[1].join("a");
    let length = rustix::fs::getxattr(folder, "user.overlay.opaque", &mut mark).unwrap();
    assert_eq!(&mark[..length], b"y");
}

#[test]
fn files_replace_folders_and_the_reverse() {
    let home = Home::new();
    let lower = file("/dir/in", "1").file("/file", "1", 0o644).symlink("/link", "dir");
    let upper = file("/dir", "now a file").file("/file/in", "2", 0o644).file("/link/in", "3", 0o644);
    let image = stack(&home, [lower, upper]);
    assert_eq!(paths(&image), ["/", "/dir", "/file", "/file/in", "/link", "/link/in"]);
    assert_eq!((text(&image, "/dir").as_str(), text(&image, "/link/in").as_str()), ("now a file", "3"));
}

#[test]
fn what_overlayfs_shows_is_what_the_view_shows() {
    let home = Home::new();
    let lower =
        file("/keep", "1").file("/gone", "1", 0o644).file("/o/old", "1", 0o644).file("/d/x", "1", 0o644);
    let upper = file("/d", "file").whiteout("/gone").opaque_folder("/o", 0o755).file("/o/new", "2", 0o644);
    let image = stack(&home, [lower, upper]);
    let mount = home.path("mount");
    std::fs::create_dir(&mount).unwrap();
    let layers: Vec<String> = image.rootfs().layers.iter().rev().map(|layer| support::shown(layer)).collect();
    let script = format!(
        "mount -t overlay -o lowerdir={},userxattr overlay {m} && find {m} -mindepth 1 | sort",
        layers.join(":"),
        m = support::shown(&mount)
    );
    let listed = support::run("unshare", &["--user", "--map-root-user", "--mount", "sh", "-c", &script]);
    let prefix = support::shown(&mount);
    let listed: Vec<&str> = listed.lines().map(|line| line.strip_prefix(&prefix).unwrap()).collect();
    assert_eq!(listed, paths(&image)[1..]);
}

#[test]
fn children_below_and_resolving() {
    let home = Home::new();
    let layer = file("/a/b/c", "c")
        .file("/a/b-x", "1", 0o644)
        .file("/a/b.y", "1", 0o644)
        .file("/a/b0", "1", 0o644)
        .file("/ab", "1", 0o644)
        .symlink("/l", "/a/b/../b/c")
        .symlink("/up", "../../a/b")
        .symlink("/etc/m", "../up/c");
    let image = stack(&home, [layer]);
    let children: Vec<&str> = image.view.children("/a").map(|(path, _)| path).collect();
    assert_eq!(children, ["/a/b", "/a/b-x", "/a/b.y", "/a/b0"]);
    let top: Vec<&str> = image.view.children("/").map(|(path, _)| path).collect();
    assert_eq!(top, ["/a", "/ab", "/etc", "/l", "/up"]);
    let below: Vec<&str> = image.view.below("/a/").map(|(path, _)| path).collect();
    assert_eq!(below, ["/a/b", "/a/b-x", "/a/b.y", "/a/b/c", "/a/b0"]);
    for path in ["/l", "/up/c", "/etc/m", "a/b/c", "/../a/./b//c"] {
        assert_eq!(image.view.resolve(path).unwrap().0, "/a/b/c", "{path}");
    }
    assert_eq!(image.view.resolve("/").unwrap().0, "/");
    assert_eq!(image.view.resolve("/a/x/y").unwrap_err(), ResolveError::NotFound { path: "/a/x".into() });
    assert_eq!(image.view.resolve("/ab/y").unwrap_err(), ResolveError::NotDirectory { path: "/ab".into() });
}

#[test]
fn reading_is_bounded() {
    let home = Home::new();
    let image = stack(&home, [file("/f", "12345").folder("/d", 0o755)]);
    assert_eq!(image.view.read("/f", 5).unwrap(), b"12345");
    let large = image.view.read("/f", 4).unwrap_err();
    assert_eq!(large, ReadError::TooLarge { path: "/f".into(), size: 5, limit: 4 });
    assert!(matches!(image.view.read("/g", 4), Err(ReadError::NotFound { .. })));
    assert!(matches!(image.view.read("/d", 4), Err(ReadError::NotRegular { kind: NodeKind::Directory, .. })));
    let node = image.view.get("/f").unwrap();
    assert_eq!(image.view.layer(node), Some(&image.layers[0].diff_id));
}
