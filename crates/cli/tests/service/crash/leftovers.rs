//! What may be left when all is done: nothing but what the records know.

use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};

use crate::house::Service;
use crate::repository::digest;

/// Fails when a blob's file is not what its name says, when a half-made file lies about, or when the sandbox left
/// anything. An upload may be left for each of the `cut` openings of which the client never heard.
pub fn assert_none(mut service: Service, cut: usize) {
    service.kill();
    service.start_again();
    for file in files(&service.data().join("blobs")) {
        let name = file.file_name().unwrap().to_str().unwrap();
        let bytes = std::fs::read(&file).unwrap();
        assert_eq!(digest(&bytes), format!("sha256:{name}"), "{}", file.display());
    }
    let uploads = files(&service.data().join("uploads"));
    let (told, bytes): (Vec<_>, Vec<_>) = uploads.iter().partition(|file| file.extension().is_some());
    assert!(told.len() <= cut && bytes.len() <= told.len(), "uploads nobody waits for: {uploads:?}");
    // What a kill leaves is cleared away at the next start; that start ends in good order.
    let pid = Pid::from_raw(service.pid().try_into().unwrap()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    assert!(service.wait().success(), "{}", service.said());
    service.house.assert_nothing_left();
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
