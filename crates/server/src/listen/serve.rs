//! Taking connections until the service stops.

use std::sync::Arc;
use std::time::Duration;

use assay_core::Rejection;
use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::Certificates;
use super::attend::attend;
use crate::site::Site;

/// How connections are treated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Manner {
    /// Until the headers of a request are there; also how long a connection may rest between two requests.
    pub header_timeout: Duration,
    /// How long the other end may let an answer wait.
    pub write_timeout: Duration,
    /// Connections at the same time.
    pub connections: usize,
    /// How long requests under way have to end when the service stops.
    pub grace: Duration,
}

/// Rest after the system gave no connection, as when it has run out of descriptors.
const RECOVERY: Duration = Duration::from_millis(100);

/// Serves `router` on `listener` until `stop`. Then takes no more connections, lets requests under way end within the
/// grace, and returns.
///
/// # Errors
/// A rejection when TLS cannot be spoken with these certificates.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<Certificates>>,
    router: Router,
    site: Arc<Site>,
    manner: Manner,
    stop: CancellationToken,
) -> Result<(), Rejection> {
    let tls = tls.map(|certificates| certificates.config().map(TlsAcceptor::from)).transpose()?;
    let seats = Arc::new(Semaphore::new(manner.connections));
    let mut connections = JoinSet::new();
    loop {
        let accepted = async {
            // Whoever finds the house full waits before it, in the system's queue.
            let seat = seats.clone().acquire_owned().await.ok();
            (seat, listener.accept().await)
        };
        let (seat, accepted) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accepted => accepted,
        };
        match accepted {
            Ok((socket, peer)) => {
                site.metrics.connected();
                let attended = attend(socket, peer, tls.clone(), router.clone(), manner, stop.clone());
                connections.spawn(async move {
                    let _seat = seat;
                    attended.await;
                });
            }
            Err(cause) => {
                tracing::warn!(%cause, "no connection could be taken");
                tokio::time::sleep(RECOVERY).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    finish(connections, manner.grace).await;
    Ok(())
}

/// Lets connections end within the grace, then cuts off those that have not.
async fn finish(mut connections: JoinSet<()>, grace: Duration) {
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(grace, ended).await.is_err() {
        tracing::warn!(left = connections.len(), "requests did not end within the grace and are cut off");
    }
    connections.shutdown().await;
}
