//! One registry, spoken to with whatever credentials it asks for. Credentials go to the registry itself and to the
//! token service it names, never along a redirect.

use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use ureq::http::Response;
use ureq::{Agent, Body};

use assay_core::{Fault, Rejection};

use super::challenge::{self, Challenge};
use super::name::{ImageName, is_loopback};
use crate::options::{Credentials, OpenError, OpenOptions};
use crate::source::http::network_agent;

/// Redirects followed for one request.
const MOST_REDIRECTS: usize = 5;
/// Largest answer of a token service, in bytes.
const TOKEN_BYTES: u64 = 256 << 10;

/// A connection to the repository of one image.
pub(super) struct Client {
    agent: Agent,
    name: ImageName,
    plain_http: bool,
    credentials: Option<Credentials>,
    /// The `Authorization` header that worked last.
    proven: Mutex<Option<String>>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    token: Option<String>,
    access_token: Option<String>,
}

impl Client {
    pub(super) fn new(name: ImageName, options: &OpenOptions) -> Self {
        let proven = match &options.credentials {
            Some(Credentials::Bearer(token)) => Some(format!("Bearer {token}")),
            _ => None,
        };
        Self {
            agent: network_agent(name.is_loopback(), &options.addresses),
            name,
            plain_http: options.plain_http,
            credentials: options.credentials.clone(),
            proven: Mutex::new(proven),
        }
    }

    pub(super) fn name(&self) -> &ImageName {
        &self.name
    }

    /// Asks for a path of the repository, such as `manifests/latest`. Any answer but 401 is handed back.
    pub(super) fn get(&self, path: &str, accept: &str) -> Result<Response<Body>, OpenError> {
        let scheme = if self.may_be_plain(&self.name.host) { "http" } else { "https" };
        let url = format!("{scheme}://{}/v2/{}/{path}", self.name.host, self.name.repository);
        let proof = self.proof();
        let answer = self.send(&url, accept, proof.as_deref())?;
        if answer.status() != 401 {
            return self.follow(&url, answer, accept);
        }
        let proof = self.answer_challenge(&answer)?;
        let answer = self.send(&url, accept, Some(&proof))?;
        if answer.status() == 401 {
            return Err(self.refused("it does not accept the credentials").into());
        }
        *self.proven.lock().unwrap_or_else(PoisonError::into_inner) = Some(proof);
        self.follow(&url, answer, accept)
    }

    /// Why the registry does not let us.
    pub(super) fn refused(&self, why: &str) -> Rejection {
        let ImageName { host, repository, .. } = &self.name;
        let hint = match self.credentials {
            None => "give a user name and password of the registry",
            Some(_) => "check the user name and password, and that they may pull this repository",
        };
        Rejection::new("image-forbidden", format!("the registry {host} refuses `{repository}`: {why}"))
            .hint(hint)
    }

