//! Every way into the service, asked as everybody who could ask.
//!
//! Ways are the rows of the service's own table of routes and the fields of its GraphQL schema. A way that no row here
//! covers stands in `uncovered.txt`, and that list may only shrink: a new way needs a row.

mod api;
mod registry;
mod rest;
mod scene;

use std::collections::BTreeSet;
use std::path::Path;

use scene::{Scene, WHO};

/// A way in, what is asked there, and what everybody is told: a status, or the name of a GraphQL error.
struct Row {
    way: &'static str,
    ask: fn(&mut Scene, usize) -> String,
    told: [&'static str; 5],
}

/// What anonymous, stranger, developer, approver and admin are told, in this order.
const fn row(way: &'static str, ask: fn(&mut Scene, usize) -> String, told: [&'static str; 5]) -> Row {
    Row { way, ask, told }
}

fn rows() -> Vec<Row> {
    [rest::rows(), registry::rows(), api::rows()].into_iter().flatten().collect()
}

/// Every way there is.
fn ways() -> BTreeSet<String> {
    let routes = assay_server::routes::ROUTES.iter().map(ToString::to_string);
    routes.filter(|route| route != "POST /v3/graphql").chain(api::fields()).collect()
}

#[test]
fn everybody_gets_what_is_theirs_and_learns_nothing_of_the_rest() {
    let mut scene = Scene::set();
    let mut wrong = Vec::new();
    for row in rows() {
        let told: Vec<String> = (0..WHO.len()).map(|who| (row.ask)(&mut scene, who)).collect();
        if told != row.told {
            wrong.push(format!("{}\n  expected {:?}\n  told     {told:?}", row.way, row.told));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_way_is_left_out() {
    let covered: BTreeSet<String> = rows().iter().map(|row| row.way.to_owned()).collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/service/sweep/uncovered.txt");
    let listed = std::fs::read_to_string(file).unwrap();
    let listed: BTreeSet<String> =
        listed.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    let missing: BTreeSet<String> = ways().difference(&covered).cloned().collect();
    assert_eq!(missing, listed, "ways without a row are those of uncovered.txt, which only shrinks");
    let strange: Vec<_> = covered.difference(&ways()).cloned().collect();
    assert!(strange.is_empty(), "rows for ways that there are not: {strange:?}");
}
