//! The document's own members: unknown keys, dates, ids, sizes, empty parts.

use assay_core::Code;
use jiff::{Span, Timestamp, ToSpan as _};
use serde_json::Value;

use super::remarks::cut;
use super::{Meaning, key};
use crate::output::schema::{Location, Tree, timestamp};

/// Every documented key of the document itself.
pub(in crate::output) const KNOWN_KEYS: [&str; 19] = [
    "schemaId",
    "sourceEngineId",
    "sourceEngineName",
    "taskPayload",
    "taskId",
    "generatedDateUTC",
    "externalSourceId",
    "language",
    "validationContracts",
    "tags",
    "collateIndex",
    "summary",
    "sentiment",
    "gps",
    "emotions",
    "vendor",
    "object",
    "series",
    "media",
];

/// Publishers' places whose schema ids are known.
const SCHEMA_HOMES: [&str; 2] =
    ["https://docs.veritone.com/schemas/vtn-standard/", "https://get.aiware.com/schemas/"];

/// Documents up to this size are not rate-limited by the platform.
const FREE_BYTES: usize = 1_000_000;

impl Meaning<'_> {
    /// Looks at the members of a document of `bytes` bytes.
    pub(in crate::output) fn preamble(&mut self, tree: &Tree<'_>, bytes: usize) {
        for name in tree.members.keys().filter(|name| !KNOWN_KEYS.contains(&name.as_str())) {
            self.unknown(name);
        }
        let empty = tree.arrays.iter().filter(|(_, array)| array.len() == 0).map(|(name, _)| *name);
        for name in empty.filter(|name| matches!(*name, "series" | "object" | "media")) {
            self.remarks.warning(Code::OUT_E1, || at(name), || format!("`{name}` is empty"));
        }
        let text = |name: &str| tree.members.get(name).and_then(Value::as_str);
        self.text(text("summary"), "summary", &Location::default);
        self.tag(text("language"), &Location::default);
        text("generatedDateUTC").into_iter().for_each(|date| self.date(date));
        text("schemaId").into_iter().for_each(|id| self.schema(id));
        if bytes > FREE_BYTES {
            let observed =
                || format!("the document has {bytes} bytes; beyond 1 MB the service limits the rate");
            self.remarks.warning(Code::OUT_Z1, Location::default, observed);
        }
    }

    /// X1.
    fn unknown(&mut self, name: &str) {
        self.remarks.warning(
            Code::OUT_X1,
            || at(name),
            || format!("`{}` is no key of the format", cut(name)),
        );
        let near = KNOWN_KEYS
            .into_iter()
            .map(|known| {
                (strsim::damerau_levenshtein(&known.to_lowercase(), &cut(name).to_lowercase()), known)
            })
            .min()
            .filter(|(distance, _)| *distance <= 2);
        if let Some((_, known)) = near {
            self.remarks.fix(format!("did you mean `{known}`?"));
        }
    }

    /// S2.
    fn schema(&mut self, id: &str) {
        if !SCHEMA_HOMES.iter().any(|home| id.starts_with(home)) {
            let observed = || format!("`{}` is no schema id we know", cut(id));
            self.remarks.info(Code::OUT_S2, || at("schemaId"), observed);
        }
    }

    /// G1. What is no date at all is the schema's to refuse.
    fn date(&mut self, text: &str) {
        let Some(date) = timestamp(text) else { return };
        let place = || at("generatedDateUTC");
        let tomorrow = self.request.now.checked_add(one_day()).unwrap_or(Timestamp::MAX);
        let (before, after) = (date.as_second() < YEAR_2000, date > tomorrow);
        if before || after {
            let side = if before { "before the year 2000" } else { "more than a day ahead" };
            self.remarks.warning(Code::OUT_G1, place, || format!("`{}` is {side}", cut(text)));
        } else if text.as_bytes().get(10).is_none_or(|byte| !matches!(byte, b'T' | b't')) {
            let observed = || format!("`{}` has no `T` between date and time", cut(text));
            self.remarks.warning(Code::OUT_G1, place, observed);
        }
    }
}

/// Seconds from 1970 to 2000.
const YEAR_2000: i64 = 946_684_800;

fn one_day() -> Span {
    24.hours()
}

fn at(name: &str) -> Location {
    Location::default().with(key(name))
}
