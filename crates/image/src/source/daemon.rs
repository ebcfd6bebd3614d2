//! Images of a Docker daemon or Podman service of this machine, exported through its socket
//! (Docker Engine API, `GET /images/{name}/get`, which Podman serves too).

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use assay_core::{Fault, Rejection};

use super::archive::Archive;
use super::http::socket_agent;
use super::{Located, saved};
use crate::options::{OpenError, OpenOptions};
use crate::reference::ArchiveKind;
use crate::store::Store;

/// Exports `name` from the first of the sockets that has it.
///
/// # Errors
/// A rejection that names what was tried, when no socket is there or none has the image.
pub(super) fn locate(
    name: &str,
    sockets: &[PathBuf],
    options: &OpenOptions,
    store: &Store,
) -> Result<Located, OpenError> {
    if name.is_empty()
        || name.contains("..")
        || name.contains(|character: char| character.is_control() || character.is_whitespace())
    {
        return Err(Rejection::new(
            "image-reference",
            format!("`{}` is not the name of an image", name.escape_default()),
        )
        .into());
    }
    let mut tried = Vec::new();
    for socket in sockets {
        match export(name, socket, options, store)? {
            Export::Archive(file) => {
                let what = format!("the image `{name}` of {}", socket.display());
                let archive = Archive::open(file, &what, &options.limits, store)?;
                return saved::locate(archive, ArchiveKind::Any, None, &what, &options.limits);
            }
            Export::Not(why) => tried.push(format!("{}: {why}", socket.display())),
        }
    }
    let tried = if tried.is_empty() { "no socket was named".to_owned() } else { tried.join("; ") };
    let message = format!("no local daemon has an image `{name}` (tried {tried})");
    let hint = "give the path of an archive or layout folder, `docker://HOST/REPOSITORY:TAG` for a registry, or start \
                the daemon that has the image";
    Err(Rejection::new("image-not-found", message).hint(hint).into())
}

enum Export {
    Archive(std::fs::File),
    Not(String),
}

fn export(name: &str, socket: &Path, options: &OpenOptions, store: &Store) -> Result<Export, OpenError> {
    if !socket.exists() {
        return Ok(Export::Not("there is none".into()));
    }
    let url = format!("http://localhost/images/{}/get", encoded(name));
    let answer = match socket_agent(socket.to_owned()).get(&url).call() {
        Ok(answer) => answer,
        Err(problem) => return Ok(Export::Not(format!("it does not answer: {problem}"))),
    };
    match answer.status().as_u16() {
        200 => {}
        status @ (404 | 500) => {
            return Ok(Export::Not(format!("it does not have the image (status {status})")));
        }
        status => return Ok(Export::Not(format!("it answered with status {status}"))),
    }
    let most = options.limits.unpacked_bytes;
    let doing = || format!("exporting `{name}` through `{}`", socket.display());
    let mut file = store.scratch()?;
    let body = answer.into_body().into_with_config().limit(u64::MAX).reader();
    let copied =
        copy(body.take(most + 1), &mut file).map_err(|cause| Fault::io(doing(), cause).retryable())?;
    if copied > most {
        return Err(Rejection::new(
            "image-unreadable",
            format!("the image `{name}` has more than {most} bytes"),
        )
        .into());
    }
    file.seek(SeekFrom::Start(0)).map_err(|cause| Fault::io(doing(), cause))?;
    Ok(Export::Archive(file))
}

fn copy(mut from: impl Read, to: &mut impl Write) -> io::Result<u64> {
    let mut buffer = vec![0; 256 << 10];
    let mut total = 0;
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok(total);
        }
        to.write_all(buffer.get(..read).unwrap_or_default())?;
        total += read as u64;
    }
}

/// Percent-encoded, except for what names of images are made of.
fn encoded(name: &str) -> String {
    let mut encoded = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/' | b':' | b'@' => {
                encoded.push(char::from(byte));
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}
