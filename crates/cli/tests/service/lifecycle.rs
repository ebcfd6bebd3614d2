//! An engine's way through the running service: made, pushed, submitted, judged, approved by a person and deployed, by
//! GraphQL and from the command line.
#![allow(clippy::disallowed_methods, reason = "the service runs by the machine's own clock")]

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::house::{ADMIN, House, Service};
use super::http::Connection;
use super::repository::Repository;
use super::sample::{REPOSITORY, Sample};

/// How long a step of the service may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// A client of the API.
struct Client(Connection);

impl Client {
    fn nobody(service: &Service) -> Self {
        Self(Connection::to(service.address()))
    }

    /// The first administrator, logged in.
    fn admin(service: &Service) -> Self {
        let mut client = Self::nobody(service);
        let login = "mutation($in: UserLogin!) { userLogin(input: $in) { token } }";
        let who = json!({ "in": { "userName": ADMIN.user, "password": ADMIN.password } });
        let token = client.data(login, &who)["userLogin"]["token"].as_str().unwrap().to_owned();
        client.0.authorization = Some(format!("Bearer {token}"));
        client
    }

    fn ask(&mut self, query: &str, variables: &Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let json = [("Content-Type", "application/json")];
        let answer = self.0.ask("POST", "/v3/graphql", &json, body.as_bytes()).unwrap();
        serde_json::from_slice(&answer.expect(200).unwrap().body).unwrap()
    }

    fn data(&mut self, query: &str, variables: &Value) -> Value {
        let mut answer = self.ask(query, variables);
        assert!(answer.get("errors").is_none(), "{query}: {answer:#}");
        answer["data"].take()
    }

    /// Moves a build; returns its status.
    fn act(&mut self, engine: &str, build: &str, action: &str) -> String {
        let query = "mutation($in: UpdateBuild!) { updateEngineBuild(input: $in) { status } }";
        let variables = json!({ "in": { "id": build, "engineId": engine, "action": action } });
        self.data(query, &variables)["updateEngineBuild"]["status"].as_str().unwrap().to_owned()
    }

