//! Queries that are small to send and large to answer.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::house::{Answer, House};

/// Asks as somebody, and hears that this is no query to be answered.
async fn refuse(house: &House, who: &str, query: &str) -> String {
    let answer = house.ask(who, query).await;
    let beginning: String = query.chars().take(80).collect();
    assert_eq!((answer.status, answer.error().0), (400, "invalid_input"), "{beginning}");
    assert!(answer.body.get("data").is_none(), "{beginning}");
    answer.body["errors"][0]["message"].as_str().unwrap().to_owned()
}

/// Fragments of which each spreads the next one so many times.
fn chain(length: usize, width: usize) -> String {
    let links: String = (0..length)
        .map(|at| {
            let spreads = format!("...f{} ", at + 1).repeat(width);
            format!("fragment f{at} on Query {{ {spreads} }} ")
        })
        .collect();
    format!("query {{ ...f0 }} {links} fragment f{length} on Query {{ __typename }}")
}

#[tokio::test]
async fn fragments_that_spread_fragments_are_measured_before_they_are_followed() {
    let house = House::new();
    for (length, width) in [(20, 2), (22, 2), (30, 10), (3, 100), (1000, 1)] {
        refuse(&house, "nobody", &chain(length, width)).await;
    }
    assert_eq!(house.ask("nobody", &chain(5, 4)).await.data(), &json!({ "__typename": "Query" }));
    for round in [
        "{ ...a } fragment a on Query { ...a }",
        "{ ...a } fragment a on Query { ...b ...b } fragment b on Query { me { id } ...a }",
        "{ ... on Query { ...a } } fragment a on Query { ... on Query { ...a } }",
    ] {
        refuse(&house, "nobody", round).await;
    }
    refuse(&house, "nobody", "{ ...nowhere }").await;
    // What hides in one of two operations is measured too.
    let two = chain(30, 10).replacen("query {", "query A { me { id } } query B {", 1);
    refuse(&house, "nobody", &two).await;
}

#[tokio::test]
async fn a_fragment_may_be_used_often() {
    let house = House::new();
    let engine = house.engine("Detector").await;
    let uses: String = (0..50).map(|at| format!("e{at}: engine(id: \"{engine}\") {{ ...Told }} ")).collect();
    let told = "fragment Told on Engine { ...Named slug state } fragment Named on Engine { id name }";
    let answer = house.ask("developer", &format!("{{ {uses} }} {told}")).await;
    let data = answer.data().as_object().unwrap();
    assert_eq!(data.len(), 50);
    assert!(data.values().all(|one| one["name"] == "Detector" && one["slug"] == "detector"));
}

#[tokio::test]
async fn brackets_without_end_are_not_followed_down() {
    let house = House::new();
    for deep in [
        format!("{{ engine(id: {}", "[".repeat(60_000)),
        format!("{{ engine(id: {}1{}) {{ id }} }}", "[".repeat(30_000), "]".repeat(30_000)),
        format!("{}id{}", "{a".repeat(20_000), "}".repeat(20_000)),
        format!("query A($a: {}Int{}) {{ me {{ id }} }}", "[".repeat(30_000), "]".repeat(30_000)),
        format!("{{ engine(id: {}", "{a:".repeat(20_000)),
    ] {
        refuse(&house, "nobody", &deep).await;
    }
}

#[tokio::test]
async fn one_field_does_not_fill_the_complaints_of_all() {
    let house = House::new();
    let alias = "x".repeat(20_000);
    let arguments: String = (0..4_000).map(|at| format!("a{at}:1 ")).collect();
    refuse(&house, "nobody", &format!("{{ {alias}: me {{ id }} {alias}: me {{ id }} }}")).await;
    refuse(&house, "nobody", &format!("{{ me({arguments}) {{ id }} }}")).await;
}

#[tokio::test]
async fn the_schema_is_shown_once_and_not_in_circles() {
    let house = House::new();
    let circle = "fields { type { ".repeat(6) + "name" + &" } }".repeat(6);
    refuse(&house, "nobody", &format!("{{ __schema {{ types {{ {circle} }} }} }}")).await;
    let many: String = (0..500).map(|at| format!("a{at}: types {{ fields {{ name }} }} ")).collect();
    refuse(&house, "nobody", &format!("{{ __schema {{ {many} }} }}")).await;
    // As tools ask for all of it.
    let of_type = "kind name ".to_owned() + &"ofType { kind name ".repeat(9) + &"}".repeat(9);
    let all = format!(
        "query IntrospectionQuery {{ __schema {{ description queryType {{ name kind }} mutationType {{ name kind }} \
         types {{ ...FullType }} directives {{ name description locations args(includeDeprecated: true) {{ ...InputValue }} }} }} }} \
         fragment FullType on __Type {{ kind name description specifiedByURL \
         fields(includeDeprecated: true) {{ name description args(includeDeprecated: true) {{ ...InputValue }} \
         type {{ ...TypeRef }} isDeprecated deprecationReason }} \
         inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }} \
         enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }} \
         possibleTypes {{ ...TypeRef }} }} \
         fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue isDeprecated deprecationReason }} \
         fragment TypeRef on __Type {{ {of_type} }}"
    );
    let answer = house.ask("nobody", &all).await;
    assert!(answer.data()["__schema"]["types"].as_array().unwrap().len() > 20);
}

