//! What is done by the clock: each call does a bounded amount, so that a timer can spread the work.

mod collect;
mod scrub;
mod sweep;

pub use collect::{Collected, collect, collectable};
pub use scrub::{Found, Scrubbed, scrub};
pub use sweep::{Swept, sweep};
