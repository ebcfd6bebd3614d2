//! What the caller asks.

use assay_core::category::Category;
use jiff::Timestamp;

/// How strictly unknown keys are taken (output.md §5).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Profile {
    /// Unknown keys of closed objects are errors: certification, and the command line.
    #[default]
    Strict,
    /// They are taken out and noted: the web service.
    Strip,
}

/// Bounds of one validation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Largest document, in bytes; never more than 4 GB.
    pub bytes: usize,
    /// Errors told one by one; the rest is counted.
    pub errors: usize,
    /// Remarks told one by one for each rule; the rest is counted.
    pub remarks: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 100 * 1_000_000, errors: 1000, remarks: 20 }
    }
}

/// One document's validation.
#[derive(Clone, Debug)]
pub struct Request {
    /// Name of the document, for the places of findings.
    pub document: String,
    /// Contracts to hold it to; `None` means those it lists. `aion` is only ever asked for here.
    pub contracts: Option<Vec<String>>,
    /// Whether to check the whole format too, beyond what the contracts speak of. On, unless one wants the bare
    /// opinion of a contract.
    pub whole_format: bool,
    /// Hold every item against the schemas, also the surely sound ones. Slower, with the same answer: a way to doubt
    /// the quick reading.
    pub thorough: bool,
    /// What to do with unknown keys.
    pub profile: Profile,
    /// The engine's category, when known: the contracts must fit it (K1).
    pub category: Option<Category>,
    /// Length of the source medium in ms, when known (T3, T5).
    pub media_duration_ms: Option<u64>,
    /// The present time (G1).
    pub now: Timestamp,
    /// Bounds.
    pub limits: Limits,
}

impl Request {
    /// Strict, by the contracts the document lists.
    pub fn new(now: Timestamp) -> Self {
        Self {
            document: "output.json".into(),
            contracts: None,
            whole_format: true,
            thorough: false,
            profile: Profile::Strict,
            category: None,
            media_duration_ms: None,
            now,
            limits: Limits::default(),
        }
    }

    /// By these contracts, whatever the document lists.
    #[must_use]
    pub fn contracts<I: IntoIterator<Item: Into<String>>>(mut self, names: I) -> Self {
        self.contracts = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Under this profile.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }
}
