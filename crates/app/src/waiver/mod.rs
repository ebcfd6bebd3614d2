//! Waivers: asked for, granted by a second pair of eyes, and then counted by whoever judges.

mod decide;
mod file;
mod inforce;
mod rejudge;
mod request;
mod see;

pub use decide::{grant, refuse, revoke};
pub use file::{expiry, parse};
pub use inforce::{active, subject};
pub use rejudge::{Rejudged, refuse_unapprovable, rejudge, up_to_date};
pub use request::{NewWaiver, request};
pub use see::{get, list};
