//! What every request passes on its way in and out, whatever it asks for.

mod address;
mod allowance;
mod bounds;
mod gate;
mod headers;
mod meter;
mod request_id;
mod seats;
mod watch;

pub(crate) use address::{ClientAddress, PeerAddress};
pub use allowance::{Allowance, Rate};
pub(crate) use bounds::{admit, hold};
pub use gate::MeasuredGate;
pub(crate) use headers::secure;
pub(crate) use request_id::RequestId;
pub(crate) use seats::Seats;
pub(crate) use watch::watch;
