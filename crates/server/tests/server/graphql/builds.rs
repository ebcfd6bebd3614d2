//! Builds through the API: the whole way, approvals, events, pushes.

use assay_app::push::Claim;
use assay_core::Scope;
use assay_core::build::BuildEvent;
use assay_core::push::PushReason;
use serde_json::{Value, json};

use super::house::House;

#[tokio::test]
async fn a_build_goes_its_way_by_update_engine_build() {
    let house = House::new();
    let engine = house.engine("Detector").await;
    let build = house.available(&engine, "one");
    let query = format!(
        "{{ engineBuild(id: \"{build}\") {{ status stage version primaryAction secondaryActions validStateActions \
         manifest preferredInputFormat imageTags engine {{ name }} }} }}"
    );
    let shown = house.ask("developer", &query).await.data()["engineBuild"].clone();
    assert_eq!(
        (&shown["status"], &shown["version"], &shown["primaryAction"]),
        (&json!("available"), &json!("1"), &json!("submit"))
    );
    assert_eq!(shown["secondaryActions"], json!(["submit", "downloadReport", "delete"]));
    assert_eq!(shown["validStateActions"], json!(["submit", "invalidate", "delete"]));
    assert_eq!(
        (&shown["preferredInputFormat"], &shown["engine"]["name"]),
        (&json!("audio/wav"), &json!("Detector"))
    );
    let submitted = house.act("developer", &engine, &build, "submit").await;
    let expected = json!({ "id": build, "engineId": engine, "status": "pending" });
    assert_eq!(submitted.data()["updateEngineBuild"], expected);
    house.find(&build, BuildEvent::CertificationPassed);
    for (who, action, status) in [("approver", "approve", "approved"), ("developer", "deploy", "deploying")] {
        let answer = house.act(who, &engine, &build, action).await;
        assert_eq!(answer.data()["updateEngineBuild"]["status"], status);
    }
    house.find(&build, BuildEvent::DeploySucceeded);
    for (action, status) in [("pause", "paused"), ("unpause", "deployed"), ("delete", "deleted")] {
        let answer = house.act("developer", &engine, &build, action).await;
        assert_eq!(answer.data()["updateEngineBuild"]["status"], status);
    }
    assert_eq!(house.ask("developer", &query).await.error(), ("not_found", "not-found"));
}

#[tokio::test]
async fn a_move_that_is_not_allowed_names_those_that_are() {
    let house = House::new();
    let engine = house.engine("Detector").await;
    let other = house.engine("Other").await;
    let build = house.available(&engine, "one");
    for action in ["deploy", "pause", "approve", "upload", "withdraw"] {
        let refused = house.act("admin", &engine, &build, action).await;
        assert_eq!(
            (refused.status, refused.error()),
            (200, ("invalid_input", "transition-refused")),
            "{action}"
        );
        let data = &refused.body["errors"][0]["data"];
        assert_eq!(data["currentStatus"], "available");
        assert_eq!(data["validStateActions"], json!(["submit", "invalidate", "delete"]));
    }
    assert_eq!(
        house.act("approver", &engine, &build, "submit").await.error(),
        ("not_allowed", "not-allowed")
    );
    for (who, engine) in [("stranger", &engine), ("developer", &other)] {
        assert_eq!(house.act(who, engine, &build, "submit").await.error(), ("not_found", "not-found"));
    }
    assert_eq!(house.act("developer", "odd", &build, "submit").await.error().0, "not_found");
    assert_eq!(house.act("developer", &engine, &build, "fly").await.status, 400);
}

