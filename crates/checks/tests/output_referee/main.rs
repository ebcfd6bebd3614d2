//! Our judgement of engine output beside that of the published validators.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

mod differences;
#[path = "../output/mutants.rs"]
mod mutants;
mod referee;
mod unique;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use assay_checks::output::{Limits, Request, Validation, validate};
use differences::{Case, Difference, ROWS};
use mutants::{Chance, mutant};
use referee::{Opinion, Referee, value};

/// Mutants of every example; each is judged by its contract, every fourth by the whole format too.
const MUTANTS_EACH: usize = 200;

fn ours(text: &str, contract: &str) -> Validation {
    let mut request = Request::new("2026-01-01T00:00:00Z".parse().unwrap()).contracts([contract]);
    request.whole_format = false;
    request.limits = Limits { errors: 100_000, ..Limits::default() };
    validate(text.as_bytes(), &request)
}

/// What we say that the reference does not, and the reverse.
fn compare(validation: &Validation, opinion: &Opinion) -> Vec<Difference> {
    let mut said = BTreeMap::new();
    for error in &validation.errors {
        let keyword = match error.keyword.as_str() {
            "semantic" => error.params["code"].as_str().unwrap().to_owned(),
            other => other.to_owned(),
        };
        said.insert((keyword, error.data_path.clone()), error.message.clone());
    }
    if let Opinion::Crashed { crashed } = opinion {
        // Nothing to compare with, so it is one difference, placed where we saw the trouble.
        let types = validation.errors.iter().filter(|error| error.keyword == "type");
        let path = types.map(|error| error.data_path.clone()).find(|path| path.contains(".words"));
        let (keyword, path) = ("crashed".to_owned(), path.unwrap_or_default());
        let unread = validation.errors.iter().find(|error| error.keyword == "json");
        let message = unread.map_or(crashed, |error| &error.message).clone();
        return vec![Difference { ours: false, keyword, path, message }];
    }
    let theirs: BTreeSet<(String, String)> = match opinion {
        Opinion::Judged { valid, errors } => {
            assert_eq!(*valid, errors.is_empty());
            errors.iter().cloned().collect()
        }
        _ => [("json".to_owned(), String::new())].into(),
    };
    let broken = said.get(&("json".to_owned(), String::new())).cloned().unwrap_or_default();
    let mut found = Vec::new();
    for ((keyword, path), message) in &said {
        if !theirs.contains(&(keyword.clone(), path.clone())) {
            let (keyword, path, message) = (keyword.clone(), path.clone(), message.clone());
            found.push(Difference { ours: true, keyword, path, message });
        }
    }
    for (keyword, path) in theirs.into_iter().filter(|pair| !said.contains_key(pair)) {
        found.push(Difference { ours: false, keyword, path, message: broken.clone() });
    }
    found
}

#[derive(Default)]
struct Tally {
    documents: usize,
    refused: usize,
    explained: BTreeMap<&'static str, usize>,
    unexplained: Vec<String>,
}

impl Tally {
    fn judge(&mut self, referee: &mut Referee, contract: &str, documents: &[String], slowly: bool) {
        let opinions = referee.ask(contract, documents, slowly);
        for (text, opinion) in documents.iter().zip(&opinions) {
            self.documents += 1;
            let validation = ours(text, contract);
            self.refused += usize::from(!validation.valid);
            let value = value(text);
            let case = Case { contract, text, value: value.as_ref() };
            for difference in compare(&validation, opinion) {
                match ROWS.iter().find(|row| (row.explains)(&case, &difference)) {
                    Some(row) => *self.explained.entry(row.what).or_default() += 1,
                    None => self.unexplained.push(format!("{contract}: {difference:?}\n  in {text}")),
                }
            }
        }
    }

    fn report(&self) {
        println!("{} documents, {} refused", self.documents, self.refused);
        for (what, count) in &self.explained {
            println!("{count:6} × {what}");
        }
        let shown = self.unexplained.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
        assert!(self.unexplained.is_empty(), "{} unexplained:\n{shown}", self.unexplained.len());
    }
}

#[test]
fn the_published_examples_are_judged_alike() {
    let mut referee = Referee::start();
    let examples = referee.examples();
    assert!(examples.len() >= 180, "only {} examples", examples.len());
    let mut tally = Tally::default();
    for (contract, title, text) in &examples {
        let should_hold = !title.contains("invalid-examples");
        assert_eq!(ours(text, contract).valid, should_hold, "{title}");
        tally.judge(&mut referee, contract, std::slice::from_ref(text), false);
    }
    tally.report();
}

/// The server compiles the package's schemas itself, for speed. It must say what the package says.
#[test]
fn the_quick_referee_is_the_package() {
    let mut referee = Referee::start();
    let mut seen = BTreeMap::<String, usize>::new();
    for (contract, title, text) in referee.examples() {
        let count = seen.entry(contract.clone()).or_default();
        *count += 1;
        if *count % 5 == 1 {
            let documents = [text];
            let slow = referee.ask(&contract, &documents, true);
            assert_eq!(slow, referee.ask(&contract, &documents, false), "{title}");
        }
    }
    let crash =
        r#"{"validationContracts":["transcript"],"series":[{"startTimeMs":0,"stopTimeMs":1,"words":5}]}"#;
    let mut tally = Tally::default();
    tally.judge(&mut referee, "transcript", &[crash.to_owned()], true);
    assert!(!tally.explained.is_empty(), "the package no longer crashes; take the row out of the table");
}

#[test]
fn broken_copies_are_judged_alike() {
    let mut referee = Referee::start();
    let mut tally = Tally::default();
    for (number, (contract, _, text)) in referee.examples().into_iter().enumerate() {
        let example = value(&text).unwrap();
        let mut chance = Chance::new(number as u64);
        let documents: Vec<_> = (0..MUTANTS_EACH).map(|_| mutant(&example, &mut chance)).collect();
        tally.judge(&mut referee, &contract, &documents, false);
        let fourth: Vec<_> = documents.iter().step_by(4).cloned().collect();
        tally.judge(&mut referee, "aion", &fourth, false);
    }
    assert!(tally.documents >= 10_000, "only {} mutants", tally.documents);
    assert!(tally.refused * 2 > tally.documents, "most mutants should be refused");
    tally.report();
}

#[test]
fn the_page_of_differences_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/output-differences.md");
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    if page != differences::page() {
        let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("output-differences.md");
        std::fs::write(&fresh, differences::page()).unwrap();
        panic!("{} is stale; copy {} over it", path.display(), fresh.display());
    }
}
