//! The GraphQL API over the real router, use cases and store.

mod account;
mod builds;
mod engines;
mod house;
mod large;
mod transport;
