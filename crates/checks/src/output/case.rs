//! One document under judgement, from its text to the answer.

use assay_core::Code;
use serde_json::{Value, json};

use super::contract::{AION, Contract, Version};
use super::entry::{self, Entry};
use super::meaning::{Listed, Meaning};
use super::quick::Expect;
use super::read::{Cursor, DEEPEST, Malformed, value};
use super::request::{Profile, Request};
use super::schema::{Found, Instance, Location, Tree, Violation, evaluate};
use super::validation::Validation;
use super::{hint, scan, strip};

/// A document under judgement.
pub(super) struct Case<'c> {
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
    /// By the contracts asked for, or those it lists.
    pub(super) fn new(text: &'c str, request: &'c Request) -> Self {
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

    /// Reads it and tells everything.
    pub(super) fn judge(self) -> Result<Validation, Malformed> {
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
        let mut document = value(&mut Cursor::new(self.text, 0), DEEPEST)?;
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
