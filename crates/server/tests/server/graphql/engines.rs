//! Engines through the API.

use assay_core::build::BuildEvent;
use serde_json::json;

use super::house::House;

#[tokio::test]
async fn an_engine_is_made_as_clients_of_the_field_make_it() {
    let house = House::new();
    let query = "mutation($fields: [CreateEngineField!]) { createEngine(input: { \
        name: \"Speech to Text\", description: \"hears\", categoryId: \"67cd4dd0-2f75-445d-a6f0-2f297d6cd182\", \
        deploymentModel: FullyNetworkIsolated, price: 10, fields: $fields, createsTDO: true, useCases: \"media\", \
        manifest: { engineMode: \"stream\" } }) \
        { id name displayName description state mode deploymentModel categoryId category { name type { name } } \
          ownerOrganizationId ownerOrganization { name } isPublic price createsTDO libraryRequired useCases slug \
          fields { name label type options { key value } required } manifest validStateActions deployedVersion \
          createdDateTime preferredInputFormat } }";
    let fields = json!([{ "name": "level", "label": "Level", "type": "Picklist", "options": [{ "key": "a", "value": "A" }] }]);
    let answer = house.ask_with("developer", query, json!({ "fields": fields })).await;
    let engine = answer.data()["createEngine"].clone();
    assert_eq!(engine["manifest"]["engineId"], engine["id"]);
    assert_eq!(engine["manifest"]["engineMode"], "stream");
    let mut told = engine.as_object().unwrap().clone();
    told.remove("id");
    told.remove("manifest");
    assert_eq!(
        serde_json::Value::from(told),
        json!({
            "name": "Speech to Text", "displayName": "Speech to Text", "description": "hears", "state": "pending",
            "mode": "Stream", "deploymentModel": "FullyNetworkIsolated",
            "categoryId": "67cd4dd0-2f75-445d-a6f0-2f297d6cd182",
            "category": { "name": "transcription", "type": { "name": "Cognition" } },
            "ownerOrganizationId": "2", "ownerOrganization": { "name": "Acme" }, "isPublic": false, "price": 10,
            "createsTDO": true, "libraryRequired": false, "useCases": ["media"], "slug": "speech-to-text",
            "fields": [{ "name": "level", "label": "Level", "type": "Picklist",
                         "options": [{ "key": "a", "value": "A" }], "required": false }],
            "validStateActions": ["edit", "delete"], "deployedVersion": null,
            "createdDateTime": "2026-11-01T08:00:00.000Z", "preferredInputFormat": null,
        })
    );
}

#[tokio::test]
async fn an_engine_is_changed_within_its_rules() {
    let house = House::new();
    let engine = house.engine("Detector").await;
    let update = |parts: &str| {
        format!(
            "mutation {{ updateEngine(input: {{ id: \"{engine}\", {parts} }}) {{ id name deploymentModel description }} }}"
        )
    };
    let answer =
        house.ask("developer", &update("name: \"New\", deploymentModel: FullyNetworkIsolated")).await;
    let expected =
        json!({ "id": engine, "name": "New", "deploymentModel": "FullyNetworkIsolated", "description": "" });
    assert_eq!(answer.data()["updateEngine"], expected);
    for (who, parts, error) in [
        ("developer", "deploymentModel: HumanReview", ("not_allowed", "not-allowed")),
        ("developer", "categoryId: \"face\"", ("invalid_input", "engine-locked")),
        ("developer", "categoryId: \"no such thing\"", ("invalid_input", "")),
        ("developer", "name: \"\"", ("invalid_input", "engine-name")),
        ("approver", "name: \"Mine\"", ("not_allowed", "not-allowed")),
        ("stranger", "name: \"Mine\"", ("not_found", "not-found")),
    ] {
        assert_eq!(house.ask(who, &update(parts)).await.error(), error, "{who}: {parts}");
    }
}

#[tokio::test]
async fn an_engine_is_disabled_enabled_deleted_and_brought_back() {
    let house = House::new();
    let engine = house.engine("Detector").await;
    let workflow = |action: &str| {
        format!(
            "mutation {{ engineWorkflow(input: {{ id: \"{engine}\", action: {action} }}) {{ state validStateActions }} }}"
        )
    };
    let refused = house.ask("developer", &workflow("disable")).await;
    assert_eq!(refused.error(), ("invalid_input", "transition-refused"));
    let data = &refused.body["errors"][0]["data"];
    assert_eq!(
        (&data["currentStatus"], &data["validStateActions"]),
        (&json!("pending"), &json!(["edit", "delete"]))
    );
    house.available(&engine, "one");
    let disabled = house.ask("developer", &workflow("disable")).await;
    let expected = json!({ "state": "disabled", "validStateActions": ["edit", "enable", "delete"] });
    assert_eq!(disabled.data()["engineWorkflow"], expected);
    assert_eq!(house.ask("developer", &workflow("enable")).await.data()["engineWorkflow"]["state"], "ready");
    let delete = format!("mutation {{ deleteEngine(id: \"{engine}\") {{ id message }} }}");
    assert_eq!(house.ask("developer", &delete).await.data()["deleteEngine"]["id"], engine);
    assert_eq!(house.ask("developer", "{ engines { count } }").await.data()["engines"]["count"], 0);
    let deleted = house.ask("developer", "{ engines(state: deleted) { records { state } } }").await;
    assert_eq!(deleted.data()["engines"]["records"], json!([{ "state": "deleted" }]));
    let back = format!("mutation {{ undeleteEngine(id: \"{engine}\") {{ state }} }}");
    assert_eq!(house.ask("developer", &back).await.data()["undeleteEngine"]["state"], "ready");
}

