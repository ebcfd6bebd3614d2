//! Backups taken while the service runs, and brought back.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::house::{ADMIN, House, Service};
use super::repository::{Repository, digest, manifest};

/// Pushes an image of one layer under a tag; the layer's digest.
fn push(repository: &mut Repository, tag: &str, layer: &[u8]) -> String {
    try_push(repository, tag, layer).unwrap();
    digest(layer)
}

/// The same, unless it fails; the manifest's digest.
fn try_push(repository: &mut Repository, tag: &str, layer: &[u8]) -> io::Result<String> {
    let (config, layer_digest) = (digest(b"{}"), digest(layer));
    repository.push(&config, b"{}")?;
    repository.push(&layer_digest, layer)?;
    let manifest = manifest((&config, 2), &[(layer_digest.clone(), layer.len())], tag);
    repository.push_manifest(tag, &manifest)?;
    Ok(digest(&manifest))
}

fn repository(service: &Service) -> Repository {
    Repository::at(service.address(), "1/kept", Some(ADMIN)).unwrap()
}

/// A service on what a backup holds.
fn restored(backup: &Path) -> Service {
    let house = House::new();
    house.assay(&["restore", &backup.display().to_string()]).assert().success();
    Service::start_in(house, &[])
}

#[test]
fn what_was_acknowledged_before_a_backup_is_there_after_it() {
    let service = Service::start();
    let mut client = repository(&service);
    let layers: Vec<String> =
        (0..5u8).map(|n| push(&mut client, &format!("v{n}"), &vec![n; 100_000])).collect();
    let address = service.address();
    let busy = std::thread::spawn(move || {
        let mut client = Repository::at(address, "1/busy", Some(ADMIN)).unwrap();
        (0..40u8).for_each(|n| drop(push(&mut client, "latest", &vec![n; 50_000])));
    });
    let backup = service.house.path().join("kept");
    let told = service.told(&["backup", &backup.display().to_string()]);
    assert!(told.starts_with("backed up records and "), "{told}");
    busy.join().unwrap();
    let again = restored(&backup);
    let mut client = repository(&again);
    for (n, layer) in layers.iter().enumerate() {
        assert_eq!(client.digest_of_blob(layer).unwrap().as_ref(), Some(layer));
        assert!(client.manifest(&format!("v{n}")).unwrap().is_some());
    }
    assert!(again.told(&["user", "list"]).contains(ADMIN.user));
}

#[test]
fn a_collection_meanwhile_takes_nothing_from_a_backup() {
    let settings = ["registry.unused_grace=100ms", "registry.sweep_every=1ms"];
    let service = Service::start_in(House::new(), &settings);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // Images come and go all the time, and their bytes with them.
        scope.spawn(|| {
            let mut client = repository(&service);
            for n in (0..u64::MAX).take_while(|_| !over.load(Ordering::Relaxed)) {
                // The grace is so short that a push may come too late for its own blobs; then it begins again.
                if let Ok(manifest) = try_push(&mut client, "come", &n.to_le_bytes()) {
                    let target = format!("/v2/1/kept/manifests/{manifest}");
                    let gone = client.connection.ask("DELETE", &target, &[], b"");
                    gone.unwrap().expect(202).unwrap();
                }
            }
        });
        for round in 0..8 {
            let backup = service.house.path().join(format!("round{round}"));
            service.told(&["backup", &backup.display().to_string()]);
            // Restoring fails when the records name a blob that is not there with the right bytes.
            House::new().assay(&["restore", &backup.display().to_string()]).assert().success();
        }
        over.store(true, Ordering::Relaxed);
    });
    let said = service.said();
    let collected = said.lines().any(|line| line.contains("removed: ") && !line.contains("removed: 0,"));
    assert!(collected, "there was a collection: {said}");
}

#[test]
fn damage_in_a_backup_is_found_when_it_is_brought_back() {
    let service = Service::start();
    let layer = push(&mut repository(&service), "v1", b"some bytes");
    let backup = service.house.path().join("kept");
    service.told(&["backup", "kept"]);
    let hex = layer.strip_prefix("sha256:").unwrap();
    let file = backup.join("blobs/sha256").join(&hex[..2]).join(hex);
    // A file of its own: the other name of this one is the service's.
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, b"same bytes").unwrap();
    let house = House::new();
    let output = house.assay(&["restore", &backup.display().to_string()]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains(&layer), "{output:?}");
    let mut client = repository(&service);
    assert_eq!(client.digest_of_blob(&layer).unwrap(), Some(layer), "the service is not touched");
}

#[test]
fn what_cannot_be_backed_up_or_restored_is_refused() {
    let service = Service::start();
    service.told(&["backup", "kept"]);
    let refused = |house: &House, arguments: &[&str], code: &str| {
        let output = house.assay(arguments).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && told.contains(&format!("error[{code}]")), "{told}");
    };
    let kept = service.house.path().join("kept").display().to_string();
    refused(&service.house, &["backup", "kept"], "target-exists");
    refused(&service.house, &["restore", "kept"], "data-not-empty");
    let house = House::new();
    refused(&house, &["backup", "new"], "no-installation");
    refused(&house, &["restore", "."], "no-backup");
    std::fs::write(Path::new(&kept).join("backup.json"), r#"{"format": 2, "unheard": "of"}"#).unwrap();
    refused(&house, &["restore", &kept], "backup-newer");
    house.file("data/restoring", "");
    refused(&house, &["serve", "--listen", "127.0.0.1:0"], "restore-unfinished");
    house.file("data/format", "7\n");
    std::fs::remove_file(house.path().join("data/restoring")).unwrap();
    refused(&house, &["serve", "--listen", "127.0.0.1:0"], "data-newer");
}