#[tokio::test]
async fn a_single_status_is_taken_for_a_list() {
    let house = House::new();
    let engine = house.engine("Detector").await;
    let build = house.available(&engine, "one");
    house.available(&engine, "two");
    house.act("developer", &engine, &build, "delete").await.data();
    let count = |arguments: &str| {
        format!("{{ engine(id: \"{engine}\") {{ builds{arguments} {{ records {{ version }} }} }} }}")
    };
    for (arguments, versions) in [
        ("", json!([{ "version": "2" }])),
        ("(buildStatus: deleted)", json!([{ "version": "1" }])),
        ("(status: [deleted, available])", json!([{ "version": "2" }, { "version": "1" }])),
        ("(buildStatus: deployed)", json!([])),
        (&format!("(id: \"{build}\", status: deleted)"), json!([{ "version": "1" }])),
    ] {
        let answer = house.ask("developer", &count(arguments)).await;
        assert_eq!(answer.data()["engine"]["builds"]["records"], versions, "{arguments}");
    }
}

#[tokio::test]
async fn what_waits_is_queued_and_decided_with_a_reason() {
    let mut house = House::new();
    let engine = house.engine("Detector").await;
    let builds = ["one", "two"].map(|content| house.available(&engine, content));
    for build in &builds {
        house.act("developer", &engine, build, "submit").await.data();
        house.find(build, BuildEvent::CertificationPassed);
        house.advance_hours(60);
    }
    let queue = "{ approvals { records { waitingSeconds due overdue engine { name } build { id verdict policy } } } }";
    let answer = house.ask("approver", queue).await;
    let records = answer.data()["approvals"]["records"].as_array().unwrap().clone();
    assert_eq!(records[0]["build"], json!({ "id": builds[0], "verdict": "approved", "policy": "default@1" }));
    let ages: Vec<&Value> = records.iter().map(|one| &one["waitingSeconds"]).collect();
    assert_eq!(ages, [&json!(120 * 3600), &json!(60 * 3600)]);
    assert_eq!((&records[0]["overdue"], &records[1]["overdue"]), (&json!(true), &json!(false)));
    let overdue = house.ask("approver", "{ approvals(state: overdue) { count } }").await;
    assert_eq!(overdue.data()["approvals"]["count"], 1);
    let refuse = |reason: &str| {
        format!(
            "mutation {{ disapproveBuild(id: \"{}\", reason: \"{reason}\") {{ status statusReason }} }}",
            builds[0]
        )
    };
    assert_eq!(house.ask("approver", &refuse(" ")).await.error(), ("invalid_input", "reason-required"));
    assert_eq!(house.ask("developer", &refuse("no")).await.error(), ("not_allowed", "not-allowed"));
    let refused = house.ask("approver", &refuse("too slow")).await;
    let expected = json!({ "status": "disapproved", "statusReason": "too slow" });
    assert_eq!(refused.data()["disapproveBuild"], expected);
    let approve =
        format!("mutation {{ approveBuild(id: \"{}\", reason: \"fine\") {{ status }} }}", builds[1]);
    assert_eq!(house.ask("approver", &approve).await.data()["approveBuild"]["status"], "approved");
    assert_eq!(house.ask("approver", "{ approvals { count } }").await.data()["approvals"]["count"], 0);
    assert_eq!(house.ask("stranger", queue).await.data()["approvals"]["records"], json!([]));
}

#[tokio::test]
async fn events_tell_a_builds_life() {
    let mut house = House::new();
    let engine = house.engine("Detector").await;
    let build = house.available(&engine, "one");
    house.advance_hours(1);
    house.act("developer", &engine, &build, "submit").await.data();
    let query = format!(
        "{{ buildEvents(buildId: \"{build}\") {{ records {{ name from to actor dateTime }} count }} }}"
    );
    let answer = house.ask("approver", &query).await;
    assert_eq!(answer.data()["buildEvents"]["count"], 4);
    assert_eq!(
        answer.data()["buildEvents"]["records"][3],
        json!({ "name": "EngineBuildSubmit", "from": "available", "to": "pending",
                "actor": "developer@acme.example", "dateTime": "2026-11-01T09:00:00.000Z" })
    );
    assert_eq!(house.ask("stranger", &query).await.error(), ("not_found", "not-found"));
    let spells =
        format!("{{ engineBuild(id: \"{build}\") {{ spells {{ status elapsedSeconds }} report }} }}");
    let answer = house.ask("developer", &spells).await;
    let spell = json!({ "status": "available", "elapsedSeconds": 3600 });
    assert_eq!(answer.data()["engineBuild"]["spells"][2], spell);
    assert_eq!(answer.data()["engineBuild"]["report"]["buildStatus"], "pending");
}

