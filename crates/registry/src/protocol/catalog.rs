//! The list of repositories, as far as the caller may see them.

use assay_core::registry::RepositoryName;
use assay_core::{Actor, Refused};
use axum::http::StatusCode;

use super::answer::{Trouble, json};
use super::page::{Wanted, link_next};
use super::{Answer, Ask, challenge};
use crate::registry::Registry;

/// Repositories looked at in one go.
const STRIDE: u32 = 1000;

pub(super) async fn list(ask: &Ask) -> Answer {
    let gate = &ask.registry.parts.gate;
    let actor = gate
        .catalog(ask.token())
        .map_err(|denied| Trouble::denied(denied, None, &challenge::challenge(ask, "registry:catalog:*")))?;
    let Wanted { count, after } = Wanted::of(ask)?;
    let mut names =
        ask.blocking(move |registry| Ok(visible(registry, &actor, after, count as usize + 1)?)).await?;
    let more = names.len() > count as usize;
    names.truncate(count as usize);
    let mut answer = json(StatusCode::OK, &serde_json::json!({ "repositories": names }));
    if let (true, Some(last)) = (more, names.last()) {
        link_next(&mut answer, "/v2/_catalog", count, last.as_str(), &[]);
    }
    Ok(answer)
}

fn visible(
    registry: &Registry,
    actor: &Actor,
    mut after: Option<String>,
    wanted: usize,
) -> Result<Vec<RepositoryName>, Refused> {
    let mut names = Vec::new();
    while names.len() < wanted {
        let some = registry.read(|records| records.repositories(after.as_deref(), STRIDE))?;
        let Some(last) = some.last() else { break };
        after = Some(last.to_string());
        names.extend(some.into_iter().filter(|name| registry.parts.gate.lists(actor, name)));
    }
    names.truncate(wanted);
    Ok(names)
}
