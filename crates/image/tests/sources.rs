//! The same image through every local source, also as other programs write it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixListener;
use std::path::Path;

use assay_core::{Code, Platform, Silent};
use assay_image::{Compression, OpenError, OpenOptions, PackLayer, PackSpec, pack_index};
use serde_json::json;
use support::layout::{Layout, LayoutBlobs, RawLayer, sha256};
use support::tarball::{Tarball, gzip};
use support::{Home, codes, run, sample, shown, text};

fn rejection(opened: Result<assay_image::Opened, OpenError>) -> assay_core::Rejection {
    match opened.unwrap_err() {
        OpenError::Rejection(rejection) => rejection,
        OpenError::Fault(fault) => panic!("{fault}"),
    }
}

/// The sample as `docker save` writes it, made by skopeo.
fn saved(home: &Home) -> String {
    let layout = home.pack(&sample(), "for-skopeo");
    let file = shown(&home.path("saved.tar"));
    run(
        "skopeo",
        &[
            "copy",
            "--insecure-policy",
            &format!("oci:{layout}"),
            &format!("docker-archive:{file}:acme/tool:1"),
        ],
    );
    file
}

#[test]
fn an_oci_layout_folder_and_its_archive() {
    let home = Home::new();
    for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
        for name in ["layout", "image.tar"] {
            let name = format!("{compression:?}-{name}");
            let image = home.open_good(&home.pack(&sample().compression(compression), &name));
            assert_eq!(text(&image, "/bin/sh"), "#!/bin/sh\n");
            assert_eq!(image.config.user, "65534:65534");
            assert_eq!(image.config.variable("A"), Some("1"));
            assert_eq!(image.view.get("/tmp").unwrap().mode, 0o1777);
            assert!(image.digest.is_some());
        }
    }
    assert_eq!(home.staged(), 0);
}

#[test]
fn a_docker_archive_made_by_skopeo_plain_and_compressed() {
    let home = Home::new();
    let file = saved(&home);
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(home.path("saved.tar.gz"), gzip(&bytes)).unwrap();
    std::fs::write(home.path("saved.tar.zst"), zstd::encode_all(bytes.as_slice(), 1).unwrap()).unwrap();
    for name in ["saved.tar", "saved.tar.gz", "saved.tar.zst"] {
        let path = shown(&home.path(name));
        for reference in [path.clone(), format!("docker-archive:{path}"), format!("{path}:acme/tool:1")] {
            let image = home.open_good(&reference);
            assert_eq!(text(&image, "/var/manifest.json"), "{}");
            assert_eq!(image.digest, None);
            assert_eq!(image.layers[0].digest, image.layers[0].diff_id);
        }
    }
    let refused = rejection(home.try_open(&format!("{file}:other:1")));
    assert_eq!(refused.code, "image-not-found");
    assert!(refused.hint.unwrap().contains("acme/tool:1"));
}

#[test]
fn layouts_written_by_skopeo_and_buildah() {
    let home = Home::new();
    let file = saved(&home);
    let layout = shown(&home.path("from-skopeo"));
    run(
        "skopeo",
        &["copy", "--insecure-policy", &format!("docker-archive:{file}"), &format!("oci:{layout}:v1")],
    );
    assert_eq!(text(&home.open_good(&format!("oci:{layout}:v1")), "/bin/run"), "#!/bin/sh\n");

    let root = shown(&home.path("buildah"));
    let storage = ["--storage-driver", "vfs", "--root", &root, "--runroot", &shown(&home.path("run"))]
        .map(str::to_owned);
    let buildah = |arguments: &[&str]| {
        let arguments: Vec<&str> =
            storage.iter().map(String::as_str).chain(arguments.iter().copied()).collect();
        run("buildah", &arguments).trim().to_owned()
    };
    std::fs::write(home.path("hello"), b"hello").unwrap();
    let container = buildah(&["from", "scratch"]);
    buildah(&["copy", &container, &shown(&home.path("hello")), "/srv/hello"]);
    buildah(&["config", "--entrypoint", "[\"/srv/hello\"]", "--user", "7", &container]);
    let archive = shown(&home.path("from-buildah.tar"));
    buildah(&["commit", &container, &format!("oci-archive:{archive}:x")]);
    let image = home.open_good(&archive);
    assert_eq!(text(&image, "/srv/hello"), "hello");
    assert_eq!(
        (image.config.user.as_str(), image.config.command_line()),
        ("7", vec!["/srv/hello".to_owned()])
    );
}

