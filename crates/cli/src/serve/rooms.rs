//! The rooms of the service, opened and joined.

use std::num::NonZeroU32;
use std::sync::Arc;

use assay_app::account::{Cost, Doorkeeper, FirstAdmin, Reception};
use assay_app::pipeline::Live;
use assay_app::push::PushDesk;
use assay_app::work::Bell;
use assay_app::{Refused, Service};
use assay_registry::{Registry, RegistryOptions, RegistryParts};
use assay_server::{ActorKey, Allowance, MeasuredGate, Rate};
use assay_store::Database;
use secrecy::{ExposeSecret, SecretString};

use crate::config::Config;
use crate::folder::{self, DataFolder};
use crate::system::{SystemClock, SystemIds};
use crate::terminal;

/// Every room, with what joins them.
pub(super) struct Rooms {
    pub(super) folder: DataFolder,
    pub(super) service: Service,
    pub(super) bell: Arc<Bell>,
    pub(super) reception: Arc<Reception>,
    pub(super) actors: Arc<Allowance<ActorKey>>,
    pub(super) registry: Arc<Registry>,
    /// How running certifications go.
    pub(super) live: Arc<Live>,
}

impl Rooms {
    /// Opens them over a data folder. `address` is how people reach the service.
    pub(super) fn open(folder: &DataFolder, config: &Config, address: &str) -> Result<Self, Refused> {
        let (service, bell) = service(folder)?;
        let reception = Arc::new(Reception::open(&service, Cost::USUAL)?);
        let limits = &config.limits;
        let actors = rate(limits.actor_rate, limits.actor_burst);
        let actors = Arc::new(Allowance::new(actors, service.clock.clone()));
        let doorkeeper = Arc::new(Doorkeeper::new(reception.clone())?);
        let parts = RegistryParts {
            ledger: service.ledger.clone(),
            desk: Arc::new(PushDesk::new(service.clone(), Some(address.to_owned()))),
            gate: Arc::new(MeasuredGate::behind(doorkeeper, actors.clone())),
            clock: service.clock.clone(),
            ids: service.ids.clone(),
        };
        let registry = Arc::new(Registry::open(folder.root(), parts, registry_options(config))?);
        let live = Arc::new(Live::default());
        Ok(Self { folder: folder.clone(), service, bell, reception, actors, registry, live })
    }

    /// Makes the first administrator of a new installation, and shows a password that was made up. Once.
    pub(super) fn welcome(&self, config: &Config) -> Result<(), Refused> {
        let given = folder::variable("ASSAY_ADMIN_PASSWORD").and_then(|word| word.into_string().ok());
        let given = given.map(SecretString::from);
        match self.reception.first_admin(&config.server.admin, given.as_ref())? {
            FirstAdmin::There => {}
            FirstAdmin::Made(user, None) => terminal::note(&format!("first administrator: {}", user.email)),
            FirstAdmin::Made(user, Some(password)) => terminal::note(&format!(
                "first administrator: {}\npassword, shown this once: {}",
                user.email,
                password.expose_secret()
            )),
        }
        Ok(())
    }
}

/// The use cases over a data folder, and the bell that rings when there is work.
fn service(folder: &DataFolder) -> Result<(Service, Arc<Bell>), Refused> {
    let database = Database::open(&folder.records())?;
    let bell = Arc::new(Bell::default());
    database.ring(bell.clone());
    let service =
        Service { ledger: Arc::new(database), clock: Arc::new(SystemClock::new()), ids: Arc::new(SystemIds) };
    Ok((service, bell))
}

/// A rate of nothing lifts the limit.
pub(super) fn rate(per_second: u32, burst: u32) -> Option<Rate> {
    Some(Rate { per_second: NonZeroU32::new(per_second)?, burst: NonZeroU32::new(burst)? })
}

fn registry_options(config: &Config) -> RegistryOptions {
    let registry = &config.registry;
    let usual = RegistryOptions::default();
    RegistryOptions {
        realm: config.server.public_url.as_ref().map(|address| format!("{address}/token")),
        tls: config.tls.cert.is_some(),
        manifest_bytes: usize::try_from(registry.manifest_size.0).unwrap_or(usual.manifest_bytes),
        blob_bytes: registry.blob_size.0,
        quota: registry.quota.map(|size| size.0),
        keep_free: registry.keep_free.0,
        body_idle: config.limits.body_timeout,
        session_idle: registry.upload_idle,
        grace: registry.unused_grace,
        deletes: registry.deletes,
        ..usual
    }
}
