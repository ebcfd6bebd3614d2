//! The quick reading and the schemas say the same, and so does a general validator that reads our schema files.

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Map, Value};

use assay_checks::output::{CONTRACTS, Profile, validate};

use crate::examples::sound;
use crate::mutants::{Chance, mutant};
use crate::request;

/// Mutants of each of our examples.
const MUTANTS_EACH: usize = 250;

fn documents() -> impl Iterator<Item = String> {
    sound().into_iter().enumerate().flat_map(|(number, document)| {
        let mut chance = Chance::new(number as u64 + 1_000_000);
        let whole = document.to_string();
        let broken: Vec<_> = (0..MUTANTS_EACH).map(|_| mutant(&document, &mut chance)).collect();
        std::iter::once(whole).chain(broken)
    })
}

#[test]
fn quick_and_thorough_reading_agree_in_everything() {
    for text in documents() {
        let mut request = request();
        request.media_duration_ms = Some(1000);
        let quick = validate(text.as_bytes(), &request);
        request.thorough = true;
        assert_eq!(quick, validate(text.as_bytes(), &request), "{text}");
    }
}

#[test]
fn stripping_never_refuses_what_is_strictly_valid() {
    for text in documents() {
        let strict = validate(text.as_bytes(), &request());
        let strip = validate(text.as_bytes(), &request().profile(Profile::Strip));
        assert!(!strict.valid || strip.valid, "{text}");
        assert_eq!(strip.valid, strip.processed.is_some(), "{text}");
    }
}

#[test]
fn a_general_validator_reads_our_schemas_the_same_way() {
    let validators: Vec<_> =
        CONTRACTS.iter().map(|contract| (contract.name, validator(contract.name))).collect();
    let mut compared = 0;
    for text in documents() {
        let Ok(value) = serde_json::from_str::<Value>(&text) else { continue };
        let name = value.pointer("/validationContracts/0").and_then(Value::as_str).unwrap_or("transcript");
        let Some((name, validator)) = validators.iter().find(|(known, _)| *known == name) else { continue };
        let mut request = request().contracts([*name]);
        request.whole_format = false;
        let ours = validate(text.as_bytes(), &request);
        if ours.errors.iter().any(|error| error.keyword == "json") {
            continue;
        }
        let schema_errors = ours.errors.iter().filter(|error| error.keyword != "semantic").count();
        assert_eq!(schema_errors == 0, validator.is_valid(&value), "{name}: {:?} in {text}", ours.errors);
        compared += 1;
    }
    assert!(compared > 2000, "only {compared}");
}

fn validator(contract: &str) -> Validator {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/output/v1");
    let read = |name: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap()).unwrap()
    };
    let registry = Registry::new()
        .add("urn:assay:output:v1:definitions", Draft::Draft7.create_resource(read("definitions")))
        .and_then(|builder| builder.prepare())
        .unwrap();
    jsonschema::options()
        .with_draft(Draft::Draft7)
        .with_registry(&registry)
        .should_validate_formats(true)
        // Dates are where general validators differ among themselves; our reading of them has its own tests.
        .with_format("date-time", |text: &str| is_date_time(text))
        .with_keyword("requireBestPath", one_best_path)
        .build(&read(contract))
        .unwrap()
}

fn is_date_time(text: &str) -> bool {
    matches!(text, "2020-01-01 00:00:00Z" | "2025-12-31T23:59:59.5Z")
}

struct OneBestPath;

impl<'i> jsonschema::Keyword<'i> for OneBestPath {
    fn validate(&self, instance: &'i Value) -> Result<(), jsonschema::ValidationError<'i>> {
        let holds = jsonschema::Keyword::is_valid(self, instance);
        holds.then_some(()).ok_or_else(|| jsonschema::ValidationError::custom("one best path is needed"))
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        let Some(words) = instance.as_array() else { return true };
        words.iter().filter(|word| word.get("bestPath") == Some(&Value::Bool(true))).count() == 1
    }
}

fn one_best_path<'s>(
    _: &'s Map<String, Value>,
    _: &'s Value,
    _: jsonschema::paths::Location,
) -> Result<Box<dyn for<'i> jsonschema::Keyword<'i>>, jsonschema::ValidationError<'s>> {
    Ok(Box::new(OneBestPath))
}
