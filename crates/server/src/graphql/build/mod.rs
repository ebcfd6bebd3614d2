//! Builds, what waits for a person, what happened, and pushes that became no build.

mod approval;
mod event;
mod manifest;
mod mutation;
mod node;
mod push;
mod query;
mod word;

pub(super) use approval::ApprovalNode;
pub(super) use event::BuildEventNode;
pub(super) use manifest::Manifest;
pub(super) use mutation::BuildMutation;
pub(super) use node::BuildNode;
pub(super) use push::PushNode;
pub(super) use query::BuildQuery;
pub(super) use word::BuildStatusWord;
