//! Each figure, taken at one running server.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::figures::{Values, median};
use crate::flood::{flood, percentile};
use crate::image::{Layer, configuration};
use crate::random::Random;
use crate::repository::{MANIFEST, Repository, digest, manifest};
use crate::server::Server;

/// Size of a large blob.
const LARGE: usize = 200_000_000;
/// The same in MB.
const LARGE_MB: f64 = LARGE as f64 / 1e6;
/// Size of a piece of it.
const PIECE: usize = 10_000_000;
/// How often each large blob is pushed and pulled in a round; the median counts.
const TIMES: usize = 3;
/// How many small blobs and manifests are pushed.
const MANY: usize = 300;
/// Connections of the flood.
const CONNECTIONS: usize = 16;
/// How long the flood lasts.
const FLOOD: Duration = Duration::from_secs(3);

/// All figures of one server in one round. `seed` keeps the bytes of rounds apart.
pub fn all(server: &Server, layers: &[Layer], layout: &Path, seed: u64, values: &mut Values) {
    blobs(server, seed, values);
    manifests(server, seed, values);
    small_blobs(server, seed, values);
    server.process().settle();
    image(server, layout, values);
    parallel(server, layers, values);
}

/// Something done to a repository.
type Deed<'a> = &'a dyn Fn(&mut Repository, &str, &[u8]);

fn blobs(server: &Server, seed: u64, values: &mut Values) {
    let mut repository = server.repository("blobs");
    let pushed = |repository: &mut Repository, way: u64, deed: Deed<'_>| {
        let times: Vec<(f64, f64)> = (0..TIMES as u64)
            .map(|time| {
                let bytes = Random(seed * 100 + way * 10 + time).bytes(LARGE);
                let digest = digest(&bytes);
                timed(server, || deed(repository, &digest, &bytes))
            })
            .collect();
        let middle = |value: &dyn Fn(&(f64, f64)) -> f64| median(times.iter().map(value).collect());
        (LARGE_MB / middle(&|time| time.0), middle(&|time| time.1) * 1e3 / LARGE_MB)
    };
    let (rate, cpu) = pushed(&mut repository, 1, &|to, digest, bytes| to.push(digest, bytes).unwrap());
    values.add("put", rate);
    values.add("put_cpu", cpu);
    let in_pieces: Deed<'_> = &|to, digest, bytes| to.push_in_pieces(digest, bytes, PIECE).unwrap();
    values.add("pieces", pushed(&mut repository, 2, in_pieces).0);
    let as_stream: Deed<'_> = &|to, digest, bytes| to.push_as_stream(digest, bytes).unwrap();
    values.add("stream", pushed(&mut repository, 3, as_stream).0);
    let first = digest(&Random(seed * 100 + 10).bytes(LARGE));
    let got: Vec<(f64, f64)> = (0..TIMES).map(|_| timed(server, || get(&mut repository, &first))).collect();
    values.add("get", LARGE_MB / median(got.iter().map(|time| time.0).collect()));
    values.add("get_cpu", median(got.iter().map(|time| time.1).collect()) * 1e3 / LARGE_MB);
}

fn get(repository: &mut Repository, digest: &str) {
    let target = format!("/v2/{}/blobs/{digest}", repository.name);
    let mut length = 0;
    let answer = repository.connection.pour("GET", &target, &[], b"", &mut |piece| length += piece.len());
    assert_eq!((answer.unwrap().status, length), (200, LARGE));
}

/// Wall time and the server's processor time of a deed, in seconds.
fn timed(server: &Server, deed: impl FnOnce()) -> (f64, f64) {
    let (cpu, begun) = (server.process().cpu(), Instant::now());
    deed();
    (begun.elapsed().as_secs_f64(), server.process().cpu() - cpu)
}

