//! The fields of the GraphQL schema.

use serde_json::{Value, json};

use super::scene::{OWNER, Scene, WHO};
use super::{Row, row};

/// What nobody is told.
const UNKNOWN: &str = "authentication_error";

/// Every query and mutation there is, as `query engine`.
pub fn fields() -> Vec<String> {
    let sdl = assay_server::graphql::sdl();
    [("query", "type Query {"), ("mutation", "type Mutation {")]
        .iter()
        .flat_map(|(kind, opening)| {
            let body = sdl.split_once(opening).unwrap().1.split_once("\n}").unwrap().0;
            let names = body.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
            let name = |line: &str| line.trim().split(['(', ':']).next().map(str::to_owned);
            let names =
                names.filter(|line| !line.contains("\"\"\"") && line.contains(['(', ':'])).filter_map(name);
            names
                .filter(|name| name.chars().all(char::is_alphanumeric))
                .map(move |name| format!("{kind} {name}"))
        })
        .collect()
}

/// Whoever is known.
const KNOWN: [&str; 5] = [UNKNOWN, "ok", "ok", "ok", "ok"];
/// Whoever sees the organization.
const SEEN: [&str; 5] = [UNKNOWN, "not_found", "ok", "ok", "ok"];
/// Whoever develops in the organization.
const DEVELOP: [&str; 5] = [UNKNOWN, "not_found", "ok", "not_allowed", "ok"];

/// A build whose status allows no such thing, which whoever sees it is told before their role is looked at. Roles have
/// their say where the status allows it; the state machine's own tests go through all of that.
const ASKED_TOO_LATE: [&str; 5] = [UNKNOWN, "not_found", "invalid_input", "invalid_input", "invalid_input"];

pub fn rows() -> Vec<Row> {
    vec![
        row("query me", |scene, who| ask(scene, who, "{ me { id } }"), KNOWN),
        row("query engines", |scene, who| ask(scene, who, "{ engines { count } }"), KNOWN),
        row("query engine", |scene, who| of(scene, OWNER, who, "{ engine(id: ENGINE) { id } }"), SEEN),
        row(
            "query engineBuild",
            |scene, who| of(scene, OWNER, who, "{ engineBuild(id: BUILD) { id } }"),
            SEEN,
        ),
        row(
            "query buildEvents",
            |scene, who| of(scene, OWNER, who, "{ buildEvents(buildId: BUILD) { count } }"),
            SEEN,
        ),
        row("query approvals", |scene, who| ask(scene, who, "{ approvals { count } }"), KNOWN),
        row(
            "query unattributedPushes",
            |scene, who| ask(scene, who, "{ unattributedPushes(organizationId: \"2\") { count } }"),
            SEEN,
        ),
        row("query engineCategories", |scene, who| ask(scene, who, "{ engineCategories { count } }"), KNOWN),
        row(
            "query engineCategory",
            |scene, who| ask(scene, who, "{ engineCategory(id: \"transcription\") { id } }"),
            KNOWN,
        ),
        row("query organization", |scene, who| ask(scene, who, "{ organization(id: \"2\") { id } }"), SEEN),
        row("query organizations", |scene, who| ask(scene, who, "{ organizations { count } }"), KNOWN),
        row("mutation createEngine", create, [UNKNOWN, "ok", "ok", "not_allowed", "ok"]),
        row(
            "mutation updateEngine",
            |scene, who| {
                own(scene, who, "mutation { updateEngine(input: {id: ENGINE, name: \"New\"}) { id } }")
            },
            DEVELOP,
        ),
        // Of an engine that has nothing usable, which can be neither disabled nor anything else but deleted.
        row(
            "mutation engineWorkflow",
            |scene, who| {
                own(scene, who, "mutation { engineWorkflow(input: {id: ENGINE, action: enable}) { id } }")
            },
            DEVELOP,
        ),
        row(
            "mutation createEngineBuild",
            |scene, who| {
                own(
                    scene,
                    who,
                    "mutation { createEngineBuild(input: {engineId: ENGINE, dockerImage: \"127.0.0.1:1/x:y\"}) { id } }",
                )
            },
            DEVELOP,
        ),
        row(
            "mutation updateEngineBuild",
            |scene, who| {
                own(
                    scene,
                    who,
                    "mutation { updateEngineBuild(input: {engineId: ENGINE, id: BUILD, action: submit}) { id } }",
                )
            },
            ASKED_TOO_LATE,
        ),
        row(
            "mutation approveBuild",
            |scene, who| own(scene, who, "mutation { approveBuild(id: BUILD) { id } }"),
            ASKED_TOO_LATE,
        ),
        row(
            "mutation disapproveBuild",
            |scene, who| own(scene, who, "mutation { disapproveBuild(id: BUILD, reason: \"no\") { id } }"),
            ASKED_TOO_LATE,
        ),
        row(
            "mutation deleteEngineBuild",
            |scene, who| {
                own(scene, who, "mutation { deleteEngineBuild(input: {engineId: ENGINE, id: BUILD}) { id } }")
            },
            DEVELOP,
        ),
        row(
            "mutation deleteEngine",
            |scene, who| own(scene, who, "mutation { deleteEngine(id: ENGINE) { id } }"),
            DEVELOP,
        ),
        row(
            "mutation undeleteEngine",
            |scene, who| own(scene, who, "mutation { undeleteEngine(id: ENGINE) { id } }"),
            DEVELOP,
        ),
        row("mutation userLogin", login, [UNKNOWN, "ok", "ok", "ok", "ok"]),
        // A token that is nobody's is nobody's to everybody.
        row(
            "mutation validateToken",
            |scene, who| ask(scene, who, "mutation { validateToken(token: \"x\") { token } }"),
            [UNKNOWN; 5],
        ),
        row(
            "mutation userLogout",
            |scene, who| ask(scene, who, "mutation { userLogout(token: \"x\") }"),
            ["ok"; 5],
        ),
    ]
}

/// The name of the first error, or `ok`.
fn told(answer: &Value) -> String {
    answer["errors"][0]["name"].as_str().unwrap_or("ok").to_owned()
}

fn ask(scene: &mut Scene, who: usize, query: &str) -> String {
    told(&scene.graphql(who, query, &json!({})))
}

/// Asks about the engine and build of `whose`.
fn of(scene: &mut Scene, whose: usize, who: usize, query: &str) -> String {
    let query = query
        .replace("ENGINE", &format!("\"{}\"", scene.engines[whose]))
        .replace("BUILD", &format!("\"{}\"", scene.builds[whose]));
    ask(scene, who, &query)
}

/// Asks about those that are there for `who`, so that nobody finds what another has changed.
fn own(scene: &mut Scene, who: usize, query: &str) -> String {
    of(scene, who, who, query)
}

fn create(scene: &mut Scene, who: usize) -> String {
    let query = "mutation($in: CreateEngine!) { createEngine(input: $in) { id } }";
    let input = json!({
        "name": format!("made by {}", WHO[who]),
        "categoryId": "transcription",
        "deploymentModel": "FullyNetworkIsolated",
    });
    told(&scene.graphql(who, query, &json!({ "in": input })))
}

fn login(scene: &mut Scene, who: usize) -> String {
    let (user, password) = scene.login(who);
    let query = "mutation($in: UserLogin!) { userLogin(input: $in) { token } }";
    told(&scene.graphql(who, query, &json!({ "in": { "userName": user, "password": password } })))
}
