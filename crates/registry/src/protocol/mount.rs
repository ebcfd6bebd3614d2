//! Taking a blob over from another repository, without sending it again.

use assay_core::registry::{RepositoryAction, RepositoryName};
use assay_core::{Actor, Digest};

use super::answer::Trouble;
use super::{Ask, challenge};
use crate::quota::within_quota;
use crate::registry::{Registry, owner};

/// Repositories looked at when the client does not say where the blob is.
const CANDIDATES: u32 = 32;

/// Lets an upload begin. A client that wants to mount is told of both rights at once.
pub(super) fn admit(ask: &Ask, name: &RepositoryName) -> Result<Actor, Trouble> {
    ask.registry.parts.gate.admit(ask.token(), name, RepositoryAction::Push).map_err(|denied| {
        let mut scope = challenge::scope(name, RepositoryAction::Push);
        if let Some(from) = from(ask) {
            scope = format!("{scope} {}", challenge::scope(&from, RepositoryAction::Pull));
        }
        Trouble::denied(denied, Some(name), &challenge::challenge(ask, &scope))
    })
}

/// Mounts the blob that the request names, if the caller may read it somewhere; otherwise it has to be sent.
pub(super) async fn mount(
    ask: &Ask,
    name: &RepositoryName,
    actor: &Actor,
) -> Result<Option<Digest>, Trouble> {
    let Some(text) = ask.parameter("mount") else { return Ok(None) };
    let digest: Digest = text.parse().map_err(|cause| Trouble::digest_invalid(format!("{cause}")))?;
    let wanted = digest.clone();
    let sources = match ask.parameter("from") {
        Some(_) => from(ask).into_iter().collect(),
        None => ask.blocking(move |registry| candidates(registry, &wanted)).await?,
    };
    let gate = &ask.registry.parts.gate;
    let readable = |source: &RepositoryName| gate.may_read(ask.token(), source);
    let Some(source) = sources.into_iter().find(readable) else { return Ok(None) };
    let (name, actor, wanted) = (name.clone(), actor.clone(), digest.clone());
    let mounted = ask.blocking(move |registry| take_over(registry, &source, &name, &actor, &wanted)).await?;
    Ok(mounted.then_some(digest))
}

fn from(ask: &Ask) -> Option<RepositoryName> {
    ask.parameter("from")?.parse().ok()
}

fn candidates(registry: &Registry, digest: &Digest) -> Result<Vec<RepositoryName>, Trouble> {
    Ok(registry.read(|records| records.repositories_with_blob(digest, CANDIDATES))?)
}

fn take_over(
    registry: &Registry,
    source: &RepositoryName,
    name: &RepositoryName,
    actor: &Actor,
    digest: &Digest,
) -> Result<bool, Trouble> {
    let (now, org, default) = (registry.parts.clock.now(), owner(name, actor), registry.options.quota);
    Ok(registry.write(|records| {
        let Some(from) = records.repository(source)? else { return Ok(false) };
        if records.visible_blob(&from, digest)?.is_none() {
            return Ok(false);
        }
        let repository = records.make_repository(name, org, now)?;
        let show = || records.show_blob(&repository, digest, now);
        Ok(within_quota(records, org, default, show)?.is_some())
    })?)
}
