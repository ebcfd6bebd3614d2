//! Engine output (output.md): the 11 validation contracts and the whole format, told in the vocabulary of the validate
//! API, and the semantic checks beyond the schema.
//!
//! A document is read once. Items of its long arrays that are surely sound by the quick reading are shown to the
//! semantic checks and forgotten; of the others the place is kept, and the compiled schemas look at them again. So the
//! memory needed beside the input stays small, and positions are only worked out for what is told.

mod contract;
mod entry;
mod facts;
mod hint;
mod meaning;
mod position;
mod quick;
mod read;
mod request;
mod scan;
mod schema;
mod strip;
mod validation;

use assay_core::{Code, Finding, Place};
use serde_json::{Value, json};

pub use contract::{AION, CONTRACTS, Contract, INFORMAL};
pub use request::{Limits, Profile, Request};
pub use validation::{Validation, ValidationError};

use contract::Version;
use entry::Entry;
use meaning::{Listed, Meaning, Preamble as _};
use quick::Expect;
use read::{Cursor, DEEPEST, Malformed, Trouble};
use schema::{Found, Instance, Location, Tree, Violation, evaluate};

/// Validates one document. Never fails: a text that cannot be read is an invalid document too (`OUT-JSON`).
pub fn validate(bytes: &[u8], request: &Request) -> Validation {
    match text_of(bytes, request) {
        Ok(text) => {
            Case::new(text, request).judge().unwrap_or_else(|trouble| unreadable(bytes, &trouble, request))
        }
        Err(trouble) => unreadable(bytes, &trouble, request),
    }
}

fn text_of<'a>(bytes: &'a [u8], request: &Request) -> Result<&'a str, Malformed> {
    let limit = request.limits.bytes.min(u32::MAX as usize);
    if bytes.len() > limit {
        return Err(Malformed { at: 0, trouble: Trouble::TooLarge(limit / 1_000_000) });
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err(Malformed { at: 0, trouble: Trouble::ByteOrderMark });
    }
    std::str::from_utf8(bytes)
        .map_err(|error| Malformed { at: error.valid_up_to(), trouble: Trouble::NotUtf8 })
}

/// A document under judgement.
struct Case<'c> {
    text: &'c str,
    request: &'c Request,
    version: &'static Version,
    listed: Listed,
    /// The contracts it is held to.
    contracts: Vec<&'static Contract>,
    /// Names asked for that do not exist.
    unknown: Vec<&'c str>,
}

impl<'c> Case<'c> {
    fn new(text: &'c str, request: &'c Request) -> Self {
        let listed = Listed::of(&scan::listed_contracts(text));
        let mut unknown = Vec::new();
        let contracts = match &request.contracts {
            None => listed.formal.clone(),
            Some(names) => {
                let known = names.iter().filter_map(|name| {
                    let contract = Contract::named(name);
                    if contract.is_none() {
                        unknown.push(name.as_str());
                    }
                    contract
                });
                known.collect()
            }
        };
        Self { text, request, version: Version::v1(), listed, contracts, unknown }
    }

