//! Logging in and out, and who one is.

use assay_core::Scope;
use serde_json::json;

use super::house::{House, PASSWORD};

fn login(password: &str) -> String {
    format!(
        "mutation {{ userLogin(input: {{ userName: \"developer@acme.example\", password: \"{password}\" }}) \
         {{ token user {{ name roles {{ name }} organization {{ name }} }} }} }}"
    )
}

#[tokio::test]
async fn a_session_lasts_from_login_to_logout() {
    let mut house = House::new();
    let answer = house.ask("nobody", &login(PASSWORD)).await;
    let user = &answer.data()["userLogin"];
    assert_eq!(user["user"]["name"], "developer@acme.example");
    assert_eq!(user["user"]["roles"], json!([{ "name": "developer" }]));
    let token = user["token"].as_str().unwrap().to_owned();
    assert_ne!(token, house.token("developer"), "each login is a session of its own");
    let validate = format!("mutation {{ validateToken(token: \"{token}\") {{ token user {{ email }} }} }}");
    let answer = house.ask("nobody", &validate).await;
    assert_eq!(answer.data()["validateToken"]["user"]["email"], "developer@acme.example");
    let logout = format!("mutation {{ userLogout(token: \"{token}\") }}");
    assert_eq!(house.ask("nobody", &logout).await.data()["userLogout"], true);
    assert_eq!(house.ask("nobody", &logout).await.data()["userLogout"], false);
    assert_eq!(house.ask("nobody", &validate).await.error().0, "authentication_error");
    house.key("reader", "developer", &[Scope::Read]);
    assert_eq!(house.ask("reader", "{ me { email } }").await.data()["me"]["email"], "developer@acme.example");
}

#[tokio::test]
async fn a_wrong_password_is_nobody() {
    let house = House::new();
    let answer = house.ask("nobody", &login("wrong")).await;
    assert_eq!((answer.status, answer.error().0), (200, "authentication_error"));
    assert_eq!(answer.body["data"]["userLogin"], json!(null));
}

#[tokio::test]
async fn organizations_are_seen_by_their_own() {
    let house = House::new();
    let query = |id: &str| format!("{{ organization(id: \"{id}\") {{ id name settings {{ fourEyes }} }} }}");
    let own = house.ask("developer", &query("2")).await;
    assert_eq!(
        own.data()["organization"],
        json!({ "id": "2", "name": "Acme", "settings": { "fourEyes": true } })
    );
    for (who, id) in [("stranger", "2"), ("developer", "99"), ("developer", "x")] {
        assert_eq!(house.ask(who, &query(id)).await.error().0, "not_found", "{who} {id}");
    }
    let listed = house.ask("developer", "{ organizations { records { id } } }").await;
    assert_eq!(listed.data()["organizations"]["records"], json!([{ "id": "2" }]));
}
