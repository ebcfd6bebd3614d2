//! Bodies of requests: bounded in bytes, and given up when nothing comes for too long.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use bytes::Bytes;
use futures_util::StreamExt;

use super::Ask;
use super::answer::Trouble;

/// Frames are handed on when they come to so many bytes together.
const BATCH: usize = 512 << 10;

/// Bytes of a body that are read for nothing, so that its sender sees the answer instead of a closed connection.
const DRAINED: usize = 16 << 20;

/// How long at most.
const DRAINING: Duration = Duration::from_secs(5);

/// Why a body did not come to its end.
#[derive(Clone, Copy)]
pub(super) enum Broken {
    /// The client is gone.
    Gone,
    /// It brought nothing for too long.
    Idle,
}

/// The length that the client announced.
pub(super) fn announced(ask: &Ask) -> Option<u64> {
    ask.header(&CONTENT_LENGTH)?.parse().ok()
}

/// A body as it comes.
pub(super) struct Batches {
    frames: BodyDataStream,
    idle: Duration,
}

impl Batches {
    pub(super) fn of(body: Body, idle: Duration) -> Self {
        Self { frames: body.into_data_stream(), idle }
    }

    /// The next frames, as many as make a batch, and how the body ended if it did.
    pub(super) async fn next(&mut self) -> (Vec<Bytes>, Option<Result<(), Broken>>) {
        let (mut batch, mut size) = (Vec::new(), 0);
        while size < BATCH {
            match self.frame().await {
                Ok(Some(frame)) => {
                    size += frame.len();
                    batch.push(frame);
                }
                Ok(None) => return (batch, Some(Ok(()))),
                Err(broken) => return (batch, Some(Err(broken))),
            }
        }
        (batch, None)
    }

    /// Reads a little more for nothing, and not for long.
    pub(super) async fn drain(&mut self) {
        let draining = async {
            let mut read = 0;
            while let (true, Ok(Some(frame))) = (read < DRAINED, self.frame().await) {
                read += frame.len();
            }
        };
        // Whoever is slower than that may find the connection closed.
        let _ = tokio::time::timeout(DRAINING, draining).await;
    }

    async fn frame(&mut self) -> Result<Option<Bytes>, Broken> {
        match tokio::time::timeout(self.idle, self.frames.next()).await {
            Ok(Some(Ok(frame))) => Ok(Some(frame)),
            Ok(None) => Ok(None),
            Ok(Some(Err(_))) => Err(Broken::Gone),
            Err(_) => Err(Broken::Idle),
        }
    }
}

/// All of a body that must fit into memory.
pub(super) async fn gather(ask: &Ask, body: Body, most: usize) -> Result<Vec<u8>, Trouble> {
    let mut body = Batches::of(body, ask.registry.options.body_idle);
    let mut bytes = Vec::with_capacity(announced(ask).map_or(0, |length| (length as usize).min(most)));
    while let Some(frame) = body.frame().await.map_err(trouble)? {
        if bytes.len() + frame.len() > most {
            body.drain().await;
            let message = format!("a manifest may have {most} bytes at most");
            return Err(Trouble::new(StatusCode::PAYLOAD_TOO_LARGE, "SIZE_INVALID", message));
        }
        bytes.extend_from_slice(&frame);
    }
    Ok(bytes)
}

pub(super) fn trouble(broken: Broken) -> Trouble {
    match broken {
        Broken::Gone => {
            Trouble::new(StatusCode::BAD_REQUEST, "BLOB_UPLOAD_INVALID", "the body broke off before its end")
        }
        Broken::Idle => Trouble::new(
            StatusCode::REQUEST_TIMEOUT,
            "BLOB_UPLOAD_INVALID",
            "the body brought nothing for too long",
        ),
    }
}
