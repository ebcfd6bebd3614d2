//! What every handler has at hand.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use assay_app::Service;
use assay_app::account::Reception;
use assay_core::run::AddressBlock;
use assay_core::{Clock, IdSource, OrgId, UserId};
use secrecy::SecretString;

use crate::door::{Allowance, ClientAddress, Rate, Seats};
use crate::health::Health;
use crate::metrics::{Metrics, Standing};

/// How the door is kept.
#[derive(Clone, Debug)]
pub struct Options {
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<AddressBlock>,
    /// Whether clients speak TLS with this process.
    pub encrypted: bool,
    /// How long a request that is no upload or download may take.
    pub request_timeout: Duration,
    /// How long a body may rest between two of its pieces.
    pub body_timeout: Duration,
    /// Requests handled at the same time.
    pub requests_at_once: usize,
    /// Requests of one address.
    pub per_address: Option<Rate>,
    /// Attempts to sign in from one address.
    pub sign_in: Option<Rate>,
    /// What opens `/metrics` from afar.
    pub metrics_token: Option<SecretString>,
    /// Whether metrics have a listener of their own.
    pub metrics_elsewhere: bool,
}

/// Who uses up an allowance: a user, with all keys.
pub type ActorKey = (OrgId, Option<UserId>);

/// The service as its handlers see it.
pub struct Site {
    /// The use cases.
    pub service: Service,
    /// Knows everybody.
    pub reception: Arc<Reception>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids.
    pub ids: Arc<dyn IdSource>,
    /// How the door is kept.
    pub options: Options,
    /// Counters.
    pub metrics: Metrics,
    /// Whether all is in order.
    pub health: Health,
    /// How things stand, looked up now; may block.
    pub standing: Box<dyn Fn() -> Standing + Send + Sync>,
    /// Room for requests.
    pub(crate) seats: Seats,
    pub(crate) actors: Arc<Allowance<ActorKey>>,
    addresses: Allowance<IpAddr>,
    sign_ins: Allowance<IpAddr>,
    stopping: AtomicBool,
}

impl Site {
    /// A site without rooms yet; see [`router`](crate::router). `actors` is the allowance that the registry's gate takes
    /// from too.
    pub fn new(
        service: Service,
        reception: Arc<Reception>,
        actors: Arc<Allowance<ActorKey>>,
        options: Options,
        health: Health,
        standing: Box<dyn Fn() -> Standing + Send + Sync>,
    ) -> Self {
        let (clock, ids) = (service.clock.clone(), service.ids.clone());
        Self {
            seats: Seats::new(options.requests_at_once),
            addresses: Allowance::new(options.per_address, clock.clone()),
            sign_ins: Allowance::new(options.sign_in, clock.clone()),
            metrics: Metrics::default(),
            stopping: AtomicBool::new(false),
            service,
            reception,
            actors,
            clock,
            ids,
            options,
            health,
            standing,
        }
    }

    /// From now on the service is not ready any more: it finishes what it has begun.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether it is stopping.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Takes a request from the address's allowance. Health checks have none.
    pub(crate) fn allow_address(&self, client: ClientAddress, path: &str) -> Result<(), Duration> {
        let neighbourhood = client.neighbourhood();
        match path {
            "/healthz" | "/readyz" => Ok(()),
            "/token" => self.sign_ins.take(&neighbourhood),
            _ => self.addresses.take(&neighbourhood),
        }
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site").field("options", &self.options).finish_non_exhaustive()
    }
}
