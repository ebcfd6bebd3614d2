//! The API endpoint, and a batch engine's way through it.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

use assay_core::run::{Phase, Readiness, TaskStory};
use serde_json::{Value, json};

use super::{Stage, batch};
use crate::drive::Prepared;

/// The engine's side: raw requests to the endpoint.
struct Client {
    port: u16,
    token: String,
}

impl Client {
    fn of(prepared: &Prepared) -> Self {
        Self { port: prepared.port, token: prepared.token.clone() }
    }

    fn send(&self, method: &str, path: &str, head: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let length = body.len();
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n{head}\r\n"
        );
        stream.write_all(text.as_bytes()).unwrap();
        // A refused upload may be answered before all of it is sent.
        let _ = stream.write_all(body);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        let status = str::from_utf8(&answer[9..12]).unwrap().parse().unwrap();
        (status, answer.split_off(end))
    }

    fn graphql(&self, query: &str, variables: Value) -> (u16, Value) {
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.post("application/json", body.as_bytes())
    }

    fn post(&self, content_type: &str, body: &[u8]) -> (u16, Value) {
        let head = format!("Authorization: Bearer {}\r\nContent-Type: {content_type}\r\n", self.token);
        let (status, body) = self.send("POST", "/v3/graphql", &head, body);
        (status, serde_json::from_slice(&body).unwrap())
    }
}

/// Lets `engine` talk to the endpoint and end, and gives what was seen.
fn story(engine: impl FnOnce(&Client) + Send) -> (Stage, TaskStory) {
    let stage = Stage::new();
    let plan = stage.plan(batch(BTreeMap::from([("language".into(), json!("en"))])));
    let prepared = stage.prepare(&plan);
    let client = Client::of(&prepared);
    let driven = std::thread::scope(|scope| {
        scope.spawn(|| {
            engine(&client);
            stage.pulse.stop();
        });
        stage.run(&plan, prepared)
    });
    assert_eq!(driven.readiness, Readiness::NotAsked);
    let task = driven.task.unwrap();
    (stage, task)
}

#[test]
fn a_batch_engine_goes_all_the_way() {
    let (stage, story) = story(|api| {
        let update = "mutation($id: ID!) { updateTask(input: {id: $id, status: running}) { id status } }";
        let (status, answer) = api.graphql(update, json!({ "id": "26010101_AssayDesk1Task1" }));
        let expected =
            json!({ "data": { "updateTask": { "id": "26010101_AssayDesk1Task1", "status": "running" } } });
        assert_eq!((status, answer), (200, expected));
        let query = r#"query { tdo: temporalDataObject(id: "500000001") { ...f nothing } }
            fragment f on TemporalDataObject { assets { count records { contentType uri: signedUri } } }"#;
        let (_, answer) = api.graphql(query, Value::Null);
        let asset = &answer["data"]["tdo"]["assets"]["records"][0];
        assert_eq!(asset["contentType"], "text/plain");
        assert_eq!(answer["data"]["tdo"]["nothing"], Value::Null);
        let path = asset["uri"].as_str().unwrap().splitn(4, '/').last().unwrap();
        assert_eq!(api.send("GET", &format!("/{path}"), "", b""), (200, b"some text".to_vec()));
        let form = "--b\r\nContent-Disposition: form-data; name=\"query\"\r\n\r\n\
            mutation { createAsset(input: {containerId: \"500000001\", assetType: \"vtn-standard\"}) { id } }\r\n\
            --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"o.json\"\r\n\r\n{\"series\":[]}\r\n--b--\r\n";
        let (status, answer) = api.post("multipart/form-data; boundary=b", form.as_bytes());
        assert_eq!(status, 200);
        assert!(answer["data"]["createAsset"]["id"].is_string(), "{answer}");
        let end = "mutation($o: JSONData) { updateTask(input: {id: \"26010101_AssayDesk1Task1\", \
            status: complete, output: $o}) { id } }";
        api.graphql(end, json!({ "o": { "done": true } }));
    });
    let told: Vec<_> = story.statuses.iter().map(|it| (it.status.as_str(), it.output.clone())).collect();
    assert_eq!(told, [("running", None), ("complete", Some(json!({ "done": true })))]);
    assert_eq!(story.not_understood, Vec::<String>::new());
    assert_eq!(story.results.len(), 1);
    assert_eq!(stage.file(&story.results[0]), b"{\"series\":[]}");
    assert_eq!(stage.phases(), [Phase::Start, Phase::Work]);
}

