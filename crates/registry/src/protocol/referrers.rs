//! What was pushed about a manifest: signatures, bills of material, certificates.

use std::collections::BTreeMap;

use assay_core::registry::media::OCI_INDEX;
use assay_core::registry::{Referrer, RepositoryAction, RepositoryName, Tag};
use assay_core::{Digest, Refused};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use super::answer::{OCI_FILTERS, Trouble, json, set};
use super::page::{Wanted, link_next};
use super::{Answer, Ask};
use crate::registry::Registry;

/// An answer is cut when it has so many bytes; clients read no longer ones.
const ANSWER_BYTES: usize = 3 << 20;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Index<'a> {
    schema_version: u32,
    media_type: &'a str,
    manifests: &'a [Referrer],
}

/// The index that clients kept under a tag before registries had this list.
#[derive(Deserialize)]
struct Fallback {
    manifests: Vec<Referrer>,
}

struct Question {
    name: RepositoryName,
    subject: Digest,
    artifact_type: Option<String>,
    after: Option<Digest>,
    count: u32,
}

impl Question {
    /// Whether an entry of a client's own index belongs to the answer.
    fn wants(&self, digest: &Digest, referrer: &Referrer) -> bool {
        let fits = self.artifact_type.is_none() || referrer.artifact_type == self.artifact_type;
        fits && self.after.as_ref().is_none_or(|after| digest > after)
    }
}

pub(super) async fn list(ask: &Ask, name: RepositoryName, subject: Digest) -> Answer {
    ask.admit(&name, RepositoryAction::Pull)?;
    let Wanted { count, after } = Wanted::of(ask)?;
    let after = after.map(|last| last.parse()).transpose();
    let after = after.map_err(|_| Trouble::digest_invalid("`last` has to be a digest"))?;
    let artifact_type = ask.parameter("artifactType").filter(|wanted| !wanted.is_empty()).map(str::to_owned);
    let filter = artifact_type.clone();
    let path = format!("/v2/{name}/referrers/{subject}");
    let question = Question { name, subject, artifact_type, after, count };
    let (referrers, more) = ask.blocking(move |registry| Ok(find(registry, &question)?)).await?;
    let index = Index { schema_version: 2, media_type: OCI_INDEX, manifests: &referrers };
    let mut answer = json(StatusCode::OK, &index);
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(OCI_INDEX));
    if filter.is_some() {
        set(&mut answer, OCI_FILTERS, HeaderValue::from_static("artifactType"));
    }
    if let (true, Some(last)) = (more, referrers.last()) {
        let filter: Vec<(&str, &str)> =
            filter.iter().map(|wanted| ("artifactType", wanted.as_str())).collect();
        link_next(&mut answer, &path, count, &last.digest.to_string(), &filter);
    }
    Ok(answer)
}

/// The page asked for, and whether there is more.
fn find(registry: &Registry, question: &Question) -> Result<(Vec<Referrer>, bool), Refused> {
    let Question { name, subject, artifact_type, after, count } = question;
    let found = registry.read_in(name, |records, repository| {
        let limit = count.saturating_add(1);
        Ok(Some(records.referrers(repository, subject, artifact_type.as_deref(), after.as_ref(), limit)?))
    })?;
    let mut all: BTreeMap<Digest, Referrer> =
        found.unwrap_or_default().into_iter().map(|referrer| (referrer.digest.clone(), referrer)).collect();
    for referrer in fallback(registry, question)? {
        all.entry(referrer.digest.clone()).or_insert(referrer);
    }
    let all: Vec<Referrer> = all.into_values().collect();
    let kept = all.iter().scan(0, within).take(*count as usize).count();
    let more = all.len() > kept;
    Ok((all.into_iter().take(kept).collect(), more))
}

/// Whether one more fits into the answer. The first always does.
fn within(bytes: &mut usize, referrer: &Referrer) -> Option<()> {
    let annotations = referrer.annotations.iter().map(|(key, value)| key.len() + value.len() + 8);
    let before = *bytes;
    *bytes += 300 + annotations.sum::<usize>();
    (before == 0 || *bytes <= ANSWER_BYTES).then_some(())
}

/// What clients kept under the tag `sha256-HEX`, as far as it is here: one more than the page holds at most. Such an index is
/// the client's and may name anything any number of times.
fn fallback(registry: &Registry, question: &Question) -> Result<Vec<Referrer>, Refused> {
    let Question { name, subject, .. } = question;
    let tag = format!("{}-{}", subject.algorithm().name(), subject.hex());
    let Ok(tag) = tag.get(..tag.len().min(128)).unwrap_or_default().parse::<Tag>() else {
        return Ok(Vec::new());
    };
    let kept = registry.read_in(name, |records, repository| {
        let Some(digest) = records.tag(repository, &tag)? else { return Ok(None) };
        let Some(index) = records.manifest(repository, &digest)? else { return Ok(None) };
        let Ok(listed) = serde_json::from_slice::<Fallback>(&index.bytes) else { return Ok(None) };
        let mut listed: BTreeMap<Digest, Referrer> =
            listed.manifests.into_iter().map(|referrer| (referrer.digest.clone(), referrer)).collect();
        listed.retain(|digest, referrer| question.wants(digest, referrer));
        let mut here = Vec::new();
        for (digest, referrer) in listed {
            if here.len() > question.count as usize {
                break;
            }
            if records.has_manifest(repository, &digest)? {
                here.push(referrer);
            }
        }
        Ok(Some(here))
    })?;
    Ok(kept.unwrap_or_default())
}
