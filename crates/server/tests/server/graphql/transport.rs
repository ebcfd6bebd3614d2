//! How queries come in and answers go out (api.md §1).

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use super::house::House;

fn post(kind: &str, body: &str) -> Request<Body> {
    Request::post("/v3/graphql").header("content-type", kind).body(Body::from(body.to_owned())).unwrap()
}

#[tokio::test]
async fn what_is_no_query_is_a_bad_request() {
    let house = House::new();
    for (kind, body) in [
        ("text/plain", r#"{"query":"{me{id}}"}"#),
        ("application/x-www-form-urlencoded", "query={me{id}}"),
        ("application/json", ""),
        ("application/json", "[]"),
        ("application/json", "{}"),
        ("application/json", r#"{"query":"  "}"#),
        ("application/json", r#"{"query":"{me{id}}","variables":[1]}"#),
        ("application/json", r#"{"query":"{"}"#),
        ("application/json", r#"{"query":"{nothingOfTheKind}"}"#),
        ("application/json", r#"{"query":"{engine{id}}"}"#),
        ("application/json", r#"{"query":"query A {me{id}} query B {me{id}}"}"#),
    ] {
        let answer = house.send(post(kind, body)).await;
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(answer.error().0, "invalid_input", "{body}");
        assert!(answer.body.get("data").is_none(), "{body}");
    }
    let answer = house.send(post("application/json; charset=utf-8", r#"{"query":"{nope}"}"#)).await;
    assert_eq!(answer.body["errors"][0]["locations"], json!([{ "line": 1, "column": 2 }]));
}

#[tokio::test]
async fn a_failed_field_is_null_and_stands_in_the_list() {
    let house = House::new();
    let engine = house.engine("Detector").await;
    let query = format!(
        "{{ there: engine(id: \"{engine}\") {{ name }} \
           gone: engine(id: \"00000000-0000-0000-0000-0000000000ff\") {{ name }} odd: engine(id: \"odd\") {{ name }} }}"
    );
    let answer = house.ask("developer", &query).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["data"], json!({ "there": { "name": "Detector" }, "gone": null, "odd": null }));
    let errors = answer.body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 2);
    let gone = errors.iter().find(|error| error["path"] == json!(["gone"])).unwrap();
    assert_eq!(gone["name"], "not_found");
    assert_eq!(gone["data"]["objectType"], "Engine");
    assert_eq!(gone["data"]["objectId"], "00000000-0000-0000-0000-0000000000ff");
    assert_eq!(gone["time_thrown"], "2026-11-01T08:00:00.000Z");
    assert_eq!(gone["locations"][0]["line"], 1);
}

#[tokio::test]
async fn nobody_is_told_nothing() {
    let house = House::new();
    let engine = house.engine("Detector").await;
    for query in [
        "{ me { id } }".to_owned(),
        "{ engines { count } }".to_owned(),
        format!("{{ engine(id: \"{engine}\") {{ id }} }}"),
        "{ engineCategories { count } }".to_owned(),
        "{ approvals { count } }".to_owned(),
        "{ unattributedPushes { count } }".to_owned(),
        format!("mutation {{ deleteEngine(id: \"{engine}\") {{ id }} }}"),
    ] {
        let answer = house.ask("nobody", &query).await;
        assert_eq!((answer.status, answer.error().0), (200, "authentication_error"), "{query}");
        let shown = post("application/json", &json!({ "query": query }).to_string());
        let (mut parts, body) = shown.into_parts();
        parts.headers.insert("authorization", "Bearer 00000000-0000-0000-0000-000000000000".parse().unwrap());
        let answer = house.send(Request::from_parts(parts, body)).await;
        assert_eq!((answer.status, answer.error().0), (200, "authentication_error"), "{query}");
    }
}

#[tokio::test]
async fn deep_dear_and_wide_queries_are_refused() {
    let house = House::new();
    let deep = format!(
        "{{ engines {{ records {{ {} id {} }} }} }}",
        "builds { records { engine { ".repeat(5),
        "} } }".repeat(5)
    );
    let dear = "{ engines(limit: 1000) { records { builds(limit: 1000) { records { id status } } } } }";
    let many: String =
        (0..800).map(|number| format!("a{number}: engines(limit: 30) {{ records {{ id }} }} ")).collect();
    for query in [deep.as_str(), dear, &format!("{{ {many} }}")] {
        let answer = house.ask("developer", query).await;
        assert_eq!((answer.status, answer.error().0), (400, "invalid_input"));
    }
    let wide =
        "{ engines(limit: 500) { records { id name state mode builds(limit: 3) { records { id } } } } }";
    assert_eq!(house.ask("developer", wide).await.data()["engines"]["records"], json!([]));
    // Machines that show the schema ask 15 deep.
    let of_type = "kind name ".to_owned() + &"ofType { kind name ".repeat(8) + &"}".repeat(8);
    let introspection =
        format!("{{ __schema {{ types {{ fields {{ args {{ type {{ {of_type} }} }} }} }} }} }}");
    assert!(
        house.ask("nobody", &introspection).await.data()["__schema"]["types"].as_array().unwrap().len() > 20
    );
}

#[tokio::test]
async fn parts_of_lists_count_their_own_rows() {
    let house = House::new();
    for name in ["a", "b", "c"] {
        house.engine(name).await;
    }
    let part =
        |arguments: &str| format!("{{ engines{arguments} {{ records {{ name }} offset limit count }} }}");
    let first = house.ask("developer", &part("(limit: 2)")).await;
    let expected =
        json!({ "records": [{ "name": "a" }, { "name": "b" }], "offset": 0, "limit": 2, "count": 2 });
    assert_eq!(first.data()["engines"], expected);
    let last = house.ask("developer", &part("(offset: 2, limit: 2)")).await;
    assert_eq!(last.data()["engines"]["count"], 1);
    let past = house.ask("developer", &part("(offset: 9)")).await;
    assert_eq!(past.data()["engines"], json!({ "records": [], "offset": 9, "limit": 30, "count": 0 }));
    for bad in ["(limit: 1001)", "(limit: -1)", "(offset: -1)"] {
        let answer = house.ask("developer", &part(bad)).await;
        assert_eq!((answer.status, answer.error().0), (200, "invalid_input"), "{bad}");
    }
    let over = house.ask("developer", &part("(limit: 1001)")).await;
    assert_eq!(over.body["errors"][0]["data"]["maximum"], 1000);
}

#[tokio::test]
async fn variables_are_taken_and_checked() {
    let house = House::new();
    let engine = house.engine("Detector").await;
    let query = "query One($id: ID!) { engine(id: $id) { id } }";
    let answer = house.ask_with("developer", query, json!({ "id": engine })).await;
    assert_eq!(answer.data()["engine"]["id"], engine);
    let answer = house.ask_with("developer", query, json!({})).await;
    assert_eq!((answer.status, answer.error().0), (200, "invalid_input"));
    // Where there is a value by default, a variable may be left out or null.
    let query =
        "query Some($limit: Int, $owned: Boolean) { engines(limit: $limit, owned: $owned) { limit count } }";
    for variables in [json!({}), json!({ "limit": null, "owned": null })] {
        let answer = house.ask_with("developer", query, variables).await;
        assert_eq!(answer.data()["engines"], json!({ "limit": 30, "count": 1 }));
    }
}
