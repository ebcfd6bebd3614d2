//! Policies and waivers from the command line, beside the running service.

use serde_json::Value;

use super::house::Service;

const HOUSE: &str = "name = \"house\"\n\n[effects]\n\"IMG-006\" = \"review\"\n";

/// Runs a command that answers in JSON.
fn asked(service: &Service, arguments: &[&str]) -> Value {
    serde_json::from_str(&service.told(&[arguments, &["--format", "json"]].concat())).unwrap()
}

/// What a command says that is refused.
fn refused(service: &Service, arguments: &[&str]) -> String {
    let output = service.house.assay(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", service.house.described(&output));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn policies_are_kept_compared_tried_and_chosen() {
    let service = Service::start();
    service.house.file("house.toml", HOUSE);
    assert!(service.told(&["policy", "check", "house.toml"]).contains("sound"));
    assert_eq!(service.told(&["policy", "create", "house.toml", "--comment", "first"]), "house@1\n");
    assert_eq!(service.told(&["policy", "show", "house"]), HOUSE);
    let listed = asked(&service, &["policy", "list"]);
    let names: Vec<&str> =
        listed.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["default", "house", "strict"]);
    let differences = asked(&service, &["policy", "diff", "default", "house.toml"]);
    let expected = serde_json::json!([{ "key": "effects.IMG-006", "before": "warn", "after": "review" }]);
    assert_eq!(differences, expected);
    assert!(service.told(&["policy", "try", "house"]).contains("0 of 0 builds would get another verdict"));
    service.told(&["org", "create", "Acme"]);
    assert!(service.told(&["policy", "use", "house@1", "--org", "2"]).contains("house@1 from now on"));
    let orgs = asked(&service, &["org", "list"]);
    assert_eq!(orgs[1]["settings"]["policy"], "house@1");

    service.house.file("typo.toml", "name = \"house\"\n\n[effects]\n\"IMG-0006\" = \"review\"\n");
    let told = refused(&service, &["policy", "create", "typo.toml"]);
    assert!(told.contains("line 4") && told.contains("did you mean `IMG-006`?"), "{told}");
    assert!(refused(&service, &["policy", "create", "house.toml"]).contains("error[policy-unchanged]"));
    assert!(
        refused(&service, &["policy", "use", "house@2", "--org", "2"]).contains("error[policy-not-found]")
    );
    assert!(
        refused(&service, &["org", "set", "2", "--policy", "unheard"]).contains("error[policy-not-found]")
    );
}

#[test]
fn waivers_are_asked_for_and_decided_by_others() {
    let service = Service::start();
    service.told(&["org", "create", "Acme"]);
    let engine = asked(&service, &["engine", "create", "Ears", "--org", "2", "--category", "transcription"]);
    let engine = engine["id"].as_str().unwrap();
    let request = |code: &'static str, more: &[&'static str]| {
        let ask = ["waiver", "request", "--code", code, "--engine", engine, "--reason", "not reachable"];
        [&ask, &["--expires", "2099-01-01"][..], more].concat()
    };
    assert!(refused(&service, &request("SEC-002", &[])).contains("error[waiver-too-long]"));
    assert!(refused(&service, &request("NET-008", &[])).contains("error[not-waivable]"));
    assert!(refused(&service, &request("SEC-999", &[])).contains("SEC-999"));

    let end = jiff::Timestamp::from_second(now() + 30 * 86_400).unwrap().to_string();
    let ask = |more: &[&str]| {
        let ask = ["waiver", "request", "--code", "SEC-002", "--engine", engine, "--reason", "not reachable"];
        let arguments = [&ask[..], &["--expires", &end, "--mentions", "CVE-2026-1234"], more].concat();
        service.told(&arguments).trim().to_owned()
    };
    let own = ask(&[]);
    assert!(refused(&service, &["waiver", "grant", &own]).contains("error[own-waiver]"));
    let other = ask(&["--for", "dev@acme.test"]);
    assert!(service.told(&["waiver", "grant", &other]).starts_with("granted until "));
    assert!(refused(&service, &["waiver", "grant", &other]).contains("error[waiver-decided]"));
    let granted = asked(&service, &["waiver", "list", "--status", "granted"]);
    assert_eq!(granted[0]["id"], other.as_str());
    assert_eq!(granted[0]["narrowing"]["mentions"], "CVE-2026-1234");
    assert!(service.told(&["waiver", "list", "--org", "2"]).contains("mentions CVE-2026-1234"));
    assert_eq!(service.told(&["waiver", "revoke", &other, "--reason", "an exploit is out"]), "revoked\n");
    assert_eq!(service.told(&["waiver", "refuse", &own, "--reason", "upgrade"]), "refused\n");
}

/// Now, in seconds: the service beside us reads the real clock.
fn now() -> i64 {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap();
    i64::try_from(now.as_secs()).unwrap()
}
