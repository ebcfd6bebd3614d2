//! Images of registries (OCI distribution-spec), over TLS; without it only on this machine or on request.

mod challenge;
mod client;
mod name;

use std::io::Read;

use assay_core::{Digest, Fault, Rejection};

use super::layout::bounded;
use super::{Address, BlobError, Located, Source, Start};
use crate::document::media;
use crate::options::{OpenError, OpenOptions};
use client::{Client, unexpected};
use name::{ImageName, Version};

struct Registry {
    client: Client,
}

/// Every document we understand.
fn accepted() -> String {
    [media::OCI_INDEX, media::OCI_MANIFEST, media::DOCKER_INDEX, media::DOCKER_MANIFEST].join(", ")
}

/// Asks the registry for the manifest or index of `name`.
pub(super) fn locate(name: &str, options: &OpenOptions) -> Result<Located, OpenError> {
    let client = Client::new(ImageName::parse(name)?, options);
    let version = client.name().version.clone();
    let answer = client.get(&format!("manifests/{}", version.text()), &accepted())?;
    match answer.status().as_u16() {
        200 => {}
        404 => return Err(not_found(client.name()).into()),
        401 | 403 => return Err(client.refused("the credentials do not suffice").into()),
        status => return Err(unexpected(&format!("https://{}/", client.name().host), status).into()),
    }
    let header =
        |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let media_type = header("Content-Type").filter(|told| told.starts_with("application/vnd."));
    let told: Option<Digest> = header("Docker-Content-Digest").and_then(|told| told.parse().ok());
    let expected = match version {
        Version::Digest(digest) => Some(digest),
        Version::Tag(_) => told,
    };
    let bytes = bounded(body(answer), options.limits.manifest_bytes)
        .map_err(|cause| Fault::new("registry", "reading the manifest", cause).retryable())?;
    Ok(Located {
        source: Box::new(Registry { client }),
        start: Start::Document { bytes, media_type, expected },
    })
}

fn not_found(name: &ImageName) -> Rejection {
    let ImageName { host, repository, version } = name;
    let message = format!("the registry {host} has no `{}` in the repository `{repository}`", version.text());
    Rejection::new("image-not-found", message)
        .hint("check the name and the tag, and that the image was pushed")
}

/// The body as a stream; its length is judged by whoever knows what it should be.
fn body(answer: ureq::http::Response<ureq::Body>) -> impl Read + Send + 'static {
    answer.into_body().into_with_config().limit(u64::MAX).reader()
}

impl Source for Registry {
    fn blob(&self, address: &Address) -> Result<Box<dyn Read + Send>, BlobError> {
        let Address::Blob { digest, document, .. } = address else { return Err(BlobError::Missing) };
        let (kind, accept) = if *document { ("manifests", accepted()) } else { ("blobs", "*/*".to_owned()) };
        let answer = self.client.get(&format!("{kind}/{digest}"), &accept).map_err(BlobError::Open)?;
        match answer.status().as_u16() {
            200 => Ok(Box::new(body(answer))),
            404 => Err(BlobError::Missing),
            401 | 403 => Err(BlobError::Open(self.client.refused("the credentials do not suffice").into())),
            status => Err(unexpected(&format!("https://{}/", self.client.name().host), status).into()),
        }
    }

    fn is_local(&self) -> bool {
        false
    }
}