    /// The engine's first build, once it stands in one of `places`: a status, or a stage of `pending`.
    fn build_at(&mut self, engine: &str, place: &str) -> Value {
        let query =
            "query($id: ID!) { engine(id: $id) { builds { records { id status stage statusReason } } } }";
        let begun = Instant::now();
        loop {
            let answer = self.data(query, &json!({ "id": engine }));
            // There is no build until intake has begun.
            let build = answer.pointer("/engine/builds/records/0").cloned().unwrap_or_default();
            if build["status"] == place || build["stage"] == place {
                return build;
            }
            assert!(begun.elapsed() < PATIENCE, "not `{place}` but {build}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn asked(service: &Service, arguments: &[&str]) -> Value {
    serde_json::from_str(&service.told(&[arguments, &["--format", "json"]].concat())).unwrap()
}

#[test]
fn a_pushed_engine_is_submitted_judged_approved_and_deployed() {
    let service = Service::start_in(House::with_demonstration_data(), &[]);
    let sample = Sample::of(&service);
    let manifest = sample.engine_manifest();
    let (id, category) = (manifest["engineId"].as_str().unwrap(), manifest["category"].as_str().unwrap());
    service.told(&[
        "engine",
        "create",
        "Keywords",
        "--org",
        "1",
        "--id",
        id,
        "--slug",
        "keyword",
        "--category",
        category,
    ]);
    let mut repository = Repository::at(service.address(), REPOSITORY, Some(ADMIN)).unwrap();
    sample.push_blobs(&mut repository).unwrap();
    repository.push_manifest("v1", &serde_json::to_vec(&sample.manifest).unwrap()).unwrap();

    let mut admin = Client::admin(&service);
    let build = admin.build_at(id, "available")["id"].as_str().unwrap().to_owned();
    assert_eq!(admin.act(id, &build, "submit"), "pending");
    admin.build_at(id, "awaitingApproval");
    let waiting = asked(&service, &["build", "approvals"]);
    assert_eq!((&waiting[0]["id"], &waiting[0]["engine"]), (&json!(build), &json!("1/keyword")));
    let approve = "mutation($id: ID!) { approveBuild(id: $id, reason: \"fine\") { status verdict policy } }";
    let approved = admin.data(approve, &json!({ "id": build }));
    let expected = json!({ "status": "approved", "verdict": "approved", "policy": "default@1" });
    assert_eq!(approved["approveBuild"], expected);
    assert_eq!(admin.act(id, &build, "deploy"), "deploying");
    admin.build_at(id, "deployed");
    let query = "query($id: ID!) { engine(id: $id) { state deployedVersion outputFormats } }";
    let engine = admin.data(query, &json!({ "id": id }))["engine"].take();
    assert_eq!((&engine["state"], &engine["deployedVersion"]), (&json!("active"), &json!(1)));
    assert_eq!(engine["outputFormats"], manifest["outputFormats"]);

    let life = asked(&service, &["build", "events", "1/keyword#1"]);
    let told = |key: &str| {
        let events = life["events"].as_array().unwrap();
        events.iter().map(|event| event[key].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let statuses = told("to");
    assert_eq!((statuses[0].as_str(), statuses.last().unwrap().as_str()), ("uploaded", "deployed"));
    let by_people: Vec<_> =
        told("name").into_iter().zip(told("actor")).filter(|(_, who)| who == ADMIN.user).collect();
    let names: Vec<&str> = by_people.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["EngineBuildUpload", "EngineBuildSubmit", "EngineBuildApproved", "EngineBuildDeploy"]);

    // What a build rests on stays until the build is deleted.
    let digest = repository.digest_of_tag("v1").unwrap().unwrap();
    let image = format!("/v2/{REPOSITORY}/manifests/{digest}");
    let kept = repository.connection.ask("DELETE", &image, &[], b"").unwrap().expect(405).unwrap();
    assert!(String::from_utf8_lossy(&kept.body).contains("build 1 of engine"), "it says for whom");
    assert_eq!(repository.digest_of_tag("v1").unwrap(), Some(digest));

    // The same from the command line: out of service, and back.
    assert_eq!(asked(&service, &["build", "pause", "1/keyword#1"])["status"], "paused");
    assert_eq!(asked(&service, &["build", "unpause", "1/keyword#1"])["status"], "deployed");
    assert_eq!(asked(&service, &["engine", "disable", "1/keyword"])["state"], "disabled");
    assert_eq!(asked(&service, &["build", "show", "1/keyword#1"])["status"], "paused");
}

#[test]
fn engines_and_builds_are_looked_after_from_the_command_line() {
    let service = Service::start();
    service.told(&["org", "create", "Acme"]);
    let create = ["engine", "create", "Speech to Text", "--org", "2", "--category", "speech to text"];
    let engine = asked(&service, &create);
    assert_eq!((&engine["slug"], &engine["state"]), (&json!("speech-to-text"), &json!("pending")));
    let update =
        ["engine", "update", "2/speech-to-text", "--name", "Ears", "--deployment-model", "external-access"];
    let changed = asked(&service, &update);
    assert_eq!((&changed["name"], &changed["deploymentModel"]), (&json!("Ears"), &json!("external-access")));
    let refused = |arguments: &[&str]| {
        let output = service.house.assay(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", service.house.described(&output));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(&["engine", "disable", "2/speech-to-text"]).contains("hint: allowed now: edit, delete"));
    assert!(refused(&["engine", "show", "2/unheard"]).contains("error[not-found]"));
    assert!(refused(&["engine", "show", "unheard"]).contains("7/detector"));
    assert!(refused(&["build", "submit", "2/speech-to-text#1"]).contains("error[not-found]"));
    assert!(
        refused(&["build", "create", "2/speech-to-text", "/etc/passwd"]).contains("error[image-reference]")
    );
    assert_eq!(asked(&service, &["build", "list", "--engine", "2/speech-to-text"]), json!([]));
    assert_eq!(asked(&service, &["build", "pushes"]), json!([]));
    asked(&service, &["engine", "delete", "2/speech-to-text"]);
    assert_eq!(asked(&service, &["engine", "list"]), json!([]));
    let id = engine["id"].as_str().unwrap();
    assert_eq!(asked(&service, &["engine", "undelete", id])["state"], "pending");
    // The running service sees what the command line did.
    let mut nobody = Client::nobody(&service);
    let query = "query($id: ID!) { engine(id: $id) { name } }";
    assert_eq!(nobody.ask(query, &json!({ "id": id }))["errors"][0]["name"], "authentication_error");
    let mut admin = Client::admin(&service);
    assert_eq!(admin.data(query, &json!({ "id": id }))["engine"]["name"], "Ears");
}
