//! Who asks, and what there is to ask for.

use std::thread;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::house::{House, Service};
use crate::http::{Answer, Connection};
use crate::repository::Repository;

/// Who asks: nobody, a developer of another organization, and three of the organization whose things are asked for.
pub const WHO: [&str; 5] = ["anonymous", "stranger", "developer", "approver", "admin"];

/// Who sets the scene: the developer.
pub const OWNER: usize = 2;

/// A service with two organizations; in the second everybody has an engine and a build that came to nothing, which is
/// where a build stays.
pub struct Scene {
    pub service: Service,
    /// Address and password of each, nothing for nobody.
    logins: Vec<Option<(String, String)>>,
    pub engines: Vec<String>,
    pub builds: Vec<String>,
}

impl Scene {
    pub fn set() -> Self {
        let service = Service::start_in(House::new(), &["limits.sign_in_rate=0", "limits.address_rate=0"]);
        let told = |arguments: &[&str]| -> Value {
            serde_json::from_str(&service.told(&[arguments, &["--format", "json"]].concat())).unwrap()
        };
        told(&["org", "create", "Owners"]);
        told(&["org", "create", "Strangers"]);
        let user = |name: &str, org: &str, role: &str| {
            let email = format!("{name}@example.test");
            let made = told(&["user", "create", &email, "--org", org, "--role", role]);
            Some((email, made["password"].as_str().unwrap().to_owned()))
        };
        let logins = vec![
            None,
            user("stranger", "3", "developer"),
            user("developer", "2", "developer"),
            user("approver", "2", "approver"),
            user("admin", "2", "admin"),
        ];
        let engine = |who: &&str| {
            let made = told(&["engine", "create", who, "--org", "2", "--category", "transcription"]);
            made["id"].as_str().unwrap().to_owned()
        };
        let engines: Vec<String> = WHO.iter().map(engine).collect();
        let mut scene = Self { service, logins, engines, builds: Vec::new() };
        scene.builds = (0..WHO.len()).map(|who| scene.upload(who)).collect();
        scene
    }

    /// A build of somebody's engine, as it is once its archive was found to be none.
    fn upload(&mut self, who: usize) -> String {
        let target = format!("/v3/engines/{}/builds", self.engines[who]);
        let made = self.ask(OWNER, "POST", &target, &[], b"no archive");
        let made: Value = serde_json::from_slice(&made.expect(201).unwrap().body).unwrap();
        let build = made["id"].as_str().unwrap().to_owned();
        let status = "query($id: ID!) { engineBuild(id: $id) { status } }";
        while self.graphql(OWNER, status, &json!({ "id": build }))["data"]["engineBuild"]["status"]
            != "invalid"
        {
            thread::yield_now();
        }
        build
    }

    /// Asks as somebody.
    pub fn ask(
        &mut self,
        who: usize,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut connection = Connection::to(self.service.address());
        let basic =
            |(email, password): &(String, String)| BASE64_STANDARD.encode(format!("{email}:{password}"));
        connection.authorization = self.logins[who].as_ref().map(|login| format!("Basic {}", basic(login)));
        connection.ask(method, target, headers, body).unwrap()
    }

    /// Address and password of somebody; such as are nobody's for nobody.
    pub fn login(&self, who: usize) -> (String, String) {
        self.logins[who].clone().unwrap_or_else(|| ("nobody@example.test".into(), "not a password".into()))
    }

    /// The status of the answer.
    pub fn status(&mut self, who: usize, method: &str, target: &str, body: &[u8]) -> String {
        self.ask(who, method, target, &[], body).status.to_string()
    }

    /// Asks the API as somebody.
    pub fn graphql(&mut self, who: usize, query: &str, variables: &Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let answer =
            self.ask(who, "POST", "/v3/graphql", &[("Content-Type", "application/json")], body.as_bytes());
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// Somebody as a client of the registry, with a token for as much of a repository as they may have.
    pub fn client(&mut self, who: usize, repository: &str) -> Repository {
        let mut connection = Connection::to(self.service.address());
        if self.logins[who].is_some() {
            let scope = format!("/token?service=assay&scope=repository:{repository}:pull,push,delete");
            let answer = self.ask(who, "GET", &format!("{scope}&scope=registry:catalog:*"), &[], b"");
            let answer: Value = serde_json::from_slice(&answer.expect(200).unwrap().body).unwrap();
            connection.authorization = Some(format!("Bearer {}", answer["token"].as_str().unwrap()));
        }
        Repository { connection, name: repository.to_owned() }
    }
}
