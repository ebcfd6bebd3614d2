//! Batch engines: one task, told by a payload, done when the engine says so or ends (engine-protocol.md §4).

use std::collections::BTreeMap;
use std::time::Duration;

use assay_core::run::{Drive, Phase};
use serde_json::{Map, Value, json};

use super::desk::{Desk, JOB, RECORDING, TASK};
use super::{Driven, Scene, ScratchFile};

const PAYLOAD_PATH: &str = "/tmp/payload.json";
const GLANCE: Duration = Duration::from_millis(10);

/// The payload as environment and as a file; engines read either.
pub(super) fn payload(
    fields: &BTreeMap<String, Value>,
    base_url: &str,
    token: &str,
) -> (Vec<(String, String)>, Vec<ScratchFile>) {
    let text = document(fields, base_url, token).to_string();
    let env = vec![
        ("PAYLOAD_FILE".to_owned(), PAYLOAD_PATH.to_owned()),
        ("PAYLOAD_JSON".to_owned(), text.clone()),
        ("VERITONE_API_BASE_URL".to_owned(), base_url.to_owned()),
    ];
    (env, vec![ScratchFile { path: PAYLOAD_PATH.to_owned(), bytes: text.into_bytes() }])
}

/// Custom fields stand under `taskPayload` and, as newer payloads have them, beside the required keys, which win.
fn document(fields: &BTreeMap<String, Value>, base_url: &str, token: &str) -> Value {
    let custom: Map<String, Value> = fields.clone().into_iter().collect();
    let mut whole = custom.clone();
    let required = [
        ("applicationId", json!("")),
        ("organizationId", json!(1)),
        ("jobId", json!(JOB)),
        ("taskId", json!(TASK)),
        ("recordingId", json!(RECORDING)),
        ("token", json!(token)),
        ("veritoneApiBaseUrl", json!(base_url)),
        ("taskPayload", Value::Object(custom)),
    ];
    whole.extend(required.map(|(key, value)| (key.to_owned(), value)));
    Value::Object(whole)
}

/// Waits until the engine has ended, or has said that the task is over and had time to end, or the time is used up.
pub(super) fn drive(scene: Scene<'_>, desk: &Desk) -> Driven {
    let timing = &scene.plan.timing;
    scene.recorder.enter(Phase::Work);
    if let Drive::Batch { exercise, .. } = &scene.plan.drive {
        scene.recorder.working_on(Some(&exercise.name));
    }
    wait(scene, timing.work, || desk.finished());
    if desk.finished() {
        wait(scene, timing.stop, || false);
    }
    scene.recorder.working_on(None);
    Driven::default()
}

/// Until `done`, the engine's end, or `limit`, whichever comes first.
fn wait(scene: Scene<'_>, limit: Duration, done: impl Fn() -> bool) {
    let deadline = scene.clock.elapsed().saturating_add(limit);
    while !done() && scene.engine.alive() && scene.clock.elapsed() < deadline {
        std::thread::sleep(GLANCE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_fields_stand_twice_and_never_hide_a_required_key() {
        let fields =
            BTreeMap::from([("language".to_owned(), json!("en")), ("token".to_owned(), json!("mine"))]);
        let (env, files) = payload(&fields, "http://127.0.0.1:9", "secret");
        let document: Value = serde_json::from_slice(&files[0].bytes).unwrap();
        assert_eq!(document["language"], "en");
        assert_eq!(document["taskPayload"]["language"], "en");
        assert_eq!(document["token"], "secret");
        assert_eq!(document["taskPayload"]["token"], "mine");
        assert!(env.contains(&("PAYLOAD_FILE".to_owned(), files[0].path.clone())));
    }
}
