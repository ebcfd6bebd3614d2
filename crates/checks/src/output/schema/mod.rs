//! A small evaluator for JSON Schema draft-07 that speaks the error vocabulary of output.md §4.
//!
//! It knows the keywords our schema files use and no others (`docs/adr/0007-own-schema-evaluator.md` says why): every
//! step costs time linear in the instance, the depth is bounded by the schema, and big arrays are walked without being
//! held. Two outside opinions watch over it in the tests: the published validators of the format and the `jsonschema`
//! crate, which reads the same files.

mod array;
mod choice;
mod compile;
mod evaluate;
mod format;
mod instance;
mod location;
mod message;
mod node;
mod object;
mod scalar;
mod violation;

pub(super) use compile::compile;
pub(super) use evaluate::evaluate;
pub(super) use format::timestamp;
pub(super) use instance::{Instance, Streamed, Tree};
pub(super) use location::{Location, Path, Step};
pub(super) use node::{NodeId, Rule, Schemas};
pub(super) use violation::{Found, Violation};
