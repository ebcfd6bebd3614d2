//! Tags of a repository.

use assay_core::registry::{RepositoryAction, RepositoryName};
use axum::http::StatusCode;

use super::answer::{Trouble, json};
use super::page::{Wanted, link_next};
use super::{Answer, Ask};

pub(super) async fn list(ask: &Ask, name: RepositoryName) -> Answer {
    ask.admit(&name, RepositoryAction::Pull)?;
    let wanted = Wanted::of(ask)?;
    let (count, after) = (wanted.count, wanted.after);
    let repository = name.clone();
    let found = ask.blocking(move |registry| {
        let tags = registry.read_in(&repository, |records, repository| {
            Ok(Some(records.tags(repository, after.as_deref(), count.saturating_add(1))?))
        })?;
        tags.ok_or_else(|| Trouble::name_unknown(&repository))
    });
    let mut tags = found.await?;
    let more = tags.len() > count as usize;
    tags.truncate(count as usize);
    let mut answer = json(StatusCode::OK, &serde_json::json!({ "name": name, "tags": tags }));
    if let (true, Some(last)) = (more, tags.last()) {
        link_next(&mut answer, &format!("/v2/{name}/tags/list"), count, last.as_str(), &[]);
    }
    Ok(answer)
}
