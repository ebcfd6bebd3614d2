//! The way out for an engine with external access: to the hosts it declared, and nowhere else.

mod dialer;
mod gate;
mod inspection;
mod splice;

pub use dialer::{Dialer, SystemDialer};
pub(super) use gate::{Dialled, Gate};
pub(super) use splice::Splice;
