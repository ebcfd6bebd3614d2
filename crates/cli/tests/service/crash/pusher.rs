//! A client that pushes whatever comes to its mind until the service is gone.

use std::io;
use std::net::SocketAddr;
use std::sync::Barrier;

use super::promises::{Promises, Upload};
use crate::random::Random;
use crate::repository::{Repository, digest, manifest};

/// Most bytes of a small blob.
const SMALL: u64 = 4096;
/// Bytes of a piece of a large one.
const PIECE: usize = 200_000;
/// Pieces of a large one at most.
const PIECES: u64 = 8;
/// Tags that take turns.
const TAGS: u64 = 5;
/// Blobs that every client pushes, so that several push one at the same moment.
const SHARED: u64 = 4;

/// Logs in, waits until all have, pushes and keeps account. Returns when the service stops answering; anything it
/// answers must be as it should.
pub fn push_until_cut_off(
    address: SocketAddr,
    promises: &mut Promises,
    random: &mut Random,
    ready: &Barrier,
) {
    let mut repository = promises.open(address);
    ready.wait();
    let cut = push_on(&mut repository, promises, random).unwrap_err();
    assert_ne!(cut.kind(), io::ErrorKind::Other, "{cut}");
}

fn push_on(repository: &mut Repository, promises: &mut Promises, random: &mut Random) -> io::Result<()> {
    loop {
        match random.below(4) {
            0 => small(repository, promises, random)?,
            1 => large(repository, promises, random)?,
            _ => tagged(repository, promises, random)?,
        }
    }
}

fn small(repository: &mut Repository, promises: &mut Promises, random: &mut Random) -> io::Result<()> {
    let bytes = match random.below(4) {
        0 => Random(random.below(SHARED)).bytes(PIECE),
        _ => {
            let length = 2 + random.below(SMALL);
            random.bytes(usize::try_from(length).unwrap())
        }
    };
    pushed(repository, promises, &bytes)
}

fn pushed(repository: &mut Repository, promises: &mut Promises, bytes: &[u8]) -> io::Result<()> {
    let (location, name) = (repository.open_upload()?, digest(bytes));
    promises.upload = Some(Upload { location: location.clone(), bytes: bytes.to_vec(), acknowledged: 0 });
    repository.close_upload(&location, &name, bytes)?;
    promises.upload = None;
    promises.blobs.push(name);
    Ok(())
}

/// Pushes a blob in pieces and notes after each how far it is acknowledged.
fn large(repository: &mut Repository, promises: &mut Promises, random: &mut Random) -> io::Result<()> {
    let pieces = usize::try_from(1 + random.below(PIECES)).unwrap();
    let bytes = random.bytes(PIECE * pieces);
    let mut location = repository.open_upload()?;
    let name = digest(&bytes);
    for at in (0..bytes.len()).step_by(PIECE) {
        promises.upload = Some(Upload { location: location.clone(), bytes: bytes.clone(), acknowledged: at });
        let range = format!("{at}-{}", at + PIECE - 1);
        location = repository.append(&location, &[("Content-Range", &range)], &bytes[at..at + PIECE])?;
    }
    let acknowledged = bytes.len();
    promises.upload = Some(Upload { location: location.clone(), bytes, acknowledged });
    repository.close_upload(&location, &name, b"")?;
    promises.upload = None;
    promises.blobs.push(name);
    Ok(())
}

/// Pushes an image of two small blobs under one of a few tags.
fn tagged(repository: &mut Repository, promises: &mut Promises, random: &mut Random) -> io::Result<()> {
    let config = format!(r#"{{"architecture":"amd64","os":"linux","n":{}}}"#, random.next()).into_bytes();
    let layer = random.bytes(1000);
    pushed(repository, promises, &config)?;
    pushed(repository, promises, &layer)?;
    let layers = [(digest(&layer), layer.len())];
    let bytes = manifest((&digest(&config), config.len()), &layers, &random.next().to_string());
    let (tag, name) = (format!("t{}", random.below(TAGS)), digest(&bytes));
    promises.tried(&tag, &name);
    repository.push_manifest(&tag, &bytes)?;
    promises.accepted(&tag, &name, bytes);
    Ok(())
}
