//! Where pushed manifests are taken in.

use std::sync::Arc;

use super::{ManifestPush, keep_manifest};
use crate::ledger::write;
use crate::{Ledger, Refused};

/// What the pusher is told of an accepted manifest.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Accepted {
    /// A line for the person at the other end: what happens next, and where to look.
    pub notice: Option<String>,
}

/// Takes in pushed manifests: in one transaction the registry's own records ([`keep_manifest`]) and whatever a push sets
/// going. Blocks until that is durable.
pub trait ManifestDesk: Send + Sync {
    /// Takes in one push. The same push again changes nothing and is told the same.
    ///
    /// # Errors
    /// A rejection `manifest-blob-unknown` when something the manifest points to is missing; anything else the
    /// transaction refuses.
    fn accept(&self, push: &ManifestPush) -> Result<Accepted, Refused>;
}

/// A desk that sets nothing going: a plain registry.
pub struct PlainDesk {
    ledger: Arc<dyn Ledger>,
}

impl PlainDesk {
    /// A desk that keeps manifests in `ledger`.
    pub fn new(ledger: Arc<dyn Ledger>) -> Self {
        Self { ledger }
    }
}

impl ManifestDesk for PlainDesk {
    fn accept(&self, push: &ManifestPush) -> Result<Accepted, Refused> {
        write(&*self.ledger, |records| keep_manifest(records, push))?;
        Ok(Accepted::default())
    }
}