    /// The contracts whose schemas are applied, the whole format last.
    fn applied(&self) -> Vec<&'static Contract> {
        let mut applied = self.contracts.clone();
        if self.request.whole_format && !applied.contains(&&AION) {
            applied.push(&AION);
        }
        applied
    }

    fn judge(self) -> Result<Validation, Malformed> {
        let applied = self.applied();
        let mut meaning = Meaning::new(self.request);
        let expect = (!self.request.thorough).then(|| Expect::of(&applied));
        let tree = scan::scan(self.text, expect.as_ref(), &mut meaning)?;
        meaning.preamble(&tree, self.text.len());
        self.listed.judge(self.request.category, &mut meaning.remarks);
        for name in &self.unknown {
            let observed = || format!("`{name}` was asked for, but there is no such contract");
            meaning.remarks.error(Code::OUT_K2, Location::default, observed);
        }
        let series = tree.arrays.get("series").map(|array| array.len());
        let (remarks, mut more, mut notes) = meaning.finish(series).into_parts();

        let processed = self.strip(&mut notes)?;
        let instance = processed.as_ref().map_or(Instance::Tree(&tree), Instance::Value);
        let (violations, beyond) = self.violations(&applied, instance, &tree);
        more += beyond;
        let percentages = violations.iter().filter_map(|(_, violation)| hint::percentage(violation));
        let percentages = percentages.take(self.request.limits.remarks).collect::<Vec<_>>();
        let told =
            violations.into_iter().map(|(contract, violation)| Entry::of_violation(contract, violation));
        let entries = told.chain(remarks.into_iter().chain(percentages).map(Entry::of_remark)).collect();
        Ok(self.answer(entry::unique(entries), more, notes, processed))
    }

    /// Under the strip profile: the document without unknown keys.
    fn strip(&self, notes: &mut Vec<String>) -> Result<Option<Value>, Malformed> {
        if self.request.profile == Profile::Strict {
            return Ok(None);
        }
        let mut document = read::value(&mut Cursor::new(self.text, 0), DEEPEST)?;
        if let Some(whole) = self.version.schema(&AION) {
            let limit = self.request.limits.errors;
            let removed = strip::strip(&self.version.schemas, whole, &mut document, limit);
            notes.extend(removed.places.iter().map(|place| format!("`{}` was taken out", place.data_path())));
            if removed.count > removed.places.len() {
                notes.push(format!("{} more keys were taken out", removed.count - removed.places.len()));
            }
        }
        Ok(Some(document))
    }

    /// Applies every schema. The number tells how many violations were beyond the limit.
    fn violations(
        &self,
        applied: &[&'static Contract],
        instance: Instance<'_>,
        tree: &Tree<'_>,
    ) -> (Vec<(&'static Contract, Violation)>, usize) {
        let mut all = Vec::new();
        let mut beyond = 0;
        if self.request.contracts.is_none() && !tree.members.contains_key("validationContracts") {
            all.push((&AION, unlisted()));
        }
        for contract in applied {
            let mut found = Found::new(self.request.limits.errors);
            if let Some(root) = self.version.schema(contract) {
                evaluate(&self.version.schemas, root, instance, &mut found);
            }
            let (violations, more) = found.into_parts();
            // What one contract could not tell in full, the others repeat for the most part.
            beyond = beyond.max(more);
            all.extend(violations.into_iter().map(|violation| (*contract, violation)));
        }
        (all, beyond)
    }

    fn answer(
        &self,
        mut entries: Vec<Entry>,
        mut more_errors: usize,
        mut notes: Vec<String>,
        processed: Option<Value>,
    ) -> Validation {
        more_errors += entry::cap(&mut entries, self.request.limits.errors);
        if more_errors > 0 {
            notes.push(format!("{more_errors} more errors are not listed"));
        }
        let (errors, findings) = entry::tell(self.text, &self.request.document, entries);
        let valid = errors.is_empty() && more_errors == 0;
        Validation {
            valid,
            contracts_used: self.contracts.iter().map(|contract| contract.name.to_owned()).collect(),
            errors,
            more_errors,
            findings,
            notes,
            processed: processed.filter(|_| valid),
        }
    }
}

/// The violation of a document that lists no contracts and is not asked about any.
fn unlisted() -> Violation {
    Violation {
        keyword: "required",
        location: Location::default(),
        schema_path: "aion#/required".into(),
        params: json!({ "missingProperty": "validationContracts" }),
        number: None,
    }
}

/// The answer for a text that is no document.
fn unreadable(bytes: &[u8], malformed: &Malformed, request: &Request) -> Validation {
    // Up to the trouble the text is sound, or the trouble is at its very start.
    let sound = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let position = position::lines(sound, &[malformed.at.min(sound.len())]);
    let position = position.first().copied().unwrap_or_default();
    let message = malformed.to_string();
    let place = Place::pointer(&request.document, "").line_column(position.line, position.column);
    let finding = Finding::error(Code::OUT_JSON, &message, Code::OUT_JSON.rule().checks)
        .at(place)
        .snippet(position::snippet(sound, position, &message));
    // The one trouble that the vocabulary has a word for.
    let (keyword, params) = match malformed.trouble {
        Trouble::NotAnObject => ("type", json!({ "type": "object" })),
        _ => ("json", json!({ "offset": malformed.at })),
    };
    let error = ValidationError {
        keyword: keyword.into(),
        data_path: String::new(),
        schema_path: "#OUT-JSON".into(),
        params,
        message,
        line: position.line,
        column: position.column,
        pointer: String::new(),
    };
    Validation {
        valid: false,
        contracts_used: Vec::new(),
        errors: vec![error],
        more_errors: 0,
        findings: vec![finding],
        notes: Vec::new(),
        processed: None,
    }
}