#[tokio::test]
async fn engines_are_found_by_what_clients_ask_for() {
    let house = House::new();
    let detector = house.engine("Detector").await;
    let pull = "mutation { createEngine(input: { name: \"Puller\", categoryId: \"pull\", deploymentModel: NonNetworkIsolated, \
                mode: Batch, libraryRequired: true }) { id } }";
    house.ask("developer", pull).await.data();
    let find = |arguments: String| format!("{{ engines({arguments}) {{ records {{ name }} }} }}");
    for (arguments, names) in [
        (format!("id: \"{detector}\""), vec!["Detector"]),
        (format!("ids: [\"{detector}\"]"), vec!["Detector"]),
        (format!("ids: \"{detector}\""), vec!["Detector"]),
        ("id: \"nonsense\"".into(), vec![]),
        ("name: \"pull\"".into(), vec!["Puller"]),
        ("filter: { type: Ingestion }".into(), vec!["Puller"]),
        ("filter: { type: [Cognition] }".into(), vec!["Detector"]),
        ("filter: { type: Aggregator }".into(), vec![]),
        ("filter: { mode: Batch }".into(), vec!["Puller"]),
        ("filter: { deploymentModel: MostlyNetworkIsolated }".into(), vec!["Detector"]),
        ("category: \"speech to text\"".into(), vec!["Detector"]),
        ("categoryId: \"67cd4dd0-2f75-445d-a6f0-2f297d6cd182\"".into(), vec!["Detector"]),
        ("category: \"no such thing\"".into(), vec![]),
        ("libraryRequired: true".into(), vec!["Puller"]),
        ("createsTDO: true".into(), vec![]),
        ("state: [pending, active]".into(), vec!["Detector", "Puller"]),
        ("state: draft".into(), vec![]),
        ("owned: true, orderBy: [{ field: name, direction: desc }]".into(), vec!["Puller", "Detector"]),
        ("orderBy: { field: createdDateTime }".into(), vec!["Detector", "Puller"]),
    ] {
        let answer = house.ask("developer", &find(arguments.clone())).await;
        let found: Vec<&str> = answer.data()["engines"]["records"]
            .as_array()
            .unwrap()
            .iter()
            .map(|engine| engine["name"].as_str().unwrap())
            .collect();
        assert_eq!(found, names, "{arguments}");
    }
    for left_out in ["filter: { rating: 4.5 }", "orderBy: { field: rating }"] {
        assert_eq!(house.ask("developer", &find(left_out.into())).await.error().0, "not_implemented");
    }
}

#[tokio::test]
async fn another_organization_sees_a_public_engine_once_it_is_deployed_and_no_build_of_it() {
    let house = House::new();
    let engine = house.engine("Detector").await;
    let query = format!(
        "{{ engine(id: \"{engine}\") {{ name state deployedVersion outputFormats preferredInputFormat \
         ownerOrganization {{ name }} builds {{ count }} }} }}"
    );
    assert_eq!(house.ask("stranger", &query).await.error(), ("not_found", "not-found"));
    let build = house.available(&engine, "one");
    house.act("developer", &engine, &build, "submit").await.data();
    house.find(&build, BuildEvent::CertificationPassed);
    house.act("approver", &engine, &build, "approve").await.data();
    house.act("developer", &engine, &build, "deploy").await.data();
    house.find(&build, BuildEvent::DeploySucceeded);
    assert_eq!(
        house.ask("stranger", &query).await.data()["engine"],
        json!({
            "name": "Detector", "state": "active", "deployedVersion": 1, "outputFormats": ["application/json"],
            "preferredInputFormat": "audio/wav", "ownerOrganization": null, "builds": { "count": 0 },
        })
    );
    let found = format!("{{ engineBuild(id: \"{build}\") {{ id }} }}");
    assert_eq!(house.ask("stranger", &found).await.error(), ("not_found", "not-found"));
}

#[tokio::test]
async fn categories_are_those_of_the_core() {
    let house = House::new();
    let one = "{ engineCategory(id: \"67cd4dd0-2f75-445d-a6f0-2f297d6cd182\") { name categoryType exportContracts } }";
    assert_eq!(
        house.ask("developer", one).await.data()["engineCategory"],
        json!({ "name": "transcription", "categoryType": "transcript", "exportContracts": ["transcript"] })
    );
    let some = "{ engineCategories(type: \"Ingestion\") { records { id name } count } }";
    let listed = house.ask("developer", some).await;
    let records = json!([{ "id": "pull", "name": "pull" }, { "id": "push", "name": "push" }]);
    assert_eq!(listed.data()["engineCategories"], json!({ "records": records, "count": 2 }));
    assert_eq!(house.ask("developer", "{ engineCategory(id: \"x\") { id } }").await.error().0, "not_found");
}
