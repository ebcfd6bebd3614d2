//! Damage done on purpose: the scrub has to find each, change nothing else, and be done after that.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use assay_registry::{Found, Scrubbed, scrub};

use crate::client::{digest, noise};
use crate::house::House;

fn blob_file(folder: &Path, digest: &str) -> PathBuf {
    let hex = digest.strip_prefix("sha256:").unwrap();
    folder.join("blobs/sha256").join(&hex[..2]).join(hex)
}

fn overwrite(file: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(file).unwrap();
    change(&mut bytes);
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::write(file, bytes).unwrap();
}

fn sql(folder: &Path, text: &str) {
    let connection = rusqlite::Connection::open(folder.join("records.db")).unwrap();
    connection.execute_batch(text).unwrap();
}

/// One whole round, in small steps.
fn round(house: &House) -> Vec<Found> {
    let mut found = Vec::new();
    loop {
        let Scrubbed { found: more, round, .. } = scrub(&house.registry, 1000).unwrap();
        found.extend(more);
        if round {
            return found;
        }
    }
}

/// All files and all rows of the registry's tables, but those of the scrub itself.
fn snapshot(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for part in ["blobs", "uploads", "quarantine"] {
        read_files(&folder.join(part), &mut all);
    }
    let connection = rusqlite::Connection::open(folder.join("records.db")).unwrap();
    for table in
        ["repository", "blob", "repository_blob", "image_manifest", "manifest_link", "tag", "tag_change"]
    {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let row: Vec<rusqlite::types::Value> = (0..columns).map(|at| row.get(at).unwrap()).collect();
            all.insert(format!("{table} {row:?}"), Vec::new());
        }
    }
    all
}

