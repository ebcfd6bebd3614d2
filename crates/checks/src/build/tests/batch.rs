//! BLD-002 of batch engines.

use super::*;

/// A batch run that told these statuses.
fn batch(statuses: &[(&str, serde_json::Value)], results: &[&str], code: i32) -> RunEvidence {
    let update = |(status, output): &(&str, serde_json::Value)| TaskStatus {
        at_ms: 1,
        status: (*status).into(),
        output: Some(output.clone()).filter(|output| !output.is_null()),
    };
    let story = TaskStory {
        statuses: statuses.iter().map(update).collect(),
        results: results.iter().map(|name| (*name).to_owned()).collect(),
        not_understood: vec!["GraphQL `createJob`: not served".into()],
    };
    RunEvidence {
        readiness: Readiness::NotAsked,
        still_ready: None,
        exchanges: Vec::new(),
        task: Some(story),
        exit: Exit { code: Some(code), unasked: true, ..Exit::default() },
        ..good()
    }
}

#[test]
fn batch_engines() {
    let none = serde_json::Value::Null;
    let inline: serde_json::Value = serde_json::from_str(GOOD).unwrap();
    let table: [(&str, RunEvidence, &[&str], &str); 7] = [
        ("good", batch(&[("running", none.clone()), ("complete", none.clone())], &["good"], 0), &[], ""),
        ("inline", batch(&[("complete", inline)], &[], 0), &[], ""),
        (
            "no status",
            batch(&[("running", none.clone())], &["good"], 0),
            &["BLD-002"],
            "told no final status",
        ),
        ("puzzled", batch(&[], &[], 1), &["BLD-002"], "the first not served was `GraphQL 'createJob'"),
        ("no result", batch(&[("complete", none.clone())], &[], 0), &["BLD-002"], "no result was uploaded"),
        (
            "failed",
            batch(&[("failed", json!({ "error": "oops" }))], &[], 1),
            &["BLD-002"],
            "`{\"error\":\"oops\"}`",
        ),
        ("code", batch(&[("complete", none)], &["good"], 2), &["BLD-002"], "exit code 2"),
    ];
    for (what, run, expected, said) in table {
        let found = findings(&run);
        assert_eq!(codes(&found), expected, "{what}: {found:#?}");
        assert!(found.first().is_none_or(|finding| finding.observed.contains(said)), "{what}: {found:#?}");
    }
    let code = findings(&batch(&[("complete", serde_json::Value::Null)], &["good"], 2));
    assert_eq!(code[0].severity, Severity::Warning);
}
