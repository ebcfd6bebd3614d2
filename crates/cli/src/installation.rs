//! An installation of the service, as commands see it that work on its data folder beside it or without it.

use std::sync::Arc;

use assay_app::account::{Cost, Reception};
use assay_app::{Refused, Service};
use assay_core::Rejection;
use assay_store::Database;

use crate::folder::DataFolder;
use crate::system::{SystemClock, SystemIds};

/// The use cases over a data folder. Whoever can write there is [`Actor::operator`](assay_core::Actor::operator).
pub(crate) struct Installation {
    pub(crate) service: Service,
    pub(crate) reception: Reception,
}

impl Installation {
    /// Opens the installation in `folder`. A mistyped folder does not become a new installation.
    pub(crate) fn open(folder: &DataFolder) -> Result<Self, Refused> {
        let records = folder.records();
        if !records.exists() {
            return Err(missing(folder).into());
        }
        let service = Service {
            ledger: Arc::new(Database::open(&records)?),
            clock: Arc::new(SystemClock::new()),
            ids: Arc::new(SystemIds),
        };
        let reception = Reception::open(&service, Cost::USUAL)?;
        Ok(Self { service, reception })
    }
}

fn missing(folder: &DataFolder) -> Rejection {
    let root = folder.root().display();
    Rejection::new("no-installation", format!("no service has its data in `{root}`"))
        .hint("name its folder with `--data DIR`; a new one is made by `assay serve --data DIR`")
}
