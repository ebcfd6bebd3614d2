//! What an operator can set.

use std::time::Duration;

/// Limits and habits of the registry.
#[derive(Clone, PartialEq, Debug)]
pub struct RegistryOptions {
    /// Address of the token service as clients reach it. Without one it is `/token` at the host the client named.
    pub realm: Option<String>,
    /// Whether clients reach us by TLS, when `realm` is not given.
    pub tls: bool,
    /// The name under which tokens are made for this registry.
    pub service: String,
    /// Bytes of a manifest at most.
    pub manifest_bytes: usize,
    /// Things a manifest points to at most.
    pub manifest_links: usize,
    /// Tags that come with one manifest at most.
    pub tags_at_once: usize,
    /// Bytes of a blob at most.
    pub blob_bytes: u64,
    /// Bytes of the manifests kept in memory.
    pub manifest_cache_bytes: usize,
    /// Bytes an organization may store that has no quota of its own; nothing means any number.
    pub quota: Option<u64>,
    /// Bytes of the disk kept free: no upload begins when less is left.
    pub keep_free: u64,
    /// Uploads one user may have open at once.
    pub sessions_per_actor: usize,
    /// How long a body may bring nothing before it is given up.
    pub body_idle: Duration,
    /// How long an upload may rest before it is swept away.
    pub session_idle: Duration,
    /// How long a blob that no manifest points to stays visible, and once more until its file is removed.
    pub grace: Duration,
    /// Entries of a list when the client does not say, and at most.
    pub page: u32,
    /// Whether anything may be deleted by protocol.
    pub deletes: bool,
}

impl Default for RegistryOptions {
    fn default() -> Self {
        const MIB: u64 = 1 << 20;
        Self {
            realm: None,
            tls: false,
            service: "assay".into(),
            manifest_bytes: 4 << 20,
            manifest_links: 10_000,
            tags_at_once: 64,
            blob_bytes: 64 * 1024 * MIB,
            manifest_cache_bytes: 16 << 20,
            quota: None,
            keep_free: 1024 * MIB,
            sessions_per_actor: 256,
            body_idle: Duration::from_secs(60),
            session_idle: Duration::from_secs(24 * 3600),
            grace: Duration::from_secs(24 * 3600),
            page: 1000,
            deletes: true,
        }
    }
}
