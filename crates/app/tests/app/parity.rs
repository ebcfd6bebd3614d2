//! The same image comes to the same report wherever it is judged: from an archive on a laptop, from the registry's files
//! in the service, and whether its layers were unpacked before anybody asked or not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use assay_app::certification::{Request, Rooms, certify};
use assay_app::pipeline::{Ahead, Bench, Done, Judge, Order, Reach, Task};
use assay_app::work::StopFlag;
use assay_core::report::Report;
use assay_core::run::{EngineRunner, Readiness, RunEvidence, RunPlan};
use assay_core::{Digest, Engine, Fault, ManualClock, Policy, Progress, SequentialIds, Silent, Step};
use assay_image::{ImageLimits, OpenOptions, Store, TopDocument};

use crate::plant::{Plant, manifest};

/// A sandbox in which every engine comes up and says nothing.
struct Quiet;

impl EngineRunner for Quiet {
    fn run(&self, _: &RunPlan, _: &dyn Progress, _: Step) -> Result<RunEvidence, Fault> {
        Ok(RunEvidence { readiness: Readiness::Ready { after_ms: 5 }, ..RunEvidence::default() })
    }
}

fn policy() -> Policy {
    Policy::default()
}

/// As `assay certify` judges an archive.
fn on_a_laptop(plant: &Plant, engine: &Engine, text: &str) -> Report {
    let archive = plant.pack(Some(text), "one", "laptop.tar");
    let evidence = tempfile::tempdir().unwrap();
    let request = Request {
        reference: archive.display().to_string(),
        open: OpenOptions::default(),
        profile: engine.profile(),
        policy: policy(),
        waivers: Vec::new(),
        pushed_as: None,
        without: Default::default(),
        input: None,
        exceptions: Vec::new(),
        resolve: Default::default(),
        seed: 0,
        evidence_dir: evidence.path().to_owned(),
    };
    let rooms = Rooms {
        store: &Store::open(&plant.path("laptop-images")).unwrap(),
        database: None,
        runner: Ok(&Quiet),
        clock: &ManualClock::at(plant.service.now()),
        ids: &SequentialIds::default(),
        progress: &Silent,
        stored: None,
    };
    certify(&request, rooms).unwrap().report
}

/// As the service's judge judges what was pushed. What is told of the order and back is told as JSON.
fn in_the_service(plant: &Plant, engine: &Engine, digest: &Digest, images: &Store) -> Report {
    let evidence = tempfile::tempdir().unwrap();
    let bench = Bench {
        images: images.clone(),
        database: None,
        runner: Ok(Arc::new(Quiet)),
        files: plant.files.clone(),
        clock: Arc::new(ManualClock::at(plant.service.now())),
        ids: Arc::new(SequentialIds::default()),
        open: OpenOptions::default(),
    };
    let order = Order {
        task: Task::Certify,
        reference: "2/one:latest".into(),
        top: TopDocument {
            digest: digest.clone(),
            media_type: "application/vnd.oci.image.manifest.v1+json".into(),
        },
        documents: plant.documents(engine, digest),
        profile: engine.profile(),
        policy: policy(),
        waivers: Vec::new(),
        reach: Reach::default(),
        evidence_dir: evidence.path().to_owned(),
    };
    let order: Order = serde_json::from_str(&serde_json::to_string(&order).unwrap()).unwrap();
    match bench.carry_out(&order, &Silent, &StopFlag::default()).unwrap() {
        Done::Certified(certified) => {
            serde_json::from_str(&serde_json::to_string(&certified.report).unwrap()).unwrap()
        }
        Done::Probed(probe) => panic!("{probe:?}"),
    }
}

/// Without what may differ: the name of the image, and who has seen its layers before.
fn body(mut report: Report) -> serde_json::Value {
    report.image = String::new();
    report.subject.layers.iter_mut().for_each(|layer| layer.cached = false);
    for layer in report.inspect["layers"].as_array_mut().into_iter().flatten() {
        layer["cached"] = false.into();
    }
    serde_json::to_value(report).unwrap()
}

#[test]
fn a_laptop_and_the_service_come_to_the_same_report() {
    let plant = Plant::new();
    let engine = plant.engine("One");
    let odd = manifest(&engine).replace(r#""clusterSize": "small","#, "");
    for text in [manifest(&engine), odd, "{".into()] {
        let digest = plant.push_manifest(&engine, Some(&text), "one");
        let laptop = body(on_a_laptop(&plant, &engine, &text));
        assert!(!laptop["stages"].as_array().unwrap().is_empty());
        let home = tempfile::tempdir().unwrap();
        let images = Store::open(home.path()).unwrap();
        let cold = in_the_service(&plant, &engine, &digest, &images);
        assert!(!cold.subject.layers[0].cached);
        let warm = in_the_service(&plant, &engine, &digest, &images);
        assert!(warm.subject.layers[0].cached);
        for report in [cold, warm] {
            assert_eq!(body(report), laptop);
        }
    }
}

#[test]
fn layers_unpacked_ahead_are_there_when_the_manifest_comes() {
    let plant = Plant::new();
    let engine = plant.engine("One");
    // Noise, so that the layer stays large when it is compressed.
    let mut state = 1_u32;
    let noise: String = (0..60_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(b'0' + (state >> 24) as u8 % 64)
        })
        .collect();
    let digest = plant.push_manifest(&engine, Some(&manifest(&engine)), &noise);
    let images = Store::open(&plant.path("ahead-images")).unwrap();
    let humble = Arc::new(AtomicBool::new(false));
    let its = humble.clone();
    let lower = move || its.store(true, Ordering::SeqCst);
    let room = Arc::new(AtomicBool::new(false));
    let disk = room.clone();
    let has_room = move || disk.load(Ordering::SeqCst);
    let limits = ImageLimits::default();
    let ahead = Ahead::start(plant.files.clone(), images.clone(), limits, has_room, lower).unwrap();
    let documents = plant.documents(&engine, &digest);
    let manifest: serde_json::Value = serde_json::from_str(&documents[&digest]).unwrap();
    let offer = || {
        for part in [&manifest["layers"][0], &manifest["config"]] {
            ahead.offer(&part["digest"].as_str().unwrap().parse().unwrap(), part["size"].as_u64().unwrap());
        }
        ahead.settle(Duration::from_secs(60));
    };
    let layers = || std::fs::read_dir(plant.path("ahead-images/layers")).unwrap().count();
    offer();
    assert_eq!(layers(), 0, "a full disk is left alone");
    room.store(true, Ordering::SeqCst);
    offer();
    assert_eq!(layers(), 1);
    assert!(humble.load(Ordering::SeqCst));
    assert!(in_the_service(&plant, &engine, &digest, &images).subject.layers[0].cached);
}

#[test]
fn what_waits_to_be_unpacked_is_handed_over_to_whoever_needs_it_now() {
    let ahead = Ahead::default();
    let digests: Vec<Digest> = (0..100).map(|number: u32| Digest::sha256(&number.to_le_bytes())).collect();
    digests.iter().for_each(|digest| ahead.offer(digest, 1 << 20));
    assert_eq!(ahead.waiting(), 64, "more than that is dropped");
    ahead.offer(&digests[99], 1);
    ahead.hand_over(&digests[..10], Duration::from_secs(60));
    assert_eq!(ahead.waiting(), 54);
    ahead.close();
    ahead.offer(&digests[99], 1 << 20);
    assert_eq!(ahead.waiting(), 0);
}
