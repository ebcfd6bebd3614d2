//! What can be done with builds. [`transition::apply`] is the one place where they move.

mod act;
mod approvals;
mod consequence;
mod create;
mod guard;
mod look;
pub mod reminder;
mod seen;
pub mod transition;

pub use act::act;
pub use approvals::{Waiting, approvals};
pub use create::{create, may_upload, upload};
pub use look::{BuildView, events, get, list, numbered, offered, spells_of, tags};
pub(crate) use seen::engine_of;
pub use seen::seen;
pub use transition::{Change, Judgement};
