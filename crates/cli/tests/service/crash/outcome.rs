//! What became of every accepted manifest: none may be forgotten, none counted twice.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::promises::Promises;
use crate::house::Service;
use crate::http::Connection;
use crate::repository::digest;

/// How long all the work that is left may take.
const PATIENCE: Duration = Duration::from_secs(180);

/// Waits until each manifest is known to be somebody's build or nobody's, and each build is approved; counts the builds.
pub fn assert_all_came_to_something(service: &Service, all: &[Promises]) -> usize {
    let mut connection = Connection::to(service.address());
    connection.authorization = Some(format!("Bearer {}", service.key(&["read"])));
    let begun = Instant::now();
    let mut numbers = BTreeSet::new();
    for promises in all {
        for manifest in &promises.manifests {
            let push = format!("{}@{}", promises.repository, digest(manifest));
            let mut outcome = ask(&mut connection, &push);
            while !is_final(&outcome) {
                assert!(begun.elapsed() < PATIENCE, "{push}: {outcome}");
                thread::sleep(Duration::from_millis(50));
                outcome = ask(&mut connection, &push);
            }
            for build in outcome["builds"].as_array().into_iter().flatten() {
                assert_eq!(build["status"], "approved", "{push}: {outcome}");
                assert!(numbers.insert(build["number"].as_u64().unwrap()), "{push} is a build twice");
            }
        }
    }
    numbers.len()
}

/// Where a push is now; that the service knows nothing of it is a broken promise.
fn ask(connection: &mut Connection, push: &str) -> Value {
    let answer = connection.ask("GET", &format!("/v3/pushes/{push}"), &[], b"").unwrap();
    let answer = answer.expect(200).unwrap_or_else(|why| panic!("{push} is forgotten: {why}"));
    serde_json::from_slice(&answer.body).unwrap()
}

fn is_final(outcome: &Value) -> bool {
    let passing = ["uploaded", "fetching", "available", "pending"];
    let builds = outcome["builds"].as_array();
    let settled = |build: &Value| !passing.contains(&build["status"].as_str().unwrap_or_default());
    match outcome["state"].as_str() {
        Some("unattributed") => true,
        Some("built") => builds.is_some_and(|builds| builds.iter().all(settled)),
        _ => false,
    }
}