#[test]
fn the_old_form_of_docker_save_with_linked_layers() {
    let home = Home::new();
    let layer = Tarball::new().file("a", b"1").end();
    let config = json!({ "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": { "type": "layers", "diff_ids": [sha256(&layer), sha256(&layer)] } });
    let config = config.to_string();
    let name = format!("{}.json", sha256(config.as_bytes()).trim_start_matches("sha256:"));
    let manifest =
        json!([{ "Config": name, "RepoTags": null, "Layers": ["one/layer.tar", "two/layer.tar"] }]);
    let archive = Tarball::new()
        .folder("one/")
        .file("one/layer.tar", &layer)
        .symlink("two/layer.tar", "../one/layer.tar")
        .file(&name, config.as_bytes())
        .file("manifest.json", manifest.to_string().as_bytes())
        .end();
    std::fs::write(home.path("old.tar"), archive).unwrap();
    let image = home.open_good(&shown(&home.path("old.tar")));
    assert_eq!(text(&image, "/a"), "1");
    assert_eq!((image.layers.len(), image.rootfs().layers.len()), (2, 1));
}

#[test]
fn the_platform_asked_for_is_taken_and_the_others_are_named() {
    let home = Home::new();
    let platform = |text: &str| text.parse::<Platform>().unwrap();
    let built = |name: &str| {
        let layer = PackLayer::new().file("/for", name.as_bytes(), 0o644);
        PackSpec::new().platform(platform(name)).layer(layer)
    };
    let specs = ["linux/arm64/v8", "linux/amd64", "windows/amd64"].map(built);
    pack_index(&specs, &home.path("many.tar")).unwrap();
    let reference = shown(&home.path("many.tar"));
    let opened = home.open(&reference);
    assert_eq!(opened.findings, []);
    assert_eq!(text(&opened.image.unwrap(), "/for"), "linux/amd64");
    assert_eq!(opened.other_platforms, ["linux/arm64/v8", "windows/amd64"].map(platform));

    let asked = |name: &str| OpenOptions { platform: platform(name), ..OpenOptions::default() };
    let arm = home.open_with(&reference, &asked("linux/arm64")).unwrap();
    assert_eq!(text(&arm.image.unwrap(), "/for"), "linux/arm64/v8");
    let none = home.open_with(&reference, &asked("linux/riscv64")).unwrap();
    assert!(none.image.is_none() && codes(&none) == [Code::IMG_002]);
    assert_eq!(none.other_platforms.len(), 3);

    let single = home.pack(&built("linux/arm64"), "single");
    let opened = home.open(&single);
    assert_eq!(codes(&opened), [Code::IMG_002]);
    assert!(opened.image.is_some(), "what can be judged of it is judged");
}

#[test]
fn several_images_in_one_layout_need_a_name() {
    let home = Home::new();
    let layout = Layout::create(home.path("two"));
    let named = |content: &str| {
        let mut image = layout.image(&[RawLayer::gzip(&Tarball::new().file("a", content.as_bytes()).end())]);
        image["annotations"] = json!({ "org.opencontainers.image.ref.name": content });
        image
    };
    layout.index(&[named("one"), named("two")]);
    let reference = layout.reference();
    let refused = rejection(home.try_open(&reference));
    assert_eq!(refused.code, "image-ambiguous");
    assert!(refused.hint.unwrap().contains("`one`, `two`"));
    assert_eq!(text(&home.open_good(&format!("{reference}:two")), "/a"), "two");
    assert_eq!(rejection(home.try_open(&format!("oci:{reference}:three"))).code, "image-not-found");
}

#[test]
fn what_is_no_image_is_refused_in_words() {
    let home = Home::new();
    std::fs::create_dir(home.path("empty")).unwrap();
    std::fs::write(home.path("text"), b"hello").unwrap();
    std::fs::write(home.path("other.tar"), Tarball::new().file("a", b"1").end()).unwrap();
    for (name, code) in [
        ("empty", "image-not-found"),
        ("text", "image-unreadable"),
        ("other.tar", "image-unreadable"),
        ("missing", "image-not-found"),
    ] {
        assert_eq!(rejection(home.try_open(&shown(&home.path(name)))).code, code, "{name}");
    }
    let cut = std::fs::read(home.pack(&sample(), "whole.tar")).unwrap();
    std::fs::write(home.path("cut.tar"), &cut[..700]).unwrap();
    assert_eq!(rejection(home.try_open(&shown(&home.path("cut.tar")))).code, "image-unreadable");
}