#[test]
fn results_come_in_three_more_ways() {
    let (stage, story) = story(|api| {
        let inline = "mutation($r: JSONData) { uploadEngineResult(input: {taskId: \"26010101_AssayDesk1Task1\", \
            completeTask: false, output: $r}) { id } }";
        api.graphql(inline, json!({ "r": { "object": [] } }));
        let (_, answer) = api.graphql("{ getSignedWritableUrl(key: \"k\") { url getUrl } }", Value::Null);
        let url = answer["data"]["getSignedWritableUrl"]["url"].as_str().unwrap().to_owned();
        let path = url.splitn(4, '/').last().unwrap();
        assert_eq!(api.send("PUT", &format!("/{path}"), "", b"{\"media\":[]}").0, 200);
        let create = "mutation($u: String) { createAsset(input: {containerId: \"500000001\", uri: $u, \
            type: \"vtn-standard\"}) { id } }";
        api.graphql(create, json!({ "u": url }));
        let text = "mutation { uploadEngineResult(input: {taskId: \"26010101_AssayDesk1Task1\", \
            outputString: \"{\\\"summary\\\":\\\"s\\\"}\"}) { id } }";
        api.graphql(text, Value::Null);
    });
    let documents: Vec<Vec<u8>> = story.results.iter().map(|name| stage.file(name)).collect();
    let expected: [&[u8]; 3] = [b"{\"object\":[]}", b"{\"media\":[]}", b"{\"summary\":\"s\"}"];
    assert_eq!(documents, expected);
    assert_eq!(story.statuses.len(), 1, "`completeTask` is true unless told otherwise");
}

#[test]
fn what_is_not_served_is_said_and_noted() {
    let (_, story) = story(|api| {
        let (status, answer) = api.graphql("mutation { a: createJob(input: {}) { id } }", Value::Null);
        assert_eq!((status, &answer["data"]["a"]), (200, &Value::Null));
        assert_eq!(answer["errors"][0]["name"], "not_implemented");
        let (_, answer) = api.graphql("{ task(id: \"other\") { id } }", Value::Null);
        assert_eq!(answer["errors"][0]["name"], "not_found");
        let (_, answer) = api.graphql("mutation { updateTask(input: {}) { id } }", Value::Null);
        assert_eq!(answer["errors"][0]["name"], "invalid_input");
        assert_eq!(api.graphql("{ task(", Value::Null).0, 400);
        assert_eq!(api.post("application/json", b"[]").0, 400);
        assert_eq!(api.post("multipart/form-data; boundary=b", b"--b").0, 400);
        assert_eq!(api.send("DELETE", "/v1/x", "", b"").0, 404);
        assert_eq!(api.send("GET", "/media/7", "", b"").0, 404);
        assert_eq!(api.send("PUT", "/upload/../../etc/passwd", "", b"x").0, 403);
    });
    assert_eq!(story.not_understood.len(), 9, "{:#?}", story.not_understood);
    assert!(story.statuses.is_empty() && story.results.is_empty());
}

#[test]
fn only_the_tasks_token_opens_the_api() {
    let (_, story) = story(|api| {
        for head in ["", "Authorization: Bearer assay-run-00\r\n", "Authorization: Basic x\r\n"] {
            let body = b"{\"query\":\"mutation { updateTask(input: {status: complete}) { id } }\"}";
            assert_eq!(api.send("POST", "/", head, body).0, 401);
        }
    });
    assert!(story.statuses.is_empty());
}

#[test]
fn bodies_are_bounded() {
    let (_, story) = story(|api| {
        let body = format!("{{\"query\":\"{}\"}}", "x".repeat(11 << 20));
        assert_eq!(api.post("application/json", body.as_bytes()).0, 413);
    });
    assert_eq!(story.not_understood.len(), 1);
}

#[test]
fn the_payload_says_where_and_what() {
    let stage = Stage::new();
    let plan = stage.plan(batch(BTreeMap::from([("language".into(), json!("en"))])));
    let prepared = stage.prepare(&plan);
    let payload: Value = serde_json::from_slice(&prepared.files[0].bytes).unwrap();
    assert_eq!(payload["veritoneApiBaseUrl"], format!("http://127.0.0.1:{}", prepared.port));
    assert_eq!(payload["token"], prepared.token);
    assert_eq!(payload["recordingId"], "500000001");
    assert_eq!(payload["language"], "en");
}
