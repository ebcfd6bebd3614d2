//! Bodies of requests: bounded in bytes, and given up when nothing comes for too long.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::mpsc;

use super::Ask;
use super::answer::Trouble;

/// Frames are handed on when they come to so many bytes together.
const BATCH: usize = 512 << 10;

/// Bytes of a body that are read for nothing, so that its sender sees the answer instead of a closed connection.
const DRAINED: usize = 16 << 20;

/// A part of a body on its way to the disk.
pub(super) enum Piece {
    /// Some bytes.
    Bytes(Vec<Bytes>),
    /// The body came to its end. When the pieces stop without it, the client is gone.
    End,
}

/// Why a body did not come to its end.
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

/// All of a body that must fit into memory.
pub(super) async fn gather(ask: &Ask, body: Body, most: usize) -> Result<Vec<u8>, Trouble> {
    let idle = ask.registry.options.body_idle;
    let mut frames = body.into_data_stream();
    let mut bytes = Vec::with_capacity(announced(ask).map_or(0, |length| (length as usize).min(most)));
    while let Some(frame) = next(&mut frames, idle).await.map_err(|broken| trouble(&broken))? {
        if bytes.len() + frame.len() > most {
            drain(frames, idle).await;
            let message = format!("a manifest may have {most} bytes at most");
            return Err(Trouble::new(StatusCode::PAYLOAD_TOO_LARGE, "SIZE_INVALID", message));
        }
        bytes.extend_from_slice(&frame);
    }
    Ok(bytes)
}

/// Hands a body on as it comes. When nobody wants it any more, a little is read for nothing.
pub(super) async fn pump(body: Body, idle: Duration, to: mpsc::Sender<Piece>) -> Result<(), Broken> {
    let mut frames = body.into_data_stream();
    loop {
        let (batch, end) = next_batch(&mut frames, idle).await;
        if !batch.is_empty() && to.send(Piece::Bytes(batch)).await.is_err() {
            drain(frames, idle).await;
            return Ok(());
        }
        match end {
            None => {}
            Some(Ok(())) => {
                let _ = to.send(Piece::End).await;
                return Ok(());
            }
            Some(Err(broken)) => return Err(broken),
        }
    }
}

/// The next frames, as many as make a batch, and how the body ended if it did.
async fn next_batch(frames: &mut BodyDataStream, idle: Duration) -> (Vec<Bytes>, Option<Result<(), Broken>>) {
    let (mut batch, mut size) = (Vec::new(), 0);
    while size < BATCH {
        match next(frames, idle).await {
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

async fn next(frames: &mut BodyDataStream, idle: Duration) -> Result<Option<Bytes>, Broken> {
    match tokio::time::timeout(idle, frames.next()).await {
        Ok(Some(Ok(frame))) => Ok(Some(frame)),
        Ok(None) => Ok(None),
        Ok(Some(Err(_))) => Err(Broken::Gone),
        Err(_) => Err(Broken::Idle),
    }
}

async fn drain(mut frames: BodyDataStream, idle: Duration) {
    let mut read = 0;
    while let (true, Ok(Some(frame))) = (read < DRAINED, next(&mut frames, idle).await) {
        read += frame.len();
    }
}

pub(super) fn trouble(broken: &Broken) -> Trouble {
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
