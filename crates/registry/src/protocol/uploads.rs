//! Uploads: begun, gone on with, finished, called off.

use std::sync::Arc;

use assay_core::digest::Algorithm;
use assay_core::registry::{RepositoryAction, RepositoryName};
use assay_core::{Actor, Digest};
use axum::body::Body;
use axum::http::header::{CONTENT_RANGE, LOCATION, RANGE, RETRY_AFTER};
use axum::http::{HeaderValue, Response, StatusCode};
use uuid::Uuid;

use super::answer::{CONTENT_DIGEST, Trouble, UPLOAD_UUID, empty, set};
use super::range::ContentRange;
use super::receive::{Incoming, out_of_order, receive, received};
use super::{Answer, Ask, body, mount};
use crate::registry::Registry;
use crate::session::{Purpose, Session};

pub(super) async fn begin(ask: &Ask, name: RepositoryName, body: Body) -> Answer {
    let actor = mount::admit(ask, &name)?;
    if let Some(mounted) = mount::mount(ask, &name, &actor).await? {
        return Ok(created(&name, &mounted));
    }
    let whole = ask.parameter("digest").map(read_digest).transpose()?;
    let algorithm = algorithm(ask, whole.as_ref())?;
    let purpose = Purpose::new(name.clone(), &actor, algorithm);
    let fleeting = whole.is_some();
    let session = ask.blocking(move |registry| open(registry, purpose, fleeting)).await?;
    let Some(digest) = whole else { return Ok(under_way(StatusCode::ACCEPTED, &session, 0)) };
    let length = body::announced(ask);
    let incoming = Incoming { session, length, range: None, last: Some(digest.clone()), fleeting: true };
    receive(ask, incoming, body).await?;
    Ok(created(&name, &digest))
}

pub(super) async fn status(ask: &Ask, name: RepositoryName, id: Uuid) -> Answer {
    let session = find(ask, &name, id)?;
    let known = Arc::clone(&session);
    let offset = ask.blocking(move |registry| {
        if let Ok(mut progress) = known.progress.try_lock() {
            registry.sessions.settle(&known, &mut progress)?;
        }
        Ok(known.acknowledged())
    });
    Ok(under_way(StatusCode::NO_CONTENT, &session, offset.await?))
}

pub(super) async fn append(ask: &Ask, name: RepositoryName, id: Uuid, body: Body) -> Answer {
    let session = find(ask, &name, id)?;
    let range = range(ask, &session)?;
    let incoming = Incoming {
        session: Arc::clone(&session),
        length: body::announced(ask),
        range,
        last: None,
        fleeting: false,
    };
    let offset = receive(ask, incoming, body).await?;
    Ok(under_way(StatusCode::ACCEPTED, &session, offset))
}

pub(super) async fn finish(ask: &Ask, name: RepositoryName, id: Uuid, body: Body) -> Answer {
    let session = find(ask, &name, id)?;
    let digest = ask.parameter("digest").ok_or_else(|| Trouble::digest_invalid("`digest` is missing"))?;
    let digest = read_digest(digest)?;
    let range = range(ask, &session)?;
    let length = body::announced(ask);
    let incoming = Incoming { session, length, range, last: Some(digest.clone()), fleeting: false };
    receive(ask, incoming, body).await?;
    Ok(created(&name, &digest))
}

pub(super) async fn cancel(ask: &Ask, name: RepositoryName, id: Uuid) -> Answer {
    let session = find(ask, &name, id)?;
    let cancelled = ask.blocking(move |registry| {
        let mut progress = session.progress.try_lock().map_err(|_| {
            Trouble::new(StatusCode::CONFLICT, "BLOB_UPLOAD_INVALID", "a request is writing to this upload")
        })?;
        registry.sessions.end(&session, &mut progress);
        Ok(())
    });
    cancelled.await.map(|()| empty(StatusCode::NO_CONTENT))
}

/// Looks whether another upload may begin, and begins it.
fn open(registry: &Registry, purpose: Purpose, fleeting: bool) -> Result<Arc<Session>, Trouble> {
    if registry.files.free_bytes()? < registry.options.keep_free {
        return Err(Trouble::disk_full());
    }
    if registry.sessions.count_of(&purpose.actor) >= registry.options.sessions_per_actor {
        return Err(too_many());
    }
    let (id, now) = (registry.parts.ids.next_id(), registry.parts.clock.now());
    let session = registry.sessions.fleeting(id, purpose.clone(), now);
    let (room, quota) = registry.room(session.purpose.org)?;
    if room == 0 {
        return Err(Trouble::over_quota(quota));
    }
    if fleeting { Ok(Arc::new(session)) } else { Ok(registry.sessions.begin(id, purpose, now)?) }
}

/// The upload, when it is the caller's and of this repository.
fn find(ask: &Ask, name: &RepositoryName, id: Uuid) -> Result<Arc<Session>, Trouble> {
    let actor = ask.admit(name, RepositoryAction::Push)?;
    let mine = |session: &Arc<Session>| is_for(session, name, &actor);
    ask.registry.sessions.find(id).filter(mine).ok_or_else(Trouble::upload_unknown)
}

fn is_for(session: &Session, name: &RepositoryName, actor: &Actor) -> bool {
    session.purpose.repository == *name && session.purpose.actor == actor.name
}

fn range(ask: &Ask, session: &Session) -> Result<Option<ContentRange>, Trouble> {
    let Some(text) = ask.header(&CONTENT_RANGE) else { return Ok(None) };
    ContentRange::read(text).map(Some).ok_or_else(|| out_of_order(session.acknowledged()))
}

fn read_digest(text: &str) -> Result<Digest, Trouble> {
    text.parse()
        .map_err(|cause: assay_core::digest::MalformedDigest| Trouble::digest_invalid(cause.to_string()))
}

/// The hash to compute while the bytes come: as asked for, or that of the digest announced.
fn algorithm(ask: &Ask, digest: Option<&Digest>) -> Result<Algorithm, Trouble> {
    match ask.parameter("digest-algorithm") {
        None => Ok(digest.map_or(Algorithm::Sha256, Digest::algorithm)),
        Some("sha256") => Ok(Algorithm::Sha256),
        Some("sha512") => Ok(Algorithm::Sha512),
        Some(_) => Err(Trouble::digest_invalid("digests are computed by sha256 or sha512")),
    }
}

fn too_many() -> Trouble {
    let message = "too many uploads are open; finish or cancel some";
    Trouble::new(StatusCode::TOO_MANY_REQUESTS, "TOOMANYREQUESTS", message)
        .header(RETRY_AFTER, HeaderValue::from_static("5"))
}

fn under_way(status: StatusCode, session: &Session, offset: u64) -> Response<Body> {
    let mut answer = empty(status);
    let (repository, id) = (&session.purpose.repository, session.id);
    set(&mut answer, LOCATION, format!("/v2/{repository}/blobs/uploads/{id}"));
    set(&mut answer, RANGE, received(offset));
    set(&mut answer, UPLOAD_UUID, id.to_string());
    answer
}

fn created(name: &RepositoryName, digest: &Digest) -> Response<Body> {
    let mut answer = empty(StatusCode::CREATED);
    set(&mut answer, LOCATION, format!("/v2/{name}/blobs/{digest}"));
    set(&mut answer, CONTENT_DIGEST, digest.to_string());
    answer
}
