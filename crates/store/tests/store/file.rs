//! The file: opened again, opened by two, written by a newer release.

use assay_core::ledger::{read, write};
use assay_core::{Digest, Refused};
use assay_store::Database;

use super::place::{Place, at};

fn digest(digit: char) -> Digest {
    format!("sha256:{}", digit.to_string().repeat(64)).parse().unwrap()
}

fn keep(database: &Database, digit: char) {
    write(database, |records| records.keep_document(&digest(digit), "text/plain", b"kept", at(0))).unwrap();
}

fn has(database: &Database, digit: char) -> bool {
    read(database, |records| records.document(&digest(digit))).unwrap().is_some()
}

#[test]
fn what_was_kept_is_there_when_the_file_is_opened_again() {
    let place = Place::new();
    keep(&place.open, 'a');
    let again = place.another();
    assert!(has(&again, 'a') && !has(&again, 'b'));
}

#[test]
fn two_that_open_the_same_file_see_each_other() {
    let place = Place::new();
    let other = place.another();
    for (one, two, digit) in [(&place.open, &other, 'a'), (&other, &place.open, 'b')] {
        keep(one, digit);
        assert!(has(two, digit));
    }
}

#[test]
fn many_that_open_a_new_file_at_once_all_get_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records.db");
    std::thread::scope(|scope| {
        let openers: Vec<_> = (0..8).map(|_| scope.spawn(|| Database::open(&file).map(drop))).collect();
        for opener in openers {
            opener.join().unwrap().unwrap();
        }
    });
    keep(&Database::open(&file).unwrap(), 'a');
}

#[test]
fn a_file_of_a_newer_release_is_refused_and_left_as_it_is() {
    let place = Place::new();
    keep(&place.open, 'a');
    let version = |number: u32| {
        let raw = rusqlite::Connection::open(place.file()).unwrap();
        raw.pragma_update(None, "user_version", number).unwrap();
    };
    version(999);
    match Database::open(&place.file()) {
        Err(Refused::Rejection(rejection)) => assert_eq!(rejection.code, "database-newer"),
        other => panic!("{other:?}"),
    }
    version(1);
    assert!(has(&place.another(), 'a'));
}

#[test]
fn what_is_no_database_is_a_fault_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records.db");
    let text = "something else entirely, and more than a header's worth of it. ".repeat(64);
    std::fs::write(&file, &text).unwrap();
    assert!(matches!(Database::open(&file), Err(Refused::Fault(_))));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn the_file_and_its_copies_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    keep(&place.open, 'a');
    let copy = place.file().with_extension("copy");
    place.open.copy_to(&copy).unwrap();
    let log = place.file().with_extension("db-wal");
    for file in [place.file(), log, copy] {
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
}