fn manifests(server: &Server, seed: u64, values: &mut Values) {
    let mut repository = server.repository("manifests");
    let (config, layer) = (configuration(&[], serde_json::json!({})), Random(seed).bytes(1000));
    repository.push(&digest(&config), &config).unwrap();
    repository.push(&digest(&layer), &layer).unwrap();
    let layers = [(digest(&layer), layer.len())];
    let manifests: Vec<Vec<u8>> = (0..MANY)
        .map(|at| manifest((&digest(&config), config.len()), &layers, &format!("{seed}.{at}")))
        .collect();
    let (rate, p99) = one_by_one(MANY, |at| {
        repository.push_manifest(&format!("v{at}"), &manifests[at]).unwrap();
    });
    values.add("manifest_put", rate);
    values.add("manifest_put_p99", p99);
    server.process().settle();
    let target = format!("/v2/{}/manifests/{}", repository.name, digest(&manifests[0]));
    let request = repository.connection.head("GET", &target, &[("Accept", MANIFEST)], 0);
    let flood = flood(server.address(), request.as_bytes(), CONNECTIONS, FLOOD);
    values.add("manifest_get", flood.rate);
    values.add("manifest_get_p99", flood.p99);
}

fn small_blobs(server: &Server, seed: u64, values: &mut Values) {
    let mut repository = server.repository("small");
    let blobs: Vec<Vec<u8>> = (0..MANY as u64).map(|at| Random(seed * 1_000_000 + at).bytes(1000)).collect();
    let digests: Vec<String> = blobs.iter().map(|blob| digest(blob)).collect();
    let (rate, _) = one_by_one(MANY, |at| repository.push(&digests[at], &blobs[at]).unwrap());
    values.add("small", rate);
}

/// Deeds per second, and how long 99 in 100 took at most, in ms.
fn one_by_one(count: usize, mut deed: impl FnMut(usize)) -> (f64, f64) {
    let begun = Instant::now();
    let mut took: Vec<Duration> = (0..count)
        .map(|at| {
            let begun = Instant::now();
            deed(at);
            begun.elapsed()
        })
        .collect();
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    (rate, percentile(&mut took, 99).as_secs_f64() * 1e3)
}

fn image(server: &Server, layout: &Path, values: &mut Values) {
    let process = server.process();
    process.forget_peak_memory();
    let remote = format!("docker://{}/1/image:1", server.address());
    let before = process.cpu();
    let (wall, cpu) = timed(server, || skopeo(server, "dest", &format!("oci:{}", layout.display()), &remote));
    values.add("push", wall);
    values.add("push_cpu", cpu);
    process.settle();
    values.add("push_cpu_after", process.cpu() - before);
    values.add("push_memory", process.peak_memory());
    let copy = tempfile::tempdir().unwrap();
    let (wall, cpu) =
        timed(server, || skopeo(server, "src", &remote, &format!("dir:{}", copy.path().display())));
    values.add("pull", wall);
    values.add("pull_cpu", cpu);
}

/// Copies with skopeo; `end` is the one of its two ends that is the server.
fn skopeo(server: &Server, end: &str, from: &str, to: &str) {
    let mut command = Command::new("skopeo");
    command.args(["copy", "--insecure-policy", "--quiet", &format!("--{end}-tls-verify=false")]);
    if let Some(login) = server.login() {
        command.arg(format!("--{end}-creds")).arg(format!("{}:{}", login.user, login.password));
    }
    let output = command.args([from, to]).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Six clients push a layer each, into a repository that has none of them.
fn parallel(server: &Server, layers: &[Layer], values: &mut Values) {
    let bytes: Vec<(String, Vec<u8>)> =
        layers.iter().map(|layer| (layer.digest.clone(), layer.bytes())).collect();
    let process = server.process();
    process.settle();
    process.forget_peak_memory();
    let (wall, cpu) = timed(server, || {
        thread::scope(|scope| {
            for (digest, bytes) in &bytes {
                let mut repository = server.repository("parallel");
                scope.spawn(move || repository.push_as_stream(digest, bytes).unwrap());
            }
        });
    });
    values.add("parallel", wall);
    values.add("parallel_cpu", cpu);
    process.settle();
    values.add("parallel_memory", process.peak_memory());
}
