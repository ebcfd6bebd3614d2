//! Organizations, users and keys from the command line, beside the running service that honours them.
#![allow(clippy::disallowed_methods, reason = "the service runs by the machine's own clock")]

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::house::{House, Service};
use super::http::Connection;

/// How long the service may go on honouring a token that a command has called back.
const WITHIN: Duration = Duration::from_secs(15);

/// Runs a command that answers in JSON.
fn asked(service: &Service, arguments: &[&str]) -> Value {
    serde_json::from_str(&service.told(&[arguments, &["--format", "json"]].concat())).unwrap()
}

/// What the service answers to `GET target`.
fn get(service: &Service, authorization: &str, target: &str) -> (u16, Value) {
    let mut connection = Connection::to(service.address());
    connection.authorization = Some(authorization.into());
    let answer = connection.ask("GET", target, &[], &[]).unwrap();
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

#[test]
fn accounts_made_beside_the_running_service_are_honoured_and_called_back() {
    let service = Service::start();
    let org = asked(&service, &["org", "create", "Acme", "--four-eyes", "on", "--quota", "1GiB"]);
    assert_eq!((&org["id"], &org["quotaBytes"]), (&2.into(), &(1_u64 << 30).into()));
    assert_eq!((&org["settings"]["fourEyes"], &org["settings"]["autoSubmit"]), (&true.into(), &false.into()));
    let user = asked(&service, &["user", "create", "Ada@Acme.test", "--org", "2", "--role", "developer"]);
    let password = user["password"].as_str().expect("one is made and shown");
    assert_eq!((&user["email"], &user["roles"]), (&"ada@acme.test".into(), &vec!["developer"].into()));
    let scope = "/token?scope=repository:2/x:pull,push";
    let (status, token) = get(&service, &basic("ada@acme.test", password), scope);
    assert_eq!((status, &token["scope"]), (200, &"repository:2/x:pull,push".into()));

    let key = ["key", "create", "ada@acme.test", "--name", "ci", "--scope", "pull", "--expires", "90d"];
    let key = asked(&service, &key);
    let (prefix, text) = (key["prefix"].as_str().unwrap(), key["text"].as_str().unwrap());
    let (status, token) = get(&service, &basic("ada@acme.test", text), scope);
    assert_eq!((status, &token["scope"]), (200, &"repository:2/x:pull".into()));
    let bearer = format!("Bearer {}", token["token"].as_str().unwrap());
    assert_eq!(get(&service, &bearer, "/v2/").0, 200);

    asked(&service, &["key", "revoke", prefix]);
    assert_eq!(get(&service, &basic("ada@acme.test", text), scope).0, 401, "no new token at once");
    let start = Instant::now();
    while get(&service, &bearer, "/v2/").0 != 401 {
        assert!(start.elapsed() < WITHIN, "the token goes on being honoured");
    }
    assert!(!service.said().contains(text) && !service.said().contains(password), "secrets are not logged");
}

#[test]
fn what_cannot_be_done_is_told_with_a_way_out() {
    let service = Service::start();
    let refused = |arguments: &[&str]| {
        let output = service.house.assay(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(&["user", "disable", "admin@localhost"]).contains("error[last-admin]"));
    assert!(refused(&["org", "disable", "1"]).contains("error[operators-stay]"));
    assert!(refused(&["org", "create", "operators"]).contains("error[organization-exists]"));
    assert!(refused(&["user", "create", "a@b.test", "--org", "7"]).contains("error[not-found]"));
    assert!(refused(&["user", "set-password", "nobody@b.test"]).contains("error[not-found]"));
    assert!(refused(&["key", "revoke", "0000"]).contains("error[not-found]"));
    let elsewhere = House::new().assay(&["user", "list"]).output().unwrap();
    assert!(String::from_utf8(elsewhere.stderr).unwrap().contains("error[no-installation]"));
}

#[test]
fn a_password_comes_by_standard_input() {
    let service = Service::start();
    let set = ["user", "set-password", "admin@localhost", "--password-stdin"];
    let mut command = service.house.assay(&set);
    let output = command.write_stdin("another good password\n").output().unwrap();
    assert!(output.status.success() && !String::from_utf8(output.stdout).unwrap().contains("password"));
    let token = |password: &str| get(&service, &basic("admin@localhost", password), "/token").0;
    assert_eq!((token("another good password"), token(super::house::ADMIN.password)), (200, 401));
    let output = service.house.assay(&set).write_stdin("\n").output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("error[no-password]"));
}
