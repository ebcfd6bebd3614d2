//! Telling clients which token to get, and where (the token authentication that registries share).

use assay_core::registry::{RepositoryAction, RepositoryName};
use axum::http::header::HOST;

use super::Ask;

/// What a token has to be made for to do `action`. Who pushes also asks what is there.
pub(super) fn scope(name: &RepositoryName, action: RepositoryAction) -> String {
    let actions = match action {
        RepositoryAction::Pull => "pull",
        RepositoryAction::Push => "pull,push",
        RepositoryAction::Delete => "delete",
    };
    format!("repository:{name}:{actions}")
}

/// The value of `WWW-Authenticate`. Without a scope a client only learns where to log in.
pub(super) fn challenge(ask: &Ask, scope: &str) -> String {
    let service = &ask.registry.options.service;
    let scope = if scope.is_empty() { String::new() } else { format!(",scope=\"{scope}\"") };
    format!("Bearer realm=\"{}\",service=\"{service}\"{scope}", realm(ask))
}

/// The token service as configured, or at the host the client used to reach us.
fn realm(ask: &Ask) -> String {
    let options = &ask.registry.options;
    if let Some(realm) = &options.realm {
        return realm.clone();
    }
    let scheme = if options.tls { "https" } else { "http" };
    let authority = ask.parts.uri.authority().map(|authority| authority.as_str());
    let host = ask.header(&HOST).or(authority).filter(|host| is_host(host)).unwrap_or("localhost");
    format!("{scheme}://{host}/token")
}

/// Whether a host can stand within quotes.
fn is_host(host: &str) -> bool {
    let fits =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']' | b'_');
    !host.is_empty() && host.len() <= 255 && host.bytes().all(fits)
}
