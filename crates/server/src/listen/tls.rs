//! TLS with certificates from files, which may change while the service runs.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use assay_core::Rejection;
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// A certificate chain and its key, as they are in the files now.
#[derive(Debug)]
pub struct Certificates {
    chain: PathBuf,
    key: PathBuf,
    current: RwLock<Loaded>,
}

#[derive(Clone, Debug)]
struct Loaded {
    certified: Arc<CertifiedKey>,
    stamp: Stamp,
}

/// When the files were written last.
type Stamp = (Option<SystemTime>, Option<SystemTime>);

impl Certificates {
    /// Reads chain and key, both PEM.
    ///
    /// # Errors
    /// A rejection when a file cannot be read, or the key does not belong to the certificate.
    pub fn load(chain: &Path, key: &Path) -> Result<Arc<Self>, Rejection> {
        let current = RwLock::new(read(chain, key)?);
        Ok(Arc::new(Self { chain: chain.into(), key: key.into(), current }))
    }

    /// Reads the files again when they were written since. Those in use stay when the new ones are no good.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn refresh(&self) -> Result<bool, Rejection> {
        let known = self.current.read().unwrap_or_else(PoisonError::into_inner).stamp;
        if stamp(&self.chain, &self.key) == known {
            return Ok(false);
        }
        self.reload().map(|()| true)
    }

    /// Reads the files again.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn reload(&self) -> Result<(), Rejection> {
        let loaded = read(&self.chain, &self.key)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = loaded;
        Ok(())
    }

    /// How connections speak TLS: 1.3 or 1.2, HTTP/2 or 1.1.
    pub(super) fn config(self: &Arc<Self>) -> Result<Arc<ServerConfig>, Rejection> {
        let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
        let builder = builder.map_err(|cause| Rejection::new("tls-unusable", cause.to_string()))?;
        let mut config = builder.with_no_client_auth().with_cert_resolver(self.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.read().unwrap_or_else(PoisonError::into_inner).certified.clone())
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn read(chain: &Path, key: &Path) -> Result<Loaded, Rejection> {
    let stamp = stamp(chain, key);
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect)
        .map_err(|cause| unusable(chain, "certificate chain", &cause))?;
    if certificates.is_empty() {
        return Err(unusable(chain, "certificate chain", &"it holds no certificate"));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|cause| unusable(key, "private key", &cause))?;
    let certified = CertifiedKey::from_der(certificates, private, &provider())
        .map_err(|cause| unusable(key, "private key", &cause))?;
    Ok(Loaded { certified: Arc::new(certified), stamp })
}

fn unusable(file: &Path, what: &str, cause: &dyn std::fmt::Display) -> Rejection {
    let message = format!("the {what} `{}` cannot be used: {cause}", file.display());
    Rejection::new("tls-unusable", message)
        .hint("`tls.cert` and `tls.key` name PEM files that belong together")
}

fn stamp(chain: &Path, key: &Path) -> Stamp {
    let written = |file: &Path| std::fs::metadata(file).and_then(|meta| meta.modified()).ok();
    (written(chain), written(key))
}
