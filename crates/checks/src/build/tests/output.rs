//! BLD-003, BLD-004, BLD-006 and OUT-….

use super::*;

#[test]
fn output_is_held_to_the_standard() {
    let mut run = good();
    run.exchanges.truncate(1);
    let bad = |text: &str| judged(&run, &[("good", text)], DeploymentModel::NetworkIsolated);
    let wrong = bad(r#"{"validationContracts":["keyword"],"object":[{"type":"keyword","label":5}]}"#);
    assert!(!wrong.output.valid && !wrong.output.validation_errors.is_empty());
    let found = codes(&wrong.findings);
    assert!(found.contains(&"BLD-003") && found.contains(&"OUT-KEYWORD"), "{:#?}", wrong.findings);
    assert!(wrong.findings.iter().all(|finding| finding.place.input.as_deref() == Some("sample")));
    let foreign = bad(r#"{"validationContracts":["summary"],"summary":"s"}"#);
    assert!(codes(&foreign.findings).contains(&"OUT-K1"), "{:#?}", foreign.findings);
    assert!(codes(&bad("plain text").findings).contains(&"OUT-JSON"));
    let backwards =
        bad(r#"{"validationContracts":["keyword"],"object":[],"series":[{"startTimeMs":5,"stopTimeMs":1}]}"#);
    let found = codes(&backwards.findings);
    assert!(found.contains(&"BLD-004") && found.contains(&"OUT-T1"), "{:#?}", backwards.findings);
}

#[test]
fn a_promise_of_a_later_result_is_an_answer_of_engines_that_send_data_out() {
    let mut run = good();
    run.exchanges.truncate(1);
    let files = [("good", r#"{"type":"schedule_poll_task"}"#)];
    assert!(codes(&judged(&run, &files, DeploymentModel::ExternalProcessing).findings).is_empty());
    assert!(!judged(&run, &files, DeploymentModel::NetworkIsolated).findings.is_empty());
}

#[test]
fn a_second_answer_that_differs() {
    expect("wavers", &["BLD-006"], "`\"tide\"` at `/object/0/label` became `\"herring\"`", |run| {
        run.exchanges[1].answer = response(200, Some("other"));
    });
}
