//! Transactions: shared commits, refusals, panics, and what readers see.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use assay_core::ledger::{read, write};
use assay_core::work::{Doorbell, NewWork, WorkKind, WorkState};
use assay_core::{Fault, Ledger, Refused};
use assay_store::Database;

use super::place::{Place, at};

fn work(key: impl ToString) -> NewWork {
    let (kind, payload) = (WorkKind::Mail, serde_json::Value::Null);
    NewWork { kind, key: key.to_string(), payload, not_before: at(0), max_attempts: 3 }
}

fn queue(database: &Database, key: impl ToString) -> Result<(), Refused> {
    write(database, |records| records.enqueue(&work(key), at(0)).map(drop))
}

fn count(database: &Database) -> u64 {
    let counts = read(database, |records| records.work_counts()).unwrap();
    counts.iter().filter(|(_, state, _)| *state == WorkState::Queued).map(|(_, _, rows)| rows).sum()
}

/// Rings once for each commit.
#[derive(Default)]
struct Commits(Mutex<u64>);

impl Doorbell for Commits {
    fn ring(&self, _: &[WorkKind]) {
        *self.0.lock().unwrap() += 1;
    }
}

#[test]
fn many_threads_share_commits_and_each_finds_its_own_kept() {
    let place = Place::new();
    let commits = Arc::new(Commits::default());
    place.open.ring(commits.clone());
    let threads = 16;
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let open = &place.open;
            scope.spawn(move || {
                for number in 0..50 {
                    let key = format!("{thread}/{number}");
                    queue(open, &key).unwrap();
                    let mine = read(open, |records| records.work_on(WorkKind::Mail, &key)).unwrap();
                    assert!(mine.is_some(), "kept means visible");
                }
            });
        }
    });
    assert_eq!(count(&place.open), threads * 50);
    assert_eq!(count(&place.another()), threads * 50);
    let commits = *commits.0.lock().unwrap();
    assert!(commits < threads * 50, "{commits} commits for {} units", threads * 50);
}

#[test]
fn a_refused_unit_leaves_nothing() {
    let place = Place::new();
    let refused = Refused::from(Fault::new("test", "trying", "no"));
    let result: Result<(), _> = write(&place.open, |records| {
        records.enqueue(&work("a"), at(0))?;
        Err(refused.clone())
    });
    assert_eq!(result, Err(refused));
    assert_eq!(count(&place.open), 0);
}

#[test]
fn a_panicking_unit_leaves_nothing_and_the_next_is_well() {
    let place = Place::new();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let _: Result<(), Refused> = write(&place.open, |records| {
            records.enqueue(&work("a"), at(0))?;
            panic!("broken on purpose")
        });
    }));
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"broken on purpose"));
    assert_eq!(count(&place.open), 0);
    queue(&place.open, "after").unwrap();
    assert_eq!(count(&place.open), 1);
}

#[test]
fn readers_see_one_unchanging_view() {
    let place = Place::new();
    queue(&place.open, "before").unwrap();
    read(&place.open, |records| {
        let seen = || records.work_on(WorkKind::Mail, "during").map(|work| work.is_some());
        assert!(!seen()?);
        queue(&place.open, "during")?;
        assert!(!seen()?, "still the view it began with");
        Ok(())
    })
    .unwrap();
    assert_eq!(count(&place.open), 2, "the next one sees it");
}

#[test]
fn readers_see_nothing_of_what_is_being_written() {
    let place = Place::new();
    write(&place.open, |records| {
        records.enqueue(&work("a"), at(0))?;
        assert_eq!(count(&place.open), 0);
        Ok(())
    })
    .unwrap();
    assert_eq!(count(&place.open), 1);
}

#[test]
fn a_reader_that_writes_is_a_fault_and_changes_nothing() {
    let place = Place::new();
    let result = place.open.reading(&mut |records| records.enqueue(&work("a"), at(0)).map(drop));
    assert!(matches!(result, Err(Refused::Fault(_))), "{result:?}");
    assert_eq!(count(&place.open), 0);
}

#[test]
fn a_reader_that_panics_leaves_the_others_well() {
    let place = Place::new();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let _: Result<(), Refused> = read(&place.open, |_| panic!("broken on purpose"));
    }));
    assert!(caught.is_err());
    assert_eq!(count(&place.open), 0);
}

#[test]
fn another_process_that_writes_is_waited_for() {
    let place = Place::new();
    let other = place.another();
    std::thread::scope(|scope| {
        for (database, name) in [(&place.open, "one"), (&other, "two")] {
            scope.spawn(move || {
                (0..100).for_each(|number| queue(database, format!("{name}{number}")).unwrap())
            });
        }
    });
    assert_eq!((count(&place.open), count(&other)), (200, 200));
}

#[test]
fn a_write_within_a_write_is_a_fault_and_no_end_of_everything() {
    let (place, other) = (Place::new(), Place::new());
    let nested = write(&place.open, |records| {
        records.enqueue(&work("outer"), at(0))?;
        queue(&other.open, "elsewhere")?;
        queue(&place.open, "inner")
    });
    assert!(matches!(nested, Err(Refused::Fault(fault)) if fault.kind == "bug"));
    assert_eq!((count(&place.open), count(&other.open)), (0, 1));
    queue(&place.open, "after").unwrap();
    assert_eq!(count(&place.open), 1);
}
