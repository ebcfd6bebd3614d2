//! Properties of the tar reader and of unpacking: no input makes them panic, run for ever or write outside.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use assay_image::tar::{MemberKind, Reader};
use proptest::prelude::*;
use support::Home;
use support::layout::{RawLayer, image};
use support::tarball::{Raw, Tarball, seal};

/// Walks a whole stream; returns members seen.
fn walk(bytes: &[u8]) -> usize {
    let mut reader = Reader::new(bytes, 1 << 16);
    let mut members = 0;
    let mut buffer = [0; 100];
    while let Ok(Some(_)) = reader.next_member() {
        members += 1;
        while let Ok(1..) = reader.read_data(&mut buffer) {}
    }
    drop(reader.finish());
    members
}

fn kinds() -> impl Strategy<Value = u8> {
    prop_oneof![
        Just(b'0'),
        Just(b'1'),
        Just(b'2'),
        Just(b'5'),
        Just(b'3'),
        Just(b'x'),
        Just(b'g'),
        Just(b'L'),
        Just(b'K'),
        Just(b'S'),
        any::<u8>()
    ]
}

fn paths() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just(".."),
        Just("."),
        Just(""),
        Just("a"),
        Just("b"),
        Just(".wh.a"),
        Just(".wh..wh..opq"),
        Just("/")
    ];
    proptest::collection::vec(part, 1..5).prop_map(|parts| parts.join("/"))
}

/// A header block with sensible and senseless fields, and data for it.
fn members() -> impl Strategy<Value = Vec<u8>> {
    (paths(), kinds(), paths(), 0_u64..1500, proptest::option::of((0_usize..512, any::<u8>()))).prop_map(
        |(path, kind, link, size, change)| {
            let mut block = Raw::new(&path, kind).link(&link).size(size).block();
            if let Some((at, byte)) = change {
                block[at] = byte;
                seal(&mut block);
            }
            Tarball(block.to_vec()).bytes(&vec![b'7'; size as usize]).0
        },
    )
}

proptest! {
    #[test]
    fn any_bytes_are_walked_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
        prop_assert!(walk(&bytes) <= bytes.len() / 512);
    }

    #[test]
    fn any_members_are_walked_to_an_end(members in proptest::collection::vec(members(), 0..12), cut in any::<u16>()) {
        let bytes = members.concat();
        prop_assert!(walk(&bytes) <= members.len());
        walk(&bytes[..bytes.len().min(cut.into())]);
    }

    #[test]
    fn what_is_packed_is_walked(files in proptest::collection::btree_map("[a-z]{1,8}(/[a-z]{1,60}){0,3}", any::<Vec<u8>>(), 0..8)) {
        let tar = files.iter().fold(Tarball::new(), |tar, (path, content)| {
            let record = format!(" path={path}\n");
            let length = (1..).find(|length: &usize| length.to_string().len() + record.len() == *length).unwrap();
            tar.pax(b'x', format!("{length}{record}").as_bytes()).file("short", content)
        }).end();
        let mut reader = Reader::new(tar.as_slice(), 1 << 16);
        for (path, content) in &files {
            let member = reader.next_member().unwrap().unwrap();
            prop_assert_eq!(&member.path, path.as_bytes());
            prop_assert_eq!(member.kind, MemberKind::File);
            let mut read = vec![0; content.len() + 1];
            let mut filled = 0;
            while let n @ 1.. = reader.read_data(&mut read[filled..]).unwrap() { filled += n; }
            prop_assert_eq!(&read[..filled], content.as_slice());
        }
        prop_assert!(reader.next_member().unwrap().is_none());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the members say, nothing appears beside the store, the layer is either known or left without a
    /// trace, and the view agrees with the disk.
    #[test]
    fn unpacking_stays_inside(members in proptest::collection::vec(members(), 0..12)) {
        let home = Home::new();
        let tar = Tarball(members.concat()).end();
        let opened = home.open(&image(&home.path("image"), &[RawLayer::plain(&tar)]));
        let mut names: Vec<String> = std::fs::read_dir(home.dir.path()).unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        prop_assert_eq!(names, ["image", "images"]);
        prop_assert_eq!(home.staged(), 0);
        if let Some(image) = opened.image {
            let root = image.rootfs().layers[0].clone();
            for (path, node) in image.view.iter().filter(|(_, node)| node.is_file()) {
                let found = std::fs::symlink_metadata(root.join(path.trim_start_matches('/'))).unwrap();
                prop_assert!(found.is_file());
                prop_assert_eq!(found.len(), node.size);
            }
        }
    }
}