/// Answers `/images/engine:latest/get` with the file, once per connection, like a daemon does.
fn daemon(socket: &Path, archive: Vec<u8>) {
    let listener = UnixListener::bind(socket).unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let request = lines.next().unwrap_or_default();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let answer = if request.starts_with("GET /images/engine:latest/get ") {
                let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
                let chunks = archive.chunks(1000).flat_map(|chunk| {
                    [format!("{:x}\r\n", chunk.len()).into_bytes(), chunk.to_vec(), b"\r\n".to_vec()].concat()
                });
                head.into_iter().chain(chunks).chain(*b"0\r\n\r\n").collect::<Vec<u8>>()
            } else {
                b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec()
            };
            let _ = stream.write_all(&answer);
        }
    });
}

#[test]
fn a_daemon_on_its_socket() {
    let home = Home::new();
    let archive = std::fs::read(saved(&home)).unwrap();
    daemon(&home.path("docker.sock"), archive);
    let options = OpenOptions {
        docker_sockets: vec![home.path("not-there.sock"), home.path("docker.sock")],
        podman_sockets: Vec::new(),
        ..OpenOptions::default()
    };
    for reference in ["engine:latest", "docker-daemon:engine:latest"] {
        let opened = home.open_with(reference, &options).unwrap();
        assert_eq!(text(&opened.image.unwrap(), "/var/manifest.json"), "{}");
    }
    let refused = rejection(home.open_with("other", &options));
    assert_eq!(refused.code, "image-not-found");
    assert!(refused.message.contains("not-there.sock: there is none"), "{refused}");
    assert!(refused.message.contains("docker.sock: it does not have the image"), "{refused}");
    assert_eq!(rejection(home.open_with("podman:engine", &options)).code, "image-not-found");
    assert_eq!(rejection(home.open_with("docker-daemon:../x", &options)).code, "image-reference");
}

/// What is told of an image opened from its layout folder, and from a store with the same blobs; each by somebody who has
/// seen nothing before.
fn both_ways(
    layout: &Path,
) -> [(Vec<assay_core::Finding>, assay_core::report::Subject, Option<serde_json::Value>); 2] {
    let blobs = LayoutBlobs(layout.to_owned());
    let (one, two) = (Home::new(), Home::new());
    let from_folder = one.open(&shown(layout));
    let options = OpenOptions::default();
    let from_blobs =
        assay_image::open_blobs("7/x:1", &blobs.top(), &blobs, &options, &two.store, &Silent).unwrap();
    [from_folder, from_blobs]
        .map(|opened| (opened.findings, opened.subject, opened.image.map(|image| image.inspect())))
}

#[test]
fn a_store_of_blobs_is_judged_as_any_other_source() {
    let home = Home::new();
    let tar = Tarball::new().file("a", b"1").file("../b", b"2").end();
    let good = RawLayer::gzip(&tar);
    let wrong_type = good.clone().says("mediaType", json!("application/vnd.oci.image.layer.v1.tar"));
    let wrong_size = good.clone().says("size", json!(7));
    for (case, layer) in [
        ("odd path", good.clone()),
        ("missing blob", good.clone().missing()),
        ("wrong type", wrong_type),
        ("wrong size", wrong_size),
        ("no tar", RawLayer::plain(b"hello")),
    ] {
        let layout = home.path(case);
        support::layout::image(&layout, &[layer]);
        let [from_folder, from_blobs] = both_ways(&layout);
        assert!(!from_folder.0.is_empty(), "{case} is told of");
        assert_eq!(from_folder, from_blobs, "{case}");
    }
    home.pack(&sample(), "good");
    let [from_folder, from_blobs] = both_ways(&home.path("good"));
    assert_eq!(from_folder.0, []);
    assert_eq!(from_folder, from_blobs);
}

#[test]
fn a_store_of_blobs_without_the_manifest_says_so() {
    let home = Home::new();
    let blobs = LayoutBlobs(home.path("good"));
    home.pack(&sample(), "good");
    let top = blobs.top();
    std::fs::remove_file(blobs.path(&top.digest)).unwrap();
    let opened =
        assay_image::open_blobs("7/x:1", &top, &blobs, &OpenOptions::default(), &home.store, &Silent);
    assert_eq!(rejection(opened).code, "image-not-found");
}
