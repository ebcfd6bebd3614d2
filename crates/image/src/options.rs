//! What the caller may choose when opening an image, and how opening can fail.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use assay_core::{Fault, Platform, Rejection};

use crate::limits::ImageLimits;

/// How to prove who we are to a registry. Never shown in messages.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A user name and password, also used to ask a token service for tokens.
    Basic {
        /// User name.
        username: String,
        /// Password or access key.
        password: String,
    },
    /// A bearer token to send as it is.
    Bearer(String),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Basic { username, .. } => write!(f, "Basic({username}, …)"),
            Self::Bearer(_) => f.write_str("Bearer(…)"),
        }
    }
}

/// Which addresses may be dialled for a registry; any, when nothing is said.
#[derive(Clone, Default)]
pub struct AddressRule(Option<Arc<dyn Fn(IpAddr) -> bool + Send + Sync>>);

impl AddressRule {
    /// Those for which `permits` says so, whatever name led there. For callers who open what strangers name.
    pub fn only(permits: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(permits)))
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn permits(&self, address: IpAddr) -> bool {
        self.0.as_ref().is_none_or(|permits| permits(address))
    }
}

impl fmt::Debug for AddressRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_set() { "AddressRule(…)" } else { "AddressRule(any)" })
    }
}

/// The caller's choices.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Which image of an index to judge.
    pub platform: Platform,
    /// Speak HTTP without TLS to registries. Loopback registries are spoken to without TLS in any case.
    pub plain_http: bool,
    /// Which addresses registries and their token services may have.
    pub addresses: AddressRule,
    /// For the registry named in the reference, and the token service it names.
    pub credentials: Option<Credentials>,
    /// Ceilings.
    pub limits: ImageLimits,
    /// Layers unpacked at the same time, at least 1. Each takes two threads and a few MB.
    pub parallel_layers: usize,
    /// Sockets of a Docker daemon, tried in order.
    pub docker_sockets: Vec<PathBuf>,
    /// Sockets of a Podman service, tried in order.
    pub podman_sockets: Vec<PathBuf>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        let user = rustix::process::getuid().as_raw();
        Self {
            platform: Platform::default(),
            plain_http: false,
            addresses: AddressRule::default(),
            credentials: None,
            limits: ImageLimits::default(),
            parallel_layers: 3,
            docker_sockets: vec!["/var/run/docker.sock".into()],
            podman_sockets: vec![
                "/run/podman/podman.sock".into(),
                format!("/run/user/{user}/podman/podman.sock").into(),
            ],
        }
    }
}

/// Why an image could not be opened at all. What is wrong with the image itself is a finding instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The reference cannot be opened as asked: unknown source, not found, not allowed.
    #[error(transparent)]
    Rejection(#[from] Rejection),
    /// The disk or the network failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}
