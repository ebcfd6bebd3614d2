//! What happened to a build.

use assay_core::build::LifecycleEvent;
use async_graphql::{ID, SimpleObject};
use serde_json::Value;

use crate::graphql::scalar::DateTime;

/// A step in a build's life.
#[derive(SimpleObject, Debug)]
#[graphql(name = "BuildEvent")]
pub(crate) struct BuildEventNode {
    /// Counts up over all events.
    sequence: i64,
    date_time: DateTime,
    /// As in messages: `EngineBuildApproved`.
    name: String,
    engine_id: ID,
    build_id: Option<ID>,
    /// Status before.
    from: Option<String>,
    /// Status after.
    to: String,
    user_id: Option<ID>,
    /// Who, for people.
    actor: String,
    reason: Option<String>,
    details: Value,
}

impl From<LifecycleEvent> for BuildEventNode {
    fn from(event: LifecycleEvent) -> Self {
        Self {
            sequence: event.sequence,
            date_time: DateTime(event.at),
            name: event.name,
            engine_id: event.engine.to_string().into(),
            build_id: event.build.map(|build| build.to_string().into()),
            from: event.from,
            to: event.to,
            user_id: event.user.map(|user| user.to_string().into()),
            actor: event.actor,
            reason: event.reason,
            details: event.details,
        }
    }
}
