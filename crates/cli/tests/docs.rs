//! The generated pages of `docs/` are fresh. `ASSAY_BLESS=1` writes them anew.
#![allow(clippy::unwrap_used, reason = "tests")]

mod house;

use std::path::Path;

use house::House;

fn fresh(page: &str, file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(file);
    let output = House::new().assay(&["docs", page]).output().unwrap();
    assert!(output.status.success());
    if std::env::var_os("ASSAY_BLESS").is_some() {
        std::fs::write(&path, &output.stdout).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(committed.as_bytes() == output.stdout, "docs/{file} is stale: run the test with ASSAY_BLESS=1");
}

#[test]
fn command_line() {
    fresh("cli", "cli.md");
}

#[test]
fn configuration() {
    fresh("configuration", "configuration.md");
}

#[test]
fn graphql_schema() {
    fresh("graphql-schema", "schema.graphql");
}

#[test]
fn report_schema() {
    fresh("report-schema", "report.schema.json");
}
