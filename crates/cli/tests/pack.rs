//! `assay pack`, through the front door.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod house;

use house::{House, good_manifest};
use insta::assert_snapshot;
use serde_json::Value;

fn packed(house: &House, image: &str, more: &[&str]) -> String {
    house.file("root/engine", "#!/bin/sh\n");
    house.file("manifest.json", good_manifest("keyword extraction"));
    let fixed = ["pack", "root", "-o", image, "--entrypoint", "/engine", "--manifest", "manifest.json"];
    let output = house.assay(&[&fixed, more].concat()).output().unwrap();
    assert!(output.status.success(), "{}", house.described(&output));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn equal_input_gives_an_equal_image() {
    let (one, other) = (House::new(), House::new());
    let digest = packed(&one, "image.tar", &["--env", "A=1", "--user", "65534:65534"]);
    assert_eq!(digest, packed(&other, "image.tar", &["--env", "A=1", "--user", "65534:65534"]));
    let bytes = |house: &House| std::fs::read(house.path().join("image.tar")).unwrap();
    assert_eq!(bytes(&one), bytes(&other));
    assert_ne!(digest, packed(&House::new(), "image.tar", &["--env", "A=2", "--user", "65534:65534"]));
}

#[test]
fn the_layout_says_how_to_start_it() {
    let house = House::new();
    let digest =
        packed(&house, "image", &["--arg", "-v", "--env", "A=b=c", "--workdir", "/srv", "--label", "x=y"]);
    let blob = |digest: &str| -> Value {
        let path = house.path().join("image/blobs").join(digest.replace(':', "/"));
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    };
    let manifest = blob(&digest);
    let config = blob(manifest["config"]["digest"].as_str().unwrap());
    let run = &config["config"];
    assert_eq!(run["Entrypoint"], serde_json::json!(["/engine", "-v"]));
    assert_eq!(run["Env"], serde_json::json!(["A=b=c"]));
    assert_eq!((&run["WorkingDir"], &run["Labels"]["x"]), (&"/srv".into(), &"y".into()));
}

#[test]
fn what_cannot_be_packed_is_refused_with_code_2() {
    let house = House::new();
    assert_snapshot!("no_such_folder", house.told(&["pack", "nowhere", "-o", "image.tar"]));
    house.file("root/x", "");
    house.assay(&["pack", "root", "-o", "image.tar", "--env", "novalue"]).assert().code(2);
}

#[test]
fn mistyped_paths_are_told_before_the_work() {
    let house = House::new();
    house.file("root/engine", "#!/bin/sh\n");
    for wrong in [
        &["pack", "root", "-o", "x.tar", "--manifest", "nope"][..],
        &["pack", "root", "-o", "none/x.tar"],
        &["pack", "root", "-o", "/proc/assay-image"],
    ] {
        let told = house.told(wrong);
        assert!(told.starts_with("exit: 2") && told.contains("hint: ") && !told.contains(".tmp"), "{told}");
    }
    assert!(!house.path().join("x.tar").exists());
}
