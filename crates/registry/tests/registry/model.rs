//! Random operations against the registry and against a model of it that fits on a page.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use assay_registry::collect;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::client::{digest, noise};
use crate::house::{House, OCI, image};

const GRACE: u64 = 60;
const NAMES: [&str; 3] = ["7/a", "7/b", "8/c"];
const TAGS: [&str; 2] = ["one", "two"];
const BLOBS: usize = 4;

#[derive(Clone, Debug)]
enum Operation {
    Push { name: usize, blob: usize },
    Ask { name: usize, blob: usize },
    Pull { name: usize, blob: usize },
    Mount { from: usize, name: usize, blob: usize },
    Hide { name: usize, blob: usize },
    Put { name: usize, tag: usize, layers: Vec<usize> },
    Show { name: usize, tag: usize },
    Untag { name: usize, tag: usize },
    Delete { name: usize, tag: usize },
    Wait { minutes: u64 },
    Collect,
    Restart,
}

fn operation() -> impl Strategy<Value = Operation> {
    let (name, blob, tag) = (0..NAMES.len(), 0..BLOBS, 0..TAGS.len());
    let at = (name.clone(), blob.clone());
    let tagged = (name.clone(), tag.clone());
    prop_oneof![
        4 => at.clone().prop_map(|(name, blob)| Operation::Push { name, blob }),
        2 => at.clone().prop_map(|(name, blob)| Operation::Ask { name, blob }),
        2 => at.clone().prop_map(|(name, blob)| Operation::Pull { name, blob }),
        2 => (name.clone(), name.clone(), blob.clone())
            .prop_map(|(from, name, blob)| Operation::Mount { from, name, blob }),
        1 => at.prop_map(|(name, blob)| Operation::Hide { name, blob }),
        4 => (name, tag, proptest::collection::vec(blob, 1..3))
            .prop_map(|(name, tag, layers)| Operation::Put { name, tag, layers }),
        2 => tagged.clone().prop_map(|(name, tag)| Operation::Show { name, tag }),
        1 => tagged.clone().prop_map(|(name, tag)| Operation::Untag { name, tag }),
        2 => tagged.prop_map(|(name, tag)| Operation::Delete { name, tag }),
        3 => prop_oneof![Just(20_u64), Just(31), Just(61), Just(200)].prop_map(|minutes| Operation::Wait { minutes }),
        4 => Just(Operation::Collect),
        1 => Just(Operation::Restart),
    ]
}

/// What a repository has to show. Blobs with the minute they were last seen.
#[derive(Default)]
struct Shelf {
    blobs: BTreeMap<usize, u64>,
    manifests: BTreeMap<String, (Vec<u8>, BTreeSet<usize>)>,
    tags: BTreeMap<usize, String>,
}

impl Shelf {
    fn links(&self, blob: usize) -> bool {
        self.manifests.values().any(|(_, layers)| layers.contains(&blob))
    }
}

#[derive(Default)]
struct Model {
    minute: u64,
    shelves: [Shelf; 3],
}

impl Model {
    fn collect(&mut self) {
        for shelf in &mut self.shelves {
            let stale: Vec<usize> = shelf
                .blobs
                .iter()
                .filter(|(blob, seen)| **seen + GRACE < self.minute && !shelf.links(**blob))
                .map(|(blob, _)| *blob)
                .collect();
            shelf.blobs.retain(|blob, _| !stale.contains(blob));
        }
    }

    fn needed(&self, blob: usize) -> bool {
        self.shelves.iter().any(|shelf| shelf.blobs.contains_key(&blob) || shelf.links(blob))
    }
}

fn bytes(blob: usize) -> Vec<u8> {
    noise(blob as u64 + 1, 100 + blob * 700)
}

fn blob_of(file: &str) -> usize {
    (0..BLOBS).find(|blob| digest(&bytes(*blob)) == file).expect("a blob of ours")
}

fn run(operations: Vec<Operation>) {
    let mut house = House::open();
    let mut model = Model::default();
    for operation in operations {
        if let Operation::Restart = operation {
            house = house.reopen();
        } else {
            step(&house, &mut model, &operation);
        }
        check(&house, &model);
    }
    settle(&house, &model);
}

