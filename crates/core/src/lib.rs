//! The law of Assay: its nouns, the catalogue of checks, what a finding and a verdict are, and the
//! small ports through which the other rooms are reached.
//!
//! This crate does no I/O and reads no clock; see `docs/adr/0001-walls.md`.

pub mod account;
pub mod build;
pub mod catalogue;
pub mod category;
pub mod clock;
pub mod digest;
pub mod engine;
pub mod fault;
pub mod finding;
pub mod id;
pub mod ledger;
pub mod manifest;
pub mod notice;
pub mod outcome;
pub mod platform;
pub mod policy;
pub mod profile;
pub mod progress;
pub mod push;
pub mod records;
mod refused;
pub mod registry;
pub mod rejection;
pub mod report;
pub mod rules;
pub mod run;
pub mod waiver;
pub mod work;

pub use account::{Actor, OrgId, Organization, Role, Scope, User, UserId};
pub use build::{Build, BuildId, BuildStage, BuildStatus};
pub use catalogue::{Code, Effect};
pub use clock::{Clock, ManualClock};
pub use digest::Digest;
pub use engine::{Engine, EngineId, EngineState};
pub use fault::Fault;
pub use finding::{Finding, Patch, Place, Severity, Snippet};
pub use id::{IdSource, RunId, SequentialIds};
pub use ledger::Ledger;
pub use outcome::{Check, Outcome, Verdict};
pub use platform::Platform;
pub use policy::Policy;
pub use profile::EngineProfile;
pub use progress::{Progress, Silent, Step};
pub use refused::Refused;
pub use rejection::Rejection;
pub use rules::Rules;
pub use waiver::{Waiver, WaiverId};