#[tokio::test]
async fn pushes_without_an_engine_are_shown_to_their_organization() {
    let house = House::new();
    house.arrive("lost", &Claim::Nobody(PushReason::NoManifest));
    let query = "{ unattributedPushes { records { reason reference pusher detail } } }";
    let answer = house.ask("developer", query).await;
    let push = &answer.data()["unattributedPushes"]["records"][0];
    assert_eq!((&push["reason"], &push["pusher"]), (&json!("noManifest"), &json!("developer@acme.example")));
    assert_eq!(house.ask("stranger", query).await.data()["unattributedPushes"]["records"], json!([]));
    let elsewhere = "{ unattributedPushes(organizationId: 2) { count } }";
    assert_eq!(house.ask("stranger", elsewhere).await.error(), ("not_found", "not-found"));
}

#[tokio::test]
async fn a_build_is_made_of_an_image_elsewhere() {
    let house = House::new();
    let engine = house.engine("Detector").await;
    let create = |rest: &str| {
        format!(
            "mutation {{ createEngineBuild(input: {{ engineId: \"{engine}\" {rest} }}) {{ status dockerImage imageDigest }} }}"
        )
    };
    let made = house.ask("developer", &create("dockerImage: \"registry.example/a/b:1\"")).await;
    let expected =
        json!({ "status": "uploaded", "dockerImage": "registry.example/a/b:1", "imageDigest": null });
    assert_eq!(made.data()["createEngineBuild"], expected);
    for (rest, error) in [
        ("", "invalid_input"),
        ("dockerImage: \"/etc/passwd\"", "invalid_input"),
        ("dockerImage: \"registry.example/a/b:1\", manifest: {}", "not_implemented"),
    ] {
        assert_eq!(house.ask("developer", &create(rest)).await.error().0, error, "{rest}");
    }
    let image = "dockerImage: \"registry.example/a/b:1\"";
    assert_eq!(house.ask("approver", &create(image)).await.error().0, "not_allowed");
    assert_eq!(house.ask("stranger", &create(image)).await.error().0, "not_found");
}

#[tokio::test]
async fn deleting_needs_the_right_engine() {
    let house = House::new();
    let (engine, other) = (house.engine("Detector").await, house.engine("Other").await);
    let build = house.available(&engine, "one");
    let delete = |engine: &str| {
        format!(
            "mutation {{ deleteEngineBuild(input: {{ id: \"{build}\", engineId: \"{engine}\" }}) {{ id message }} }}"
        )
    };
    assert_eq!(house.ask("developer", &delete(&other)).await.error(), ("not_found", "not-found"));
    assert_eq!(house.ask("developer", &delete(&engine)).await.data()["deleteEngineBuild"]["id"], build);
}

#[tokio::test]
async fn keys_do_what_they_were_made_for() {
    let mut house = House::new();
    let engine = house.engine("Detector").await;
    let build = house.available(&engine, "one");
    house.key("reader", "admin", &[Scope::Read]);
    house.key("writer", "admin", &[Scope::Write]);
    assert_eq!(house.act("reader", &engine, &build, "submit").await.error(), ("not_allowed", "not-allowed"));
    assert_eq!(
        house.act("writer", &engine, &build, "submit").await.data()["updateEngineBuild"]["status"],
        "pending"
    );
    assert_eq!(house.ask("writer", "{ engines { count } }").await.error(), ("not_allowed", "not-allowed"));
}
