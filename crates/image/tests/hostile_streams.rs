//! Layers whose bytes are made to hurt: bombs, damage, and forms that tar programs read differently.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::io::Write;

use assay_core::{Code, Finding};
use assay_image::{Image, ImageLimits, OpenOptions, Opened};
use support::layout::{RawLayer, image};
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
    let zeros = 100_u64 << 20;
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
fn a_list_of_files_that_would_fill_the_memory() {
    let home = Home::new();
    let tar =
        (0..100).fold(Tarball::new(), |tar, number| tar.raw(&Raw::new(&format!("f{number}"), b'0'))).end();
    let layers = [RawLayer::gzip(&tar), RawLayer::gzip(&Tarball::new().file("x", b"").end())];
    let reference = image(&home.path("image"), &layers);
    let options = limited(ImageLimits { index_bytes: 100 * 160, ..ImageLimits::default() });
    let finding = refused(&home, home.open_with(&reference, &options).unwrap());
    assert_eq!((finding.code, finding.place.layer), (Code::IMG_003, None));
    assert!(home.open(&reference).image.is_some());
    let known = home.open_with(&reference, &options).unwrap();
    assert!(known.image.is_none() && codes(&known) == [Code::IMG_003], "judged again from the store");
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
