//! Health, figures, downloads and uploads.

use super::scene::{OWNER, Scene};
use super::{Row, row};

/// What nobody of this name is told, and what everybody else is.
const OPEN: [&str; 5] = ["200"; 5];
/// Whoever sees the organization.
const SEEN: [&str; 5] = ["401", "404", "200", "200", "200"];

pub fn rows() -> Vec<Row> {
    vec![
        row("GET /healthz", |scene, who| scene.status(who, "GET", "/healthz", b""), OPEN),
        row("GET /readyz", ready, ["answered"; 5]),
        // From afar, since this machine itself may look.
        row("GET /metrics", metrics, ["404"; 5]),
        row("GET /token", token, ["401", "200", "200", "200", "200"]),
        row("POST /token", token_by_form, ["401", "200", "200", "200", "200"]),
        row("GET /v3/builds/{build}/report.json", |scene, who| report(scene, who, "report.json"), SEEN),
        row("GET /v3/builds/{build}/report.sarif", |scene, who| report(scene, who, "report.sarif"), SEEN),
        row(
            "GET /v3/builds/{build}/report.junit.xml",
            |scene, who| report(scene, who, "report.junit.xml"),
            SEEN,
        ),
        row("GET /v3/builds/{build}/evidence", |scene, who| report(scene, who, "evidence"), SEEN),
        // There is no such file, which is all that anybody learns.
        row(
            "GET /v3/builds/{build}/evidence/{file...}",
            |scene, who| report(scene, who, "evidence/x"),
            ["401", "404", "404", "404", "404"],
        ),
        row("POST /v3/engines/{engine}/builds", upload, ["401", "404", "201", "403", "201"]),
        row("GET /v3/pushes/{push...}", push, SEEN),
    ]
}

fn ready(scene: &mut Scene, who: usize) -> String {
    // Ready or not is the machine's affair.
    let answer = scene.ask(who, "GET", "/readyz", &[], b"");
    if matches!(answer.status, 200 | 503) { "answered".into() } else { answer.status.to_string() }
}

fn metrics(scene: &mut Scene, who: usize) -> String {
    scene.ask(who, "GET", "/metrics", &[("X-Forwarded-For", "203.0.113.1")], b"").status.to_string()
}

fn token(scene: &mut Scene, who: usize) -> String {
    scene.status(who, "GET", "/token?service=assay", b"")
}

fn token_by_form(scene: &mut Scene, who: usize) -> String {
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let (user, password) = scene.login(who);
    let body =
        format!("grant_type=password&service=assay&client_id=sweep&username={user}&password={password}");
    scene.ask(who, "POST", "/token", &form, body.as_bytes()).status.to_string()
}

fn report(scene: &mut Scene, who: usize, what: &str) -> String {
    let target = format!("/v3/builds/{}/{what}", scene.builds[OWNER]);
    scene.status(who, "GET", &target, b"")
}

fn upload(scene: &mut Scene, who: usize) -> String {
    let target = format!("/v3/engines/{}/builds", scene.engines[OWNER]);
    scene.status(who, "POST", &target, b"no archive")
}

fn push(scene: &mut Scene, who: usize) -> String {
    let digest = super::registry::pushed(scene, "followed");
    scene.status(who, "GET", &format!("/v3/pushes/2/swept@{digest}"), b"")
}
