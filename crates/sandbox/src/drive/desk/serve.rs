//! The server behind the endpoint: HTTP/1 on a thread of its own. The one place where the sandbox needs a runtime, as
//! `hyper` and `multer` are the parsers with years of hostile input behind them.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};

use super::Shared;
use super::answer::answer;

/// Connections served at a time; more wait in the kernel's queue.
const CONNECTIONS: usize = 32;
/// Patience for the head of a request.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// Patience for a whole connection: an upload of 100 MB and its answer.
const PATIENCE: Duration = Duration::from_secs(300);

/// Serves `listener` until `stopped` resolves.
pub(super) fn spawn(
    listener: TcpListener,
    shared: Arc<Shared>,
    stopped: oneshot::Receiver<()>,
) -> io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    Builder::new().name("api-endpoint".into()).spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                () = accept(listener, shared) => {}
                // The sender's end of life is the signal; it never sends.
                _ = stopped => {}
            }
        });
    })
}

async fn accept(listener: tokio::net::TcpListener, shared: Arc<Shared>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    converse(stream, shared).await;
                    drop(place);
                });
            }
            // Out of descriptors, most likely: give connections time to end.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn converse(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, std::convert::Infallible>(answer(&shared, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .max_headers(100)
        .max_buf_size(64 << 10)
        .serve_connection(TokioIo::new(stream), service);
    // What an engine does to its connection is its own business; what it said has been written down.
    let _ = tokio::time::timeout(PATIENCE, connection).await;
}
