//! Where we differ from the published validators on purpose: the one table. `docs/output-differences.md` is made from it.

use serde_json::Value;

use crate::unique::Unique;

/// One difference between two judgements.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Difference {
    /// Whether we alone say it; otherwise the reference alone.
    pub(crate) ours: bool,
    /// Keyword; for a rule beyond the schema its code, for an unreadable text `json`.
    pub(crate) keyword: String,
    /// Data path.
    pub(crate) path: String,
    /// What our message is, when it is ours.
    pub(crate) message: String,
}

/// A document with its differences.
pub(crate) struct Case<'c> {
    pub(crate) contract: &'c str,
    pub(crate) text: &'c str,
    /// As a general reader reads it, if it does.
    pub(crate) value: Option<&'c Value>,
}

/// A row of the table.
pub(crate) struct Row {
    /// What differs.
    pub(crate) what: &'static str,
    pub(crate) reference: &'static str,
    pub(crate) ours: &'static str,
    pub(crate) why: &'static str,
    /// Whether it explains the difference.
    pub(crate) explains: fn(&Case<'_>, &Difference) -> bool,
}

/// The table.
pub(crate) const ROWS: &[Row] = &[
    Row {
        what: "a key twice in one object",
        reference: "the last one counts",
        ours: "`OUT-JSON`",
        why: "readers disagree on which one counts; a document must mean one thing",
        explains: |case, difference| unreadable(difference, "twice") && doubled(case.text),
    },
    Row {
        what: "a number beyond the range of a double, such as `1e999`",
        reference: "read as infinity",
        ours: "`OUT-JSON`",
        why: "it cannot be stored or shown",
        explains: |case, difference| unreadable(difference, "too large") && case.value.is_none(),
    },
    Row {
        what: "half a surrogate pair, such as `\\ud800`",
        reference: "accepted",
        ours: "`OUT-JSON`",
        why: "it is no character and cannot be written as UTF-8",
        explains: |case, difference| unreadable(difference, "half a character") && case.value.is_none(),
    },
    Row {
        what: "nesting deeper than 64 levels",
        reference: "accepted",
        ours: "`OUT-JSON`",
        why: "a bound on hostile documents",
        explains: |case, difference| {
            unreadable(difference, "deeper") && case.value.is_none_or(|it| depth(it) > 64)
        },
    },
    Row {
        what: "`face`, `speaker` and the other names without a published contract, first in `validationContracts`",
        reference: "`enum`, `pattern` and `anyOf`",
        ours: "warning `OUT-K2`, and the whole format is checked",
        why: "the documentation's own examples use them",
        explains: |case, difference| {
            let first = case.value.and_then(|value| value.pointer("/validationContracts/0")?.as_str());
            !difference.ours
                && difference.path == ".validationContracts[0]"
                && matches!(difference.keyword.as_str(), "enum" | "pattern" | "anyOf")
                && first.is_some_and(|name| assay_checks::output::INFORMAL.contains(&name))
        },
    },
    Row {
        what: "an unknown name, or no text at all, in `validationContracts` after the first",
        reference: "accepted: only the first one is looked at",
        ours: "`type`, or `enum`, `pattern` and `anyOf` (`OUT-K2`)",
        why: "a contract nobody checks is a mistake to be told",
        explains: |_, difference| {
            let later = difference.path.starts_with(".validationContracts[");
            difference.ours
                && later
                && difference.path != ".validationContracts[0]"
                && matches!(difference.keyword.as_str(), "type" | "enum" | "pattern" | "anyOf")
        },
    },
    Row {
        what: "a date that does not exist, such as 31 February, or a zone such as `+99:99`",
        reference: "accepted: digits in the right places are enough",
        ours: "`format`",
        why: "it is no moment in time",
        explains: |_, difference| {
            difference.ours && difference.keyword == "format" && difference.path == ".generatedDateUTC"
        },
    },
    Row {
        what: "a lattice with no best path or several, under another contract than `transcript`",
        reference: "accepted: the keyword is only known for transcripts",
        ours: "`requireBestPath` and `if`",
        why: "a lattice is the same thing everywhere",
        explains: |case, difference| {
            case.contract != "transcript"
                && difference.ours
                && matches!(difference.keyword.as_str(), "requireBestPath" | "if")
                && difference.path.ends_with(".words")
        },
    },
    Row {
        what: "a slice that stops before it starts",
        reference: "accepted",
        ours: "`OUT-T1`",
        why: "it can neither be played nor found",
        explains: |_, difference| difference.ours && difference.keyword == "OUT-T1",
    },
    Row {
        what: "`words` that is no array or holds `null`, under `transcript`",
        reference: "the validator crashes",
        ours: "`type`",
        why: "an answer is better than none",
        explains: |case, difference| {
            case.contract == "transcript"
                && difference.keyword == "crashed"
                && difference.path.contains(".words")
        },
    },
    Row {
        what: "parts that the contract does not speak of, such as `series` under `keyword`",
        reference: "not looked at",
        ours: "checked against the whole format (`OUT-AION`)",
        why: "a broken part breaks whoever reads it; asking for the bare opinion of a contract leaves this out",
        explains: |_, _| false,
    },
    Row {
        what: "unknown keys under the profile `strip`",
        reference: "`additionalProperties`",
        ours: "taken out and noted",
        why: "the documented service does so; the profile `strict` does not",
        explains: |_, _| false,
    },
];

/// Whether some object has a key twice, by a reader other than ours.
fn doubled(text: &str) -> bool {
    serde_json::from_str::<Unique>(text).is_err_and(|error| error.to_string().starts_with("doubled"))
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

fn unreadable(difference: &Difference, words: &str) -> bool {
    // What the reference says of a document that we could not read goes with it.
    (difference.ours && difference.keyword == "json" && difference.message.contains(words))
        || (!difference.ours && difference.message.contains(words))
}

/// `docs/output-differences.md`.
pub(crate) fn page() -> String {
    let mut page = String::from(
        "# Output: where Assay differs from the published validators\n\n\
         Made from `crates/checks/tests/output_referee/differences.rs`; a test fails when this page is stale. The same\n\
         test runs the published package (`veritone-json-schemas` 1.2.0) and Assay over the package's examples and\n\
         thousands of broken copies of them, and compares the verdict and every pair of keyword and data path. Whatever\n\
         differs must be in this table.\n\n\
         | document | published validators | Assay | why |\n|---|---|---|---|\n",
    );
    for row in ROWS {
        page.push_str(&format!("| {} | {} | {} | {} |\n", row.what, row.reference, row.ours, row.why));
    }
    page.push_str(
        "\nWarnings and remarks of Assay (`OUT-E1`, `OUT-B1`, `OUT-P1` and the like) do not change a verdict and are not\n\
         listed here; see [checks.md](checks.md).\n",
    );
    page
}