    fn proof(&self) -> Option<String> {
        self.proven.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn send(&self, url: &str, accept: &str, proof: Option<&str>) -> Result<Response<Body>, OpenError> {
        let mut request = self.agent.get(url).header("Accept", accept);
        if let Some(proof) = proof {
            request = request.header("Authorization", proof);
        }
        request.call().map_err(|problem| unreachable(url, &problem).into())
    }

    /// Follows redirects to where blobs really are. The way may lead to other hosts, which get no credentials, but not
    /// from TLS to no TLS.
    fn follow(&self, from: &str, first: Response<Body>, accept: &str) -> Result<Response<Body>, OpenError> {
        let mut at = from.to_owned();
        let mut answer = first;
        for _ in 0..MOST_REDIRECTS {
            if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            let location =
                answer.headers().get("Location").and_then(|value| value.to_str().ok()).unwrap_or_default();
            let next = self.allowed_target(&at, location)?;
            let proof = if origin(&next) == origin(from) { self.proof() } else { None };
            answer = self.send(&next, accept, proof.as_deref())?;
            at = next;
        }
        Err(Fault::new(
            "registry",
            format!("following redirects from {}", origin(from)),
            "there are too many",
        )
        .into())
    }

    fn allowed_target(&self, at: &str, location: &str) -> Result<String, Fault> {
        let target = if location.starts_with('/') && !location.starts_with("//") {
            format!("{}{location}", origin(at))
        } else {
            location.to_owned()
        };
        let plain_allowed = || at.starts_with("http://") && self.may_be_plain(host(&target));
        if target.starts_with("https://") || target.starts_with("http://") && plain_allowed() {
            return Ok(target);
        }
        let refused = format!("it leads to {}, which is not reached over TLS", origin(&target));
        Err(Fault::new("registry", format!("following a redirect from {}", origin(at)), refused))
    }

    fn answer_challenge(&self, answer: &Response<Body>) -> Result<String, OpenError> {
        let headers = answer.headers().get_all("WWW-Authenticate").iter();
        let mut challenges = headers.filter_map(|header| challenge::parse(header.to_str().ok()?));
        match (challenges.next(), &self.credentials) {
            (Some(Challenge::Bearer { realm, service, scope }), credentials) => {
                self.fetch_token(&realm, service.as_deref(), scope, credentials.as_ref())
            }
            (Some(Challenge::Basic), Some(Credentials::Basic { username, password })) => {
                Ok(basic(username, password))
            }
            (Some(Challenge::Basic), _) => Err(self.refused("it wants a user name and password").into()),
            (None, _) => {
                Err(self.refused("it wants a way of authentication that Assay does not speak").into())
            }
        }
    }

    fn fetch_token(
        &self,
        realm: &str,
        service: Option<&str>,
        scope: Option<String>,
        credentials: Option<&Credentials>,
    ) -> Result<String, OpenError> {
        let is_safe =
            realm.starts_with("https://") || realm.starts_with("http://") && self.may_be_plain(host(realm));
        if !is_safe {
            let why = format!("its token service {} is not reached over TLS", origin(realm));
            return Err(self.refused(&why).into());
        }
        let scope = scope.unwrap_or_else(|| format!("repository:{}:pull", self.name.repository));
        let mut request = self.agent.get(realm).query("scope", scope);
        if let Some(service) = service {
            request = request.query("service", service);
        }
        match credentials {
            Some(Credentials::Basic { username, password }) => {
                request = request.header("Authorization", basic(username, password));
            }
            // The token given was sent with the first request already.
            Some(Credentials::Bearer(_)) => return Err(self.refused("it does not accept the token").into()),
            None => {}
        }
        let answer = request.call().map_err(|problem| unreachable(realm, &problem))?;
        self.read_token(realm, answer)
    }

    fn read_token(&self, realm: &str, mut answer: Response<Body>) -> Result<String, OpenError> {
        match answer.status().as_u16() {
            200 => {}
            400 | 401 | 403 | 404 => return Err(self.refused("its token service does not let us").into()),
            status => return Err(unexpected(realm, status).into()),
        }
        let told = answer.body_mut().with_config().limit(TOKEN_BYTES).read_json();
        let told: TokenAnswer = told.map_err(|problem| {
            Fault::new("registry", format!("reading the token of {}", origin(realm)), problem)
        })?;
        let token = told.token.or(told.access_token).filter(|token| !token.is_empty());
        Ok(format!("Bearer {}", token.ok_or_else(|| self.refused("its token service gives no token"))?))
    }

    fn may_be_plain(&self, host: &str) -> bool {
        is_loopback(host) || self.plain_http
    }
}

/// An answer with a status that cannot be used.
pub(super) fn unexpected(url: &str, status: u16) -> Fault {
    let fault = Fault::new(
        "registry",
        format!("asking {}", origin(url)),
        format!("it answered with status {status}"),
    );
    if status == 429 || status >= 500 { fault.retryable() } else { fault }
}

fn unreachable(url: &str, problem: &ureq::Error) -> Fault {
    let fault = Fault::new("registry", format!("asking {}", origin(url)), problem).retryable();
    match problem {
        ureq::Error::HostNotFound => fault.hint("check the host name and the network"),
        ureq::Error::Io(_) | ureq::Error::Timeout(_) => {
            fault.hint("check that the registry is up and reachable")
        }
        _ => fault,
    }
}

fn basic(username: &str, password: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{username}:{password}")))
}

/// Scheme, host and port of a URL; the rest may hold secrets and is not for messages either.
fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(start..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(url.len(), |at| start + at);
    url.get(..end).unwrap_or(url)
}

/// Host and port of a URL, without a user part.
fn host(url: &str) -> &str {
    let authority = origin(url).split_once("://").map_or("", |(_, authority)| authority);
    authority.rsplit('@').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_and_hosts() {
        assert_eq!(origin("https://r.example:8/v2/?a=b"), "https://r.example:8");
        assert_eq!(origin("http://r.example?x"), "http://r.example");
        assert_eq!(host("http://localhost@evil.example/x"), "evil.example");
        assert_eq!(host("https://[::1]:5/x"), "[::1]:5");
    }
}
