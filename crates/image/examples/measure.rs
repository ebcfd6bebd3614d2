//! Times opening an image, cold and warm: `cargo run -p assay-image --example measure -- REFERENCE STORE-FOLDER`.
//! With a folder instead of a reference, `measure --pack FOLDER IMAGE` packs it first.
#![allow(clippy::print_stdout, clippy::disallowed_methods, clippy::expect_used)]

use std::path::Path;
use std::time::Instant;

use assay_core::Silent;
use assay_image::{OpenOptions, PackLayer, PackSpec, Store, pack};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--pack", folder, image] => {
            let spec = PackSpec::new().layer(PackLayer::new().host_tree("/", *folder));
            println!("{}", pack(&spec, Path::new(image)).expect("packing"));
        }
        [reference, store] => measure(reference, Path::new(store)),
        _ => println!("usage: measure REFERENCE STORE-FOLDER | measure --pack FOLDER IMAGE"),
    }
}

fn measure(reference: &str, dir: &Path) {
    for round in ["first", "second"] {
        let store = Store::open(dir).expect("the store");
        let start = Instant::now();
        let opened = assay_image::open(reference, &OpenOptions::default(), &store, &Silent).expect("opening");
        let took = start.elapsed();
        let subject = &opened.subject;
        println!(
            "{round}: {:.3} s, {} bytes to {} bytes, {} entries, {} findings",
            took.as_secs_f64(),
            subject.compressed_bytes,
            subject.unpacked_bytes,
            subject.layers.iter().map(|layer| layer.entries).sum::<u64>(),
            opened.findings.len(),
        );
        for finding in opened.findings.iter().take(5) {
            println!("  {}: {}", finding.code, finding.observed);
        }
    }
}
