//! Doing the work that is queued: workers lease it, look after their leases, and end each in the transaction of what it
//! came to.
//!
//! A [`Handler`] does one kind of work. A [`Hand`] takes one piece, has it done and sees to it that it ends: done, tried
//! again later, handed back, or given up. [`Workers`] are threads with hands, and a heart that renews their leases and
//! watches the time. Processes may die anywhere: what was leased is leased anew when the lease has run out, and whoever
//! lost a lease keeps nothing, because the lease's token is checked in the transaction that would keep it.

mod backoff;
mod bell;
mod dead;
mod hand;
mod handler;
mod heart;
mod stop;
mod workers;

pub use backoff::Backoff;
pub use bell::Bell;
pub use dead::{list as dead, revive};
pub use hand::Hand;
pub(crate) use handler::lost;
pub use handler::{Handler, Setback, WorkOutcome, alert};
pub use stop::{StopFlag, StopReason};
pub use workers::{WorkerOptions, Workers};

/// Diagnostics of workers are told under this name.
pub(crate) const TRACE: &str = "assay::work";
