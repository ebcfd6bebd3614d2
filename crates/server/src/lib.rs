//! The service over HTTP: API, health, metrics; outgoing mail and webhooks.
//!
//! [`router`] puts all ways in together, [`listen::serve`] answers on a socket. What every request passes, whatever it asks
//! for, is in `door/`; which ways there are says the one table [`routes::ROUTES`].

mod caller;
mod door;
pub mod graphql;
mod health;
pub mod listen;
pub mod metrics;
pub mod outgoing;
pub mod rest;
mod router;
pub mod routes;
mod site;
pub mod token;
mod trouble;

pub use door::{Allowance, MeasuredGate, Rate};
pub use health::{Health, Probe};
pub use router::{router, watcher_router};
pub use site::{ActorKey, Options, Site};
