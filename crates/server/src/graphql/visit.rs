//! One request's visit: who asks, and how use cases are asked for them.

use std::net::IpAddr;
use std::sync::Arc;

use assay_app::account::Reception;
use assay_app::{Refused, Service};
use assay_core::Actor;
use async_graphql::{Context, Error, Result};
use axum::http::StatusCode;

use super::error::{refused, troubled};
use super::room::Room;
use crate::door::RequestId;
use crate::site::Site;
use crate::trouble::Trouble;

/// What every field has at hand.
pub(super) struct Visit {
    pub(super) site: Arc<Site>,
    /// Who asks, or why nobody is known.
    pub(super) actor: Result<Actor, Trouble>,
    pub(super) request: RequestId,
    pub(super) from: IpAddr,
    pub(super) room: Room,
}

/// The visit a field belongs to.
pub(super) fn visit<'a>(context: &Context<'a>) -> Result<&'a Visit> {
    context.data::<Visit>()
}

impl Visit {
    /// Who asks; an error when nobody is known.
    pub(super) fn actor(&self) -> Result<Actor> {
        self.actor.clone().map_err(troubled)
    }

    /// Asks a use case in the name of whoever asks.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        use_case: impl FnOnce(&Service, &Actor) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T> {
        let actor = self.actor()?;
        let service = self.site.service.clone();
        self.wait(move || use_case(&service, &actor)).await
    }

    /// Asks the reception in the name of whoever asks.
    pub(super) async fn ask_reception<T: Send + 'static>(
        &self,
        use_case: impl FnOnce(&Reception, &Actor) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T> {
        let actor = self.actor()?;
        let reception = self.site.reception.clone();
        self.wait(move || use_case(&reception, &actor)).await
    }

    /// Does something on a thread that may wait.
    pub(super) async fn wait<T: Send + 'static>(
        &self,
        doing: impl FnOnce() -> Result<T, Refused> + Send + 'static,
    ) -> Result<T> {
        let span = tracing::Span::current();
        match self.room.wait(move || span.in_scope(doing)).await {
            Some(done) => done.map_err(|refusal| refused(refusal, self.request.as_str())),
            None => Err(self.broken()),
        }
    }

    /// Makes room in the answer for so many bytes of a report.
    pub(super) fn hold(&self, bytes: usize) -> Result<()> {
        if self.room.take(bytes) {
            return Ok(());
        }
        let message = "The reports asked for are too large for one answer; ask for fewer, or download them";
        Err(troubled(Trouble::new(StatusCode::PAYLOAD_TOO_LARGE, "invalid_input", message)))
    }

    fn broken(&self) -> Error {
        troubled(Trouble::internal(self.request.as_str()))
    }
}
