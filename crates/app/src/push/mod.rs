//! Pushes: how they are taken in, whose build each becomes, and what is kept of those that become none.

mod attribute;
mod desk;
mod look;
mod order;
mod reference;

pub(crate) use attribute::tell;
pub use attribute::{Arrival, Attribution, Claim, attribute};
pub use desk::PushDesk;
pub use look::{Whereabouts, list, whereabouts};
pub use order::{FetchOrder, FetchSource, IntakeOrder};
pub use reference::external;
