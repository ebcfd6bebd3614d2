//! The one table of routes: the router is built by it, metrics are labelled by it, limits are taken from it, and the
//! permission sweep goes through it.

use std::fmt;

use axum::http::Method;

/// Bytes of a JSON request at most (api.md §1).
const JSON: u64 = 10 << 20;

/// Bytes of a request whose body is a few fields at most.
const FIELDS: u64 = 64 << 10;

/// Who is meant to come in by a route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Anybody.
    Everyone,
    /// Whoever shows a token, within what roles and organization allow.
    Caller,
    /// Whoever the registry's gate lets in.
    Gate,
    /// Machines beside this one: from the loopback address, or with the metrics token.
    Watcher,
}

/// How long a request may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pace {
    /// Answered within the request timeout.
    Quick,
    /// As long as bytes keep coming: uploads, downloads, events.
    Flowing,
}

/// How large a request's body may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Body {
    /// This many bytes.
    AtMost(u64),
    /// Bounded where it is read, by quotas and by the disk.
    Stored,
}

/// One way in.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// Method.
    pub method: Verb,
    /// Path, with `{name}` for one segment and `{name...}` for one or more.
    pub pattern: &'static str,
    /// Who is meant to come in.
    pub access: Access,
    /// How long it may take.
    pub pace: Pace,
    /// How large the body may be.
    pub body: Body,
}

/// The methods we answer to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "named as the protocol names them")]
pub enum Verb {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl Verb {
    /// The method's name in a request.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.name(), self.pattern)
    }
}

const fn route(method: Verb, pattern: &'static str, access: Access, pace: Pace, body: Body) -> Route {
    Route { method, pattern, access, pace, body }
}

const NO_BODY: Body = Body::AtMost(0);

use Access::{Caller, Everyone, Gate, Watcher};
use Body::{AtMost, Stored};
use Pace::{Flowing, Quick};
use Verb::{Delete, Get, Head, Patch, Post, Put};

/// Every route. Of two that fit a path the earlier counts.
pub const ROUTES: &[Route] = &[
    route(Get, "/healthz", Everyone, Quick, NO_BODY),
    route(Get, "/readyz", Everyone, Quick, NO_BODY),
    route(Get, "/metrics", Watcher, Quick, NO_BODY),
    // The registry (OCI distribution specification) and its tokens.
    route(Get, "/token", Everyone, Quick, NO_BODY),
    route(Post, "/token", Everyone, Quick, AtMost(FIELDS)),
    route(Get, "/v2/", Gate, Quick, NO_BODY),
    route(Get, "/v2/_catalog", Gate, Quick, NO_BODY),
    route(Post, "/v2/{name...}/blobs/uploads/", Gate, Flowing, Stored),
    route(Get, "/v2/{name...}/blobs/uploads/{session}", Gate, Quick, NO_BODY),
    route(Patch, "/v2/{name...}/blobs/uploads/{session}", Gate, Flowing, Stored),
    route(Put, "/v2/{name...}/blobs/uploads/{session}", Gate, Flowing, Stored),
    route(Delete, "/v2/{name...}/blobs/uploads/{session}", Gate, Quick, NO_BODY),
    route(Get, "/v2/{name...}/blobs/{digest}", Gate, Flowing, NO_BODY),
    route(Head, "/v2/{name...}/blobs/{digest}", Gate, Quick, NO_BODY),
    route(Delete, "/v2/{name...}/blobs/{digest}", Gate, Quick, NO_BODY),
    route(Get, "/v2/{name...}/manifests/{reference}", Gate, Quick, NO_BODY),
    route(Head, "/v2/{name...}/manifests/{reference}", Gate, Quick, NO_BODY),
    route(Put, "/v2/{name...}/manifests/{reference}", Gate, Quick, Stored),
    route(Delete, "/v2/{name...}/manifests/{reference}", Gate, Quick, NO_BODY),
    route(Get, "/v2/{name...}/tags/list", Gate, Quick, NO_BODY),
    route(Get, "/v2/{name...}/referrers/{digest}", Gate, Quick, NO_BODY),
    // The API.
    route(Post, "/v3/graphql", Everyone, Quick, AtMost(JSON)),
    route(Post, "/v3/engines/{engine}/builds", Caller, Flowing, Stored),
    route(Get, "/v3/pushes/{push...}", Caller, Quick, NO_BODY),
    route(Get, "/v3/builds/{build}/report.json", Caller, Flowing, NO_BODY),
    route(Get, "/v3/builds/{build}/report.sarif", Caller, Flowing, NO_BODY),
    route(Get, "/v3/builds/{build}/report.junit.xml", Caller, Flowing, NO_BODY),
    route(Get, "/v3/builds/{build}/evidence", Caller, Quick, NO_BODY),
    route(Get, "/v3/builds/{build}/evidence/{file...}", Caller, Flowing, NO_BODY),
];

/// The route that a request takes; nothing when there is none. Where HEAD has no route of its own it takes that of GET.
pub fn find(method: &Method, path: &str) -> Option<&'static Route> {
    let find =
        |name: &str| ROUTES.iter().find(|route| route.method.name() == name && matches(route.pattern, path));
    find(method.as_str()).or_else(|| find("GET").filter(|_| method == Method::HEAD))
}

/// Whether `path` is of the form `pattern`.
fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    segments(&pattern, &path)
}

fn segments(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((one, pattern)), Some((segment, path))) if one.ends_with("...}") => {
            let taken = || (0..=path.len()).filter_map(|at| path.get(at..));
            !segment.is_empty() && taken().any(|rest| segments(pattern, rest))
        }
        (Some((one, pattern)), Some((segment, path))) => {
            let fits = if one.starts_with('{') { !segment.is_empty() } else { one == segment };
            fits && segments(pattern, path)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_finds_its_route() {
        let found = |method: Method, path: &str| find(&method, path).map(ToString::to_string);
        let is = |pattern: &str| Some(pattern.to_owned());
        assert_eq!(found(Method::GET, "/v2/"), is("GET /v2/"));
        assert_eq!(
            found(Method::PUT, "/v2/7/a/b/manifests/latest"),
            is("PUT /v2/{name...}/manifests/{reference}")
        );
        assert_eq!(
            found(Method::POST, "/v2/7/blobs/blobs/uploads/"),
            is("POST /v2/{name...}/blobs/uploads/")
        );
        assert_eq!(
            found(Method::GET, "/v2/7/x/blobs/uploads/abc"),
            is("GET /v2/{name...}/blobs/uploads/{session}")
        );
        assert_eq!(found(Method::GET, "/v3/builds/1/evidence/runs/1/log"), {
            is("GET /v3/builds/{build}/evidence/{file...}")
        });
        assert_eq!(found(Method::HEAD, "/healthz"), is("GET /healthz"));
        assert_eq!(found(Method::HEAD, "/v2/7/x/blobs/d"), is("HEAD /v2/{name...}/blobs/{digest}"));
        for none in ["/", "", "/v2", "/v3/builds//report.json", "/v2//manifests/x", "/healthz/"] {
            assert_eq!(found(Method::GET, none), None, "{none}");
        }
    }
}
