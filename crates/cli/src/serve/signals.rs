//! What the operator tells the process.

use std::sync::Arc;
use std::thread;

use assay_app::Refused;
use assay_core::Fault;
use assay_server::listen::Certificates;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tokio_util::sync::CancellationToken;

use crate::terminal;

/// From now on SIGTERM and SIGINT ask for the end: the first for a graceful one, the second for one at once. SIGHUP has
/// the certificates read again.
pub(super) fn heed(stop: CancellationToken, certificates: Option<Arc<Certificates>>) -> Result<(), Refused> {
    let fault = |cause| Fault::io("listening for signals", cause);
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP]).map_err(fault)?;
    let listen = move || {
        for signal in signals.forever() {
            match signal {
                SIGHUP => reload(certificates.as_deref()),
                _ if stop.is_cancelled() => std::process::exit(128 + signal),
                _ => {
                    terminal::note("assay: finishing what is under way; ask again to end at once");
                    stop.cancel();
                }
            }
        }
    };
    thread::Builder::new().name("signals".into()).spawn(listen).map_err(fault)?;
    Ok(())
}

fn reload(certificates: Option<&Certificates>) {
    let Some(certificates) = certificates else { return };
    match certificates.reload() {
        Ok(()) => tracing::info!("certificates read again"),
        Err(rejection) => tracing::error!(%rejection, "the certificates in use stay"),
    }
}
