//! Output validation beside the time that merely parsing the same document takes.
//!
//! `cargo bench -p assay-checks --bench output`; criterion prints MiB/s for each.

#![allow(clippy::unwrap_used, reason = "a benchmark")]
#![allow(missing_docs, reason = "made by criterion's macros")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

use assay_checks::output::{Request, validate};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde::de::IgnoredAny;
use serde_json::Value;

const SIZES: [(&str, usize); 2] = [("1 MB", 1_000_000), ("50 MB", 50_000_000)];

/// A transcript of about `bytes` bytes: single words, and every tenth slot a lattice of three edges.
fn transcript(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 1000);
    text.push_str(r#"{"validationContracts":["transcript"],"language":"en","series":["#);
    let mut slot = 0;
    while text.len() < bytes {
        let (start, stop) = (slot * 400, slot * 400 + 380);
        let _ =
            write!(text, r#"{{"startTimeMs":{start},"stopTimeMs":{stop},"speakerId":"channel0","words":["#);
        if slot % 10 == 9 {
            text.push_str(r#"{"word":"harvest","confidence":0.71,"utteranceLength":1,"bestPath":true},"#);
            text.push_str(r#"{"word":"harness","confidence":0.2,"utteranceLength":1},"#);
            text.push_str(r#"{"word":"harvests","confidence":0.09,"utteranceLength":1}]},"#);
        } else {
            let _ =
                write!(text, r#"{{"word":"word{}","confidence":0.{}}}]}},"#, slot % 977, 500 + slot % 499);
        }
        slot += 1;
    }
    text.pop();
    text.push_str("]}");
    text
}

/// Detected objects with boxes, one a frame.
fn objects(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 1000);
    text.push_str(r#"{"validationContracts":["object"],"series":["#);
    let mut frame = 0;
    while text.len() < bytes {
        let (start, stop, left) = (frame * 40, frame * 40 + 40, frame % 89);
        let _ = write!(text, r#"{{"startTimeMs":{start},"stopTimeMs":{stop},"object":{{"type":"object","#);
        let _ =
            write!(text, r#""label":"dog","confidence":0.87,"boundingPoly":[{{"x":0.{left:02},"y":0.1}},"#);
        text.push_str(r#"{"x":0.95,"y":0.1},{"x":0.95,"y":0.5125},{"x":0.9,"y":0.5125}]}},"#);
        frame += 1;
    }
    text.pop();
    text.push_str("]}");
    text
}

/// The same transcript with a misspelt key here and there.
fn faulty(bytes: usize) -> String {
    transcript(bytes).replace("word99\"", "word99\",\"bestpath\":true")
}

fn request() -> Request {
    Request::new("2026-01-01T00:00:00Z".parse().unwrap())
}

fn validation(criterion: &mut Criterion) {
    for (name, bytes) in SIZES {
        let mut group = criterion.benchmark_group(format!("output {name}"));
        group.sample_size(10).measurement_time(Duration::from_secs(5)).warm_up_time(Duration::from_secs(1));
        for (kind, make) in
            [("transcript", transcript as fn(usize) -> String), ("objects", objects), ("faulty", faulty)]
        {
            let text = make(bytes);
            assert_eq!(validate(text.as_bytes(), &request()).valid, kind != "faulty");
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_function(BenchmarkId::new("validate", kind), |bencher| {
                bencher.iter(|| validate(black_box(text.as_bytes()), &request()));
            });
            group.bench_function(BenchmarkId::new("serde_json IgnoredAny", kind), |bencher| {
                bencher.iter(|| serde_json::from_str::<IgnoredAny>(black_box(&text)).unwrap());
            });
            group.bench_function(BenchmarkId::new("serde_json Value", kind), |bencher| {
                bencher.iter(|| serde_json::from_str::<Value>(black_box(&text)).unwrap());
            });
        }
        group.finish();
    }
}

criterion_group!(benches, validation);
criterion_main!(benches);
