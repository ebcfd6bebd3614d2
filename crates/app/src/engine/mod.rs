//! What can be done with engines.

mod change;
mod check;
mod create;
mod look;
mod seen;
mod settle;
mod slug;
mod starter;
mod update;

pub use change::act;
pub use create::{NewEngine, create};
pub use look::{EngineView, derived, events, get, list, of_slug};
pub use seen::seen;
pub(crate) use settle::settle;
pub use starter::starter;
pub use update::{EngineChanges, update};
