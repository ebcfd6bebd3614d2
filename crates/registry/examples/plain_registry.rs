//! A registry by itself, open to everybody: `cargo run -p assay-registry --example plain_registry -- DIR ADDRESS`.
//! For trying clients and the official conformance suite against the protocol alone.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "an example reads the clock and talks")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use assay_core::registry::{Denied, Gate, PlainDesk, RepositoryAction, RepositoryName};
use assay_core::{Actor, Clock, IdSource, Ledger};
use assay_registry::{Registry, RegistryOptions, RegistryParts, router};
use jiff::Timestamp;
use uuid::Uuid;

struct Open;

impl Gate for Open {
    fn authenticate(&self, _: Option<&str>) -> Result<Actor, Denied> {
        Ok(Actor::operator())
    }

    fn admit(&self, _: Option<&str>, _: &RepositoryName, _: RepositoryAction) -> Result<Actor, Denied> {
        Ok(Actor::operator())
    }

    fn catalog(&self, _: Option<&str>) -> Result<Actor, Denied> {
        Ok(Actor::operator())
    }

    fn lists(&self, _: &Actor, _: &RepositoryName) -> bool {
        true
    }
}

struct System(Instant);

impl Clock for System {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

impl IdSource for System {
    fn next_id(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn fill(&self, bytes: &mut [u8]) {
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = Uuid::now_v7().as_bytes().get(8 + at % 8).copied().unwrap_or(0);
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("which folder?")?);
    let address = arguments.next().ok_or("which address?")?;
    std::fs::create_dir_all(&folder)?;
    let ledger: Arc<dyn Ledger> = Arc::new(assay_store::Database::open(&folder.join("records.db"))?);
    let system = Arc::new(System(Instant::now()));
    let parts = RegistryParts {
        ledger: Arc::clone(&ledger),
        desk: Arc::new(PlainDesk::new(ledger)),
        gate: Arc::new(Open),
        clock: system.clone(),
        ids: system,
    };
    let registry = Arc::new(Registry::open(&folder, parts, RegistryOptions::default())?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::bind(address).await?;
        println!("http://{}/v2/", listener.local_addr()?);
        axum::serve(listener, router(registry)).await
    })?;
    Ok(())
}
