//! One connection, from its first byte to its last.

use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::patient::Patient;
use super::serve::Manner;
use crate::door::PeerAddress;

/// Streams that one HTTP/2 connection may have open.
const STREAMS: u32 = 128;

/// How often the other end of a quiet HTTP/2 connection is asked whether it is still there.
const PING: Duration = Duration::from_secs(20);

/// Serves one connection until it ends, or until `closing` asks for its end and the request under way is answered.
/// What goes wrong on it is the client's affair, and told to nobody but the log.
pub(super) async fn attend(
    socket: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    manner: Manner,
    closing: CancellationToken,
) {
    let _ = socket.set_nodelay(true);
    let stream = Patient::new(socket, manner.write_timeout);
    let ended = match tls {
        None => speak_http1(stream, peer, router, manner, closing).await,
        Some(tls) => match timeout(manner.header_timeout, tls.accept(stream)).await {
            Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(b"h2") => {
                speak_http2(stream, peer, router, manner, closing).await
            }
            Ok(Ok(stream)) => speak_http1(stream, peer, router, manner, closing).await,
            Ok(Err(cause)) => return tracing::debug!(%peer, %cause, "no TLS came about"),
            Err(_) => return tracing::debug!(%peer, "the TLS handshake took too long"),
        },
    };
    if let Err(cause) = ended {
        tracing::debug!(%peer, %cause, "connection broken off");
    }
}

/// HTTP/1.1. The header timeout also ends a connection that is kept open and not used.
async fn speak_http1<S>(
    stream: S,
    peer: SocketAddr,
    router: Router,
    manner: Manner,
    closing: CancellationToken,
) -> hyper::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| answer(router.clone(), peer, request));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(manner.header_timeout);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service).with_upgrades());
    tokio::select! {
        ended = connection.as_mut() => return ended,
        () = closing.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    connection.await
}

async fn speak_http2<S>(
    stream: S,
    peer: SocketAddr,
    router: Router,
    manner: Manner,
    closing: CancellationToken,
) -> hyper::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| answer(router.clone(), peer, request));
    let mut http = http2::Builder::new(TokioExecutor::new());
    http.timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(manner.header_timeout)
        .max_concurrent_streams(STREAMS)
        // Wide enough for a layer to come in at full speed over a line with some delay.
        .initial_stream_window_size(1 << 20)
        .initial_connection_window_size(4 << 20);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        ended = connection.as_mut() => return ended,
        () = closing.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    connection.await
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<axum::response::Response, std::convert::Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(PeerAddress(peer.ip()));
    router.oneshot(request).await
}