fn read_files(folder: &Path, all: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_files(&path, all);
        } else {
            all.insert(path.display().to_string(), std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn what_is_whole_is_left_alone() {
    let house = House::open();
    for seed in 0..20 {
        house.push_image("7/a", &format!("t{seed}"), &[&noise(seed, 3000)]);
    }
    house.client.begin("7/a");
    let before = snapshot(house.folder.path());
    assert_eq!(round(&house), []);
    assert_eq!(round(&house), []);
    assert_eq!(snapshot(house.folder.path()), before);
}

#[test]
fn every_damaged_blob_is_found_set_aside_and_healed_by_a_push() {
    let house = House::open();
    let layers: Vec<Vec<u8>> = (0..6).map(|seed| noise(seed, 20_000)).collect();
    let images: Vec<String> =
        (0..6).map(|at| house.push_image("7/a", &format!("t{at}"), &[&layers[at]])).collect();
    let shared = house.push_image("7/b", "shared", &[&layers[0], &layers[5]]);
    let folder = house.folder.path().to_owned();
    let file = |at: usize| blob_file(&folder, &digest(&layers[at]));
    overwrite(&file(0), |bytes| bytes[10_000] ^= 1);
    overwrite(&file(1), |bytes| bytes.truncate(19_999));
    overwrite(&file(2), |bytes| bytes.push(0));
    overwrite(&file(3), Vec::clear);
    std::fs::remove_file(file(4)).unwrap();
    let before = snapshot(&folder);

    let mut found = round(&house);
    found.sort_by_key(|found| format!("{found:?}"));
    let mut wanted: Vec<Found> = (0..5)
        .map(|at| {
            let mut manifests = vec![("7/a".parse().unwrap(), images[at].parse().unwrap())];
            if at == 0 {
                manifests.push(("7/b".parse().unwrap(), shared.parse().unwrap()));
            }
            Found::Blob { digest: digest(&layers[at]).parse().unwrap(), manifests }
        })
        .collect();
    wanted.sort_by_key(|found| format!("{found:?}"));
    assert_eq!(found, wanted);
    assert_eq!(round(&house), [], "the second round finds nothing");

    let after = snapshot(&folder);
    let changed = before.keys().filter(|key| before.get(*key) != after.get(*key));
    let blobs: Vec<String> =
        (0..5).map(|at| digest(&layers[at]).trim_start_matches("sha256:").to_owned()).collect();
    for key in changed {
        let of_damaged = blobs.iter().any(|hex| key.contains(hex));
        assert!(of_damaged && (key.starts_with("blob ") || key.contains("/blobs/")), "{key}");
    }
    assert_eq!(std::fs::read_dir(folder.join("quarantine")).unwrap().count(), 4, "one had no file");

    for (at, layer) in layers.iter().enumerate() {
        let path = format!("/v2/7/a/blobs/{}", digest(layer));
        assert_eq!(house.client.get(&path).status, if at < 5 { 404 } else { 200 });
        house.client.push_blob("7/a", layer);
        assert_eq!(house.client.get(&path).expect(200).body, *layer);
    }
    assert_eq!(
        house.client.get(&format!("/v2/7/b/blobs/{}", digest(&layers[0]))).expect(200).body,
        layers[0]
    );
    assert_eq!(round(&house), []);
}

#[test]
fn a_damaged_blob_cannot_be_mounted_or_built_upon() {
    let house = House::open();
    let image = house.push_image("7/a", "latest", &[b"layer"]);
    let layer = digest(b"layer");
    overwrite(&blob_file(house.folder.path(), &layer), |bytes| bytes[0] ^= 1);
    assert_eq!(round(&house).len(), 1);
    house.client.post(&format!("/v2/7/b/blobs/uploads/?mount={layer}&from=7/a")).expect(202);
    let manifest = house.client.get(&format!("/v2/7/a/manifests/{image}")).expect(200).body;
    let put = || house.client.put_manifest("7/a", "again", crate::house::OCI, &manifest);
    put().refused(404, "MANIFEST_BLOB_UNKNOWN");
    house.client.push_blob("7/a", b"layer");
    put().expect(201);
}

#[test]
fn a_damaged_manifest_is_found_hidden_and_healed_by_a_push() {
    let house = House::open();
    let image = house.push_image("7/a", "latest", &[b"layer"]);
    house.push_image("7/b", "latest", &[b"layer"]);
    let path = format!("/v2/7/a/manifests/{image}");
    let bytes = house.client.get(&path).expect(200).body;
    sql(
        house.folder.path(),
        "UPDATE image_manifest SET bytes = CAST(replace(CAST(bytes AS TEXT), 'config', 'konfig') AS BLOB) \
         WHERE repository = (SELECT id FROM repository WHERE name = '7/a')",
    );
    let found = Found::Manifest { repository: "7/a".parse().unwrap(), digest: image.parse().unwrap() };
    assert_eq!(round(&house), [found]);
    assert_eq!(round(&house), []);
    for reference in [&image, "latest"] {
        house.client.get(&format!("/v2/7/a/manifests/{reference}")).refused(404, "MANIFEST_UNKNOWN");
    }
    house.client.get(&format!("/v2/7/b/manifests/{image}")).expect(200);
    house.client.put_manifest("7/a", "latest", crate::house::OCI, &bytes).expect(201);
    assert_eq!(house.client.get(&path).expect(200).body, bytes);
    assert_eq!(round(&house), []);
}

#[test]
fn a_row_that_lies_about_a_blobs_size_is_found() {
    let house = House::open();
    let blob = house.client.push_blob("7/a", b"bytes");
    sql(house.folder.path(), "UPDATE blob SET size = 6");
    assert_eq!(round(&house).len(), 1);
    house.client.push_blob("7/a", b"bytes");
    assert_eq!(house.client.get(&format!("/v2/7/a/blobs/{blob}")).expect(200).body, b"bytes");
    assert_eq!(round(&house), []);
}

#[test]
fn the_scrub_goes_on_where_it_stopped_also_in_another_process() {
    let mut house = House::open();
    for seed in 0..10 {
        house.push_image("7/a", &format!("t{seed}"), &[&noise(seed, 10_000)]);
    }
    let mut bytes = 0;
    for _ in 0..200 {
        let done = scrub(&house.registry, 10_000).unwrap();
        assert!(done.bytes < 30_000, "a step is bounded: {}", done.bytes);
        bytes += done.bytes;
        if done.round {
            assert!((100_000..110_000).contains(&bytes), "everything was read once: {bytes}");
            return;
        }
        house = house.reopen();
    }
    panic!("no round was finished");
}
