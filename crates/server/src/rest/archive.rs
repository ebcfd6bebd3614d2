//! `POST /v3/engines/{engine}/builds`: an image as an archive, for whoever has no client to push with.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use assay_app::{Refused, build};
use assay_core::{Actor, Fault, Rejection};
use axum::body::{Body, Bytes};
use axum::extract::{Path as InPath, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc;

use super::{Desk, Shelves, answer};
use crate::caller::Caller;
use crate::door::RequestId;
use crate::trouble::Trouble;

/// Pieces of a body on their way to the disk at most.
const UNDER_WAY: usize = 8;

#[derive(Deserialize)]
pub(super) struct Wanted {
    /// What the user calls it.
    #[serde(default)]
    name: String,
}

/// Takes the archive in and makes a build of it, which is read by a worker.
pub(super) async fn upload(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    id: RequestId,
    InPath(engine): InPath<String>,
    Query(wanted): Query<Wanted>,
    body: Body,
) -> Result<Response, Trouble> {
    let engine = answer::engine(&engine)?;
    let asker = actor.clone();
    answer::ask(&desk.site, &id, move |service| build::may_upload(service, &asker, engine)).await?;
    let file = receive(&desk, &id, body).await?;
    let made = make(&desk, &id, actor, engine, &file, wanted.name).await;
    if made.is_err() {
        let path = desk.shelves.archives.join(&file);
        let _ = tokio::task::spawn_blocking(move || fs::remove_file(path)).await;
    }
    made
}

async fn make(
    desk: &Desk,
    id: &RequestId,
    actor: Actor,
    engine: assay_core::EngineId,
    file: &str,
    name: String,
) -> Result<Response, Trouble> {
    let file = file.to_owned();
    let name = if name.is_empty() { "archive".to_owned() } else { name };
    let made =
        answer::ask(&desk.site, id, move |service| build::upload(service, &actor, engine, &file, &name));
    let build = made.await?;
    let told = json!({
        "id": build.id, "engineId": build.engine, "number": build.number, "status": build.status.name(),
    });
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::LOCATION, format!("/v3/builds/{}/report.json", build.id)),
    ];
    Ok((StatusCode::CREATED, headers, answer::text(&told)).into_response())
}

/// Writes the body to a file among the archives and returns its name there. It is whole and on the disk by then.
async fn receive(desk: &Desk, id: &RequestId, body: Body) -> Result<String, Trouble> {
    let name = format!("{}.tar", desk.site.ids.next_id().simple());
    let (to_disk, pieces) = mpsc::channel(UNDER_WAY);
    let shelves = desk.shelves.clone();
    let (aside, target) = (shelves.archives.join(format!("{name}.part")), shelves.archives.join(&name));
    let writing = answer::ask(&desk.site, id, move |_| write(&shelves, &aside, &target, pieces));
    let reading = async move {
        let mut frames = body.into_data_stream();
        while let Some(frame) = frames.next().await {
            // An empty piece is the end, and nobody but us may say so.
            if frame.as_ref().is_ok_and(Bytes::is_empty) {
                continue;
            }
            let broken = frame.is_err();
            if to_disk.send(frame.ok()).await.is_err() || broken {
                return;
            }
        }
        let _ = to_disk.send(Some(Bytes::new())).await;
    };
    let (written, ()) = tokio::join!(writing, reading);
    written.map(|()| name)
}

/// Writes the pieces until an empty one says that all have come. Without it the client is gone.
fn write(
    shelves: &Shelves,
    aside: &Path,
    target: &Path,
    pieces: mpsc::Receiver<Option<Bytes>>,
) -> Result<(), Refused> {
    let result = write_aside(shelves, aside, pieces).and_then(|()| {
        fs::rename(aside, target)
            .and_then(|()| File::open(&shelves.archives)?.sync_all())
            .map_err(|cause| failed(cause).into())
    });
    if result.is_err() {
        let _ = fs::remove_file(aside);
    }
    result
}

fn write_aside(
    shelves: &Shelves,
    aside: &Path,
    mut pieces: mpsc::Receiver<Option<Bytes>>,
) -> Result<(), Refused> {
    fs::create_dir_all(&shelves.archives).map_err(failed)?;
    let mut file = File::create_new(aside).map_err(failed)?;
    let mut written = 0u64;
    loop {
        match pieces.blocking_recv().flatten() {
            None => return Err(Rejection::new("upload-broken", "the upload broke off").into()),
            Some(piece) if piece.is_empty() => break,
            Some(piece) => {
                written += piece.len() as u64;
                shelves.has_room(written)?;
                file.write_all(&piece).map_err(failed)?;
            }
        }
    }
    file.sync_all().map_err(|cause| failed(cause).into())
}

fn failed(cause: io::Error) -> Fault {
    Fault::io("taking an archive in", cause)
}

impl Shelves {
    /// Refuses an archive that has grown too large for us or for the disk.
    fn has_room(&self, written: u64) -> Result<(), Refused> {
        if written > self.archive_bytes {
            let message = format!("the archive is larger than {} bytes", self.archive_bytes);
            return Err(Rejection::new("too-large", message).into());
        }
        let room = rustix::fs::statvfs(&self.archives).map_err(|cause| failed(cause.into()))?;
        if room.f_bavail.saturating_mul(room.f_frsize) < self.keep_free {
            return Err(Fault::new("disk-full", "taking an archive in", "the disk is nearly full")
                .retryable()
                .into());
        }
        Ok(())
    }
}