fn step(house: &House, model: &mut Model, operation: &Operation) {
    let client = &house.client;
    let now = model.minute;
    let path = |name: usize, blob: usize| format!("/v2/{}/blobs/{}", NAMES[name], digest(&bytes(blob)));
    let manifest = |name: usize, reference: &str| format!("/v2/{}/manifests/{reference}", NAMES[name]);
    match operation {
        Operation::Push { name, blob } => {
            client.push_blob(NAMES[*name], &bytes(*blob));
            model.shelves[*name].blobs.insert(*blob, now);
        }
        Operation::Ask { name, blob } => {
            let shelf = &mut model.shelves[*name];
            let linked = shelf.links(*blob);
            match shelf.blobs.get_mut(blob) {
                None => drop(client.ask(&path(*name, *blob)).expect(404)),
                Some(seen) => {
                    client.ask(&path(*name, *blob)).expect(200);
                    if !linked && now - *seen > GRACE / 2 {
                        *seen = now;
                    }
                }
            }
        }
        Operation::Pull { name, blob } => {
            let reply = client.get(&path(*name, *blob));
            if model.shelves[*name].blobs.contains_key(blob) {
                assert_eq!(reply.expect(200).body, bytes(*blob));
            } else {
                reply.refused(404, "BLOB_UNKNOWN");
            }
        }
        Operation::Mount { from, name, blob } => {
            let query = format!("?mount={}&from={}", digest(&bytes(*blob)), NAMES[*from]);
            let reply = client.post(&format!("/v2/{}/blobs/uploads/{query}", NAMES[*name]));
            if model.shelves[*from].blobs.contains_key(blob) {
                reply.expect(201);
                model.shelves[*name].blobs.insert(*blob, now);
            } else {
                client.delete(&reply.expect(202).location()).expect(204);
            }
        }
        Operation::Hide { name, blob } => {
            let there = model.shelves[*name].blobs.remove(blob).is_some();
            client.delete(&path(*name, *blob)).expect(if there { 202 } else { 404 });
        }
        Operation::Put { name, tag, layers } => {
            let described: Vec<_> = layers.iter().map(|at| (digest(&bytes(*at)), bytes(*at).len())).collect();
            let text = image(&described[0].0, &described);
            let reply = client.put_manifest(NAMES[*name], TAGS[*tag], OCI, &text);
            let shelf = &mut model.shelves[*name];
            if layers.iter().all(|blob| shelf.blobs.contains_key(blob)) {
                reply.expect(201);
                shelf.tags.insert(*tag, digest(&text));
                shelf.manifests.insert(digest(&text), (text, layers.iter().copied().collect()));
            } else {
                reply.refused(404, "MANIFEST_BLOB_UNKNOWN");
            }
        }
        Operation::Show { name, tag } => {
            let shelf = &model.shelves[*name];
            let reply = client.get(&manifest(*name, TAGS[*tag]));
            match shelf.tags.get(tag) {
                Some(found) => assert_eq!(reply.expect(200).body, shelf.manifests[found].0),
                None => drop(reply.refused(404, "MANIFEST_UNKNOWN")),
            }
        }
        Operation::Untag { name, tag } => {
            let there = model.shelves[*name].tags.remove(tag).is_some();
            client.delete(&manifest(*name, TAGS[*tag])).expect(if there { 202 } else { 404 });
        }
        Operation::Delete { name, tag } => {
            let shelf = &mut model.shelves[*name];
            let Some(found) = shelf.tags.get(tag).cloned() else { return };
            client.delete(&manifest(*name, &found)).expect(202);
            client.get(&manifest(*name, TAGS[*tag])).expect(404);
            let (_, layers) = shelf.manifests.remove(&found).unwrap();
            shelf.tags.retain(|_, digest| *digest != found);
            for layer in layers {
                shelf.blobs.entry(layer).and_modify(|seen| *seen = now);
            }
        }
        Operation::Wait { minutes } => {
            house.advance(Duration::from_secs(60 * minutes));
            model.minute += minutes;
        }
        Operation::Collect => {
            collect(&house.registry).unwrap();
            model.collect();
        }
        Operation::Restart => unreachable!("done by the caller"),
    }
}

/// What must hold after every step: nothing needed is missing on disk, and tags are listed as they are.
fn check(house: &House, model: &Model) {
    let files: BTreeSet<usize> = house.blob_files().iter().map(|file| blob_of(file)).collect();
    for blob in 0..BLOBS {
        assert!(files.contains(&blob) || !model.needed(blob), "blob {blob} is needed");
    }
    for (name, shelf) in NAMES.iter().zip(&model.shelves) {
        let reply = house.client.get(&format!("/v2/{name}/tags/list"));
        if reply.status == 200 {
            let tags: Vec<&str> = shelf.tags.keys().map(|tag| TAGS[*tag]).collect();
            assert_eq!(reply.json()["tags"], serde_json::json!(tags));
        } else {
            assert!(shelf.tags.is_empty() && shelf.manifests.is_empty());
        }
    }
}

/// In the end everything that nobody needs goes, and nothing else.
fn settle(house: &House, model: &Model) {
    for _ in 0..3 {
        house.advance(Duration::from_secs(60 * (GRACE + 1)));
        collect(&house.registry).unwrap();
    }
    let files: BTreeSet<usize> = house.blob_files().iter().map(|file| blob_of(file)).collect();
    let linked = |blob: &usize| model.shelves.iter().any(|shelf| shelf.links(*blob));
    assert_eq!(files, (0..BLOBS).filter(linked).collect());
}

#[test]
fn any_order_of_operations_agrees_with_the_model() {
    let config = Config { cases: 20, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let result = runner.run(&proptest::collection::vec(operation(), 60..90), |operations| {
        run(operations);
        Ok(())
    });
    if let Err(cause) = result {
        panic!("{cause}");
    }
}