#[tokio::test]
async fn what_costs_much_counts_as_much() {
    let house = House::new();
    let engine = house.engine("Detector").await;
    let build = house.available(&engine, "one");
    let listed =
        |fields: &str| format!("{{ engine(id: \"{engine}\") {{ builds(limit: 1000) {{ {fields} }} }} }}");
    for fields in ["records { report }", "records { spells { status } }", "records { imageTags }"] {
        refuse(&house, "developer", &listed(fields)).await;
    }
    house.ask("developer", &listed("records { id }")).await.data();
    let few = format!("{{ engine(id: \"{engine}\") {{ builds(limit: 20) {{ records {{ id report }} }} }} }}");
    let answer = house.ask("developer", &few).await;
    let records = answer.data()["engine"]["builds"]["records"].as_array().unwrap().clone();
    assert_eq!((records.len(), &records[0]["id"]), (1, &Value::from(build)));
    assert!(records[0]["report"].is_object());
    // A list that is skipped is counted; no sum of such counts becomes small again.
    let hidden = "builds(limit: 2147483647) @skip(if: true) { records { engine { ".repeat(4)
        + "id"
        + &" } } }".repeat(4);
    refuse(&house, "developer", &format!("{{ engines(limit: 1000) {{ records {{ {hidden} }} }} }}")).await;
}

#[tokio::test]
async fn one_request_is_not_a_hundred_changes() {
    let house = House::new();
    let engine = house.engine("Detector").await;
    let changes = |many: usize| -> String {
        let one = |at: usize| {
            format!(
                "a{at}: updateEngine(input: {{ id: \"{engine}\", description: \"{at}\" }}) {{ description }} "
            )
        };
        format!("mutation {{ {} }}", (0..many).map(one).collect::<String>())
    };
    refuse(&house, "developer", &changes(40)).await;
    let logins = "userLogin(input: { userName: \"a\", password: \"b\" }) { token } ";
    let logins: String = (0..40).map(|at| format!("a{at}: {logins}")).collect();
    refuse(&house, "nobody", &format!("mutation {{ {logins} }}")).await;
    assert_eq!(house.ask("developer", &changes(20)).await.data()["a19"]["description"], "19");
}

#[tokio::test]
async fn engines_are_ordered_by_few_things() {
    let house = House::new();
    for name in ["b", "a"] {
        house.engine(name).await;
    }
    let ordered = |many: usize| {
        let sorts = "{ field: name, direction: asc } ".repeat(many);
        format!("{{ engines(orderBy: [{sorts}]) {{ records {{ name }} }} }}")
    };
    let answer = house.ask("developer", &ordered(9)).await;
    assert_eq!((answer.status, answer.error().0), (200, "invalid_input"));
    let answer = house.ask("developer", &ordered(8)).await;
    assert_eq!(answer.data()["engines"]["records"], json!([{ "name": "a" }, { "name": "b" }]));
}

/// A body that comes in pieces, so that no header tells how long it is.
async fn send(house: &House, who: &str, body: String) -> Answer {
    let pieces: Vec<Result<String, std::convert::Infallible>> =
        body.as_bytes().chunks(1000).map(|piece| Ok(String::from_utf8(piece.to_vec()).unwrap())).collect();
    let mut request = Request::post("/v3/graphql").header("content-type", "application/json");
    if who != "nobody" {
        request = request.header("authorization", format!("Bearer {}", house.token(who)));
    }
    let body = Body::from_stream(futures_util::stream::iter(pieces));
    house.send(request.body(body).unwrap()).await
}

#[tokio::test]
async fn long_texts_are_not_read_and_strangers_are_brief() {
    let house = House::new();
    let padded =
        |bytes: usize| json!({ "query": format!("{{ __typename }}{}", " ".repeat(bytes)) }).to_string();
    let varied = |bytes: usize| {
        let query = "query A($a: String) { engines(name: $a) { count } }";
        json!({ "query": query, "variables": { "a": "x".repeat(bytes) } }).to_string()
    };
    assert_eq!(send(&house, "nobody", padded(60_000)).await.data(), &json!({ "__typename": "Query" }));
    assert_eq!(send(&house, "nobody", padded(70_000)).await.status, 413);
    assert_eq!(send(&house, "nobody", varied(70_000)).await.status, 413);
    assert_eq!(send(&house, "developer", padded(60_000)).await.status, 200);
    let long = send(&house, "developer", padded(70_000)).await;
    assert_eq!((long.status, long.error().0), (400, "invalid_input"));
    assert_eq!(send(&house, "developer", varied(3_000_000)).await.data()["engines"]["count"], 0);
}
