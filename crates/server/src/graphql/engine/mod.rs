//! Engines.

mod field;
mod input;
mod mutation;
mod node;
mod query;
mod word;

pub(super) use mutation::EngineMutation;
pub(super) use node::{DeletePayload, EngineNode};
pub(super) use query::EngineQuery;
