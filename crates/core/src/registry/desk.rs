//! Where pushed manifests are taken in.

use std::sync::Arc;

use super::{ManifestPush, Repository, keep_manifest};
use crate::digest::Digest;
use crate::ledger::{Transaction, write};
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

    /// Lets a manifest go, within the transaction that will take it away. A desk at which nothing rests on manifests lets
    /// every one go.
    ///
    /// # Errors
    /// A rejection `manifest-in-use` when something rests on it.
    fn let_go(
        &self,
        _records: &dyn Transaction,
        _repository: &Repository,
        _digest: &Digest,
    ) -> Result<(), Refused> {
        Ok(())
    }
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
