//! Builds that wait for a person.

use assay_app::build::{BuildView, Waiting};
use async_graphql::{Context, Object, Result};

use super::node::BuildNode;
use crate::graphql::engine::EngineNode;
use crate::graphql::scalar::DateTime;
use crate::graphql::visit::visit;

/// A build that waits for a person.
#[derive(Debug)]
pub(crate) struct ApprovalNode {
    pub(super) waiting: Waiting,
    pub(super) view: BuildView,
}

#[Object(name = "Approval")]
impl ApprovalNode {
    async fn build(&self) -> BuildNode {
        BuildNode::new(self.view.clone(), None)
    }

    async fn engine(&self, context: &Context<'_>) -> Result<Option<EngineNode>> {
        let id = self.waiting.engine.id;
        let found = visit(context)?.ask(move |service, actor| assay_app::engine::get(service, actor, id));
        Ok(Some(found.await?.into()))
    }

    /// Since when it waits.
    async fn since_date_time(&self) -> DateTime {
        DateTime(self.waiting.since)
    }

    async fn waiting_seconds(&self) -> i64 {
        self.waiting.age.as_secs()
    }

    /// Whether it has waited for a day.
    async fn due(&self) -> bool {
        self.waiting.is_due()
    }

    /// Whether it has waited longer than was promised.
    async fn overdue(&self) -> bool {
        self.waiting.is_overdue()
    }
}
