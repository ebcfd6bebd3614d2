//! The course of a service, from its start to its end.

use std::sync::{Arc, PoisonError};

use assay_app::Refused;
use assay_core::Fault;
use assay_server::listen::{self, Certificates};
use assay_server::rest::Shelves;
use assay_server::{Site, router, watcher_router};
use tokio_util::sync::CancellationToken;

use super::crew::hire;
use super::house::{bound, certificates, manner, site};
use super::lock::ServiceLock;
use super::probes::{Crew, Probes};
use super::rooms::Rooms;
use super::timers::Timers;
use super::{log, signals};
use crate::config::{Config, Layers};
use crate::exit::Exit;
use crate::terminal;

/// Runs the service until it is asked to end. `crash_at` names a marked place at which it dies.
pub(crate) fn run(layers: &Layers, verbose: u8, crash_at: Option<String>) -> Result<Exit, Refused> {
    let config = layers.config()?;
    let _traces = log::start(&config, verbose)?;
    for remark in &layers.remarks {
        tracing::warn!("{remark}");
    }
    let _lock = ServiceLock::take(&layers.folder)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|cause| Fault::io("starting the service's threads", cause))?;
    let ended = runtime.block_on(serve(layers, &config, crash_at));
    // Whatever still runs was cut off already; waiting for it would be waiting for nobody.
    runtime.shutdown_background();
    ended.map(|()| Exit::Good)
}

async fn serve(layers: &Layers, config: &Config, crash_at: Option<String>) -> Result<(), Refused> {
    let certificates = certificates(config)?;
    let listener = bound(config.server.listen).await?;
    let address = listener.local_addr().map_err(|cause| Fault::io("asking for our own address", cause))?;
    let scheme = if certificates.is_some() { "https" } else { "http" };
    let here = format!("{scheme}://{address}");
    let public = config.server.public_url.as_ref().map_or_else(|| here.clone(), ToString::to_string);
    let rooms = Rooms::open(&layers.folder, config, &public)?;
    rooms.welcome(config)?;
    let probes = Probes::default();
    let site = site(&rooms, config, probes.clone());
    let stop = CancellationToken::new();
    signals::heed(stop.clone(), certificates.clone())?;
    let timers = Timers::start(&rooms, config, certificates.clone(), probes.sandbox.clone())?;
    let crew = probes.workers;
    let hired = hire(&rooms, config, &public, &site, crash_at)?;
    *crew.lock().unwrap_or_else(PoisonError::into_inner) = Some(hired);
    let watcher = watch(config, &site, &stop).await?;
    terminal::note(&format!("listening on {here}"));
    let serving = async {
        let served = doors(listener, certificates, &rooms, &site, config, stop.clone()).await;
        stop.cancel();
        served
    };
    let (served, ()) = tokio::join!(serving, end(&stop, &site, crew, timers));
    if let Some(watcher) = watcher {
        let _ = watcher.await;
    }
    served
}

/// Serves until `stop`, and lets what is under way end.
async fn doors(
    listener: tokio::net::TcpListener,
    certificates: Option<Arc<Certificates>>,
    rooms: &Rooms,
    site: &Arc<Site>,
    config: &Config,
    stop: CancellationToken,
) -> Result<(), Refused> {
    let ways = [
        assay_registry::router(rooms.registry.clone()),
        assay_server::token::router(site),
        assay_server::graphql::router(site),
        assay_server::rest::router(site, shelves(rooms, config)),
    ];
    let all = router(site, ways);
    listen::serve(listener, certificates, all, site.clone(), manner(config), stop).await?;
    Ok(())
}

/// Where files lie that are downloaded or uploaded.
fn shelves(rooms: &Rooms, config: &Config) -> Shelves {
    Shelves {
        evidence: rooms.folder.evidence(),
        archives: rooms.folder.archives(),
        archive_bytes: config.registry.blob_size.0,
        keep_free: config.registry.keep_free.0,
    }
}

/// The listener for metrics alone, when there is one.
async fn watch(
    config: &Config,
    site: &Arc<Site>,
    stop: &CancellationToken,
) -> Result<Option<tokio::task::JoinHandle<()>>, Refused> {
    let Some(address) = config.metrics.listen else { return Ok(None) };
    let listener = bound(address).await?;
    let here = listener.local_addr().map_err(|cause| Fault::io("asking for our own address", cause))?;
    terminal::note(&format!("metrics on http://{here}/metrics"));
    let (site, stop, manner) = (site.clone(), stop.clone(), manner(config));
    Ok(Some(tokio::spawn(async move {
        let router = watcher_router(&site);
        let _ = listen::serve(listener, None, router, site, manner, stop).await;
    })))
}

/// Once it is asked for, workers finish what they have begun or hand it back, and chores end.
async fn end(stop: &CancellationToken, site: &Arc<Site>, crew: Crew, timers: Timers) {
    stop.cancelled().await;
    site.stop();
    let ending = tokio::task::spawn_blocking(move || {
        let workers = crew.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(workers) = workers {
            workers.stop();
        }
        timers.stop();
    });
    let _ = ending.await;
}
