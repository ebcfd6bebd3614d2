//! The registry's gate, with an allowance for each user.

use std::fmt;
use std::sync::Arc;

use assay_core::Actor;
use assay_core::registry::{Denied, Gate, RepositoryAction, RepositoryName};

use super::Allowance;
use crate::site::ActorKey;

/// A gate that lets each user through only so often.
pub struct MeasuredGate {
    gate: Arc<dyn Gate>,
    actors: Arc<Allowance<ActorKey>>,
}

impl MeasuredGate {
    /// Puts the allowance behind `gate`.
    pub fn behind(gate: Arc<dyn Gate>, actors: Arc<Allowance<ActorKey>>) -> Self {
        Self { gate, actors }
    }

    fn measured(&self, actor: Actor) -> Result<Actor, Denied> {
        self.actors.take(&(actor.org, actor.user)).map_err(Denied::Throttled)?;
        let span = tracing::Span::current();
        span.record("org", actor.org.0);
        span.record("actor", actor.name.as_str());
        Ok(actor)
    }
}

impl fmt::Debug for MeasuredGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeasuredGate").finish_non_exhaustive()
    }
}

impl Gate for MeasuredGate {
    fn authenticate(&self, token: Option<&str>) -> Result<Actor, Denied> {
        self.measured(self.gate.authenticate(token)?)
    }

    fn admit(
        &self,
        token: Option<&str>,
        repository: &RepositoryName,
        action: RepositoryAction,
    ) -> Result<Actor, Denied> {
        self.measured(self.gate.admit(token, repository, action)?)
    }

    fn may_read(&self, token: Option<&str>, repository: &RepositoryName) -> bool {
        self.gate.may_read(token, repository)
    }

    fn catalog(&self, token: Option<&str>) -> Result<Actor, Denied> {
        self.measured(self.gate.catalog(token)?)
    }

    fn lists(&self, actor: &Actor, repository: &RepositoryName) -> bool {
        self.gate.lists(actor, repository)
    }
}
