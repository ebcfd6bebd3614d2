//! Who asks: decided once, where the request comes in.

use std::net::IpAddr;
use std::sync::Arc;

use assay_app::account::Unadmitted;
use assay_core::Actor;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};

use crate::door::{ClientAddress, RequestId};
use crate::site::Site;
use crate::trouble::Trouble;

/// Somebody who showed a session's token, an API key, or name and password.
#[derive(Clone, Debug)]
pub(crate) struct Caller(pub(crate) Actor);

impl<S> FromRequestParts<S> for Caller
where
    Arc<Site>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Trouble> {
        let Ok(id) = RequestId::from_request_parts(parts, state).await;
        let site = Arc::<Site>::from_ref(state);
        let client = ClientAddress::of(&parts.extensions, &parts.headers, &site.options.trusted_proxies);
        let shown = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let actor = recognise(&site, shown.map(str::to_owned), client.0, id.as_str()).await?;
        Ok(Self(actor))
    }
}

/// Who shows this header, within the own allowance. Hashing a password takes long, so a thread that may wait does it.
async fn recognise(
    site: &Arc<Site>,
    shown: Option<String>,
    from: IpAddr,
    id: &str,
) -> Result<Actor, Trouble> {
    let Some(shown) = shown else { return Err(unknown()) };
    let reception = site.reception.clone();
    let looking = tokio::task::spawn_blocking(move || reception.authenticate(Some(&shown), Some(from)));
    let actor = match looking.await {
        Ok(Ok(actor)) => actor,
        Ok(Err(Unadmitted::Unknown)) => return Err(unknown()),
        Ok(Err(unadmitted)) => return Err(Trouble::of(&unadmitted.into(), id)),
        Err(_) => return Err(Trouble::internal(id)),
    };
    if let Err(wait) = site.actors.take(&(actor.org, actor.user)) {
        let seconds = wait.as_secs_f64().ceil() as u64;
        let message = "Too many requests; come back later";
        return Err(Trouble::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message).retry_after(seconds));
    }
    let span = tracing::Span::current();
    span.record("org", actor.org.0);
    span.record("actor", actor.name.as_str());
    Ok(actor)
}

fn unknown() -> Trouble {
    let message = "No token, or one that is not known; log in, or show an API key";
    Trouble::new(StatusCode::UNAUTHORIZED, "authentication_error", message)
}
