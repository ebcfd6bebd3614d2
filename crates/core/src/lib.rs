//! The law of Assay: its nouns, the catalogue of checks, what a finding and a verdict are, and the
//! small ports through which the other rooms are reached.
//!
//! This crate does no I/O and reads no clock; see `docs/adr/0001-walls.md`.

pub mod catalogue;
pub mod category;
pub mod clock;
pub mod digest;
pub mod fault;
pub mod finding;
pub mod id;
pub mod manifest;
pub mod outcome;
pub mod platform;
pub mod policy;
pub mod profile;
pub mod progress;
pub mod rejection;
pub mod report;
pub mod run;

pub use catalogue::{Code, Effect};
pub use clock::{Clock, ManualClock};
pub use digest::Digest;
pub use fault::Fault;
pub use finding::{Finding, Patch, Place, Severity, Snippet};
pub use id::{IdSource, RunId, SequentialIds};
pub use outcome::{Check, Outcome, Verdict};
pub use platform::Platform;
pub use policy::Policy;
pub use profile::EngineProfile;
pub use progress::{Progress, Silent, Step};
pub use rejection::Rejection;
