//! Units that share one commit. Here and not at the front door, because only here it can be seen who waits.

use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::thread;

use assay_core::work::NewWork;
use jiff::Timestamp;

use super::*;

const OTHERS: usize = 4;

struct Place {
    writer: Writer,
    commits: Arc<AtomicU64>,
    rung: Mutex<Vec<WorkKind>>,
}

impl Doorbell for Place {
    fn ring(&self, kinds: &[WorkKind]) {
        self.rung.lock().unwrap().extend(kinds);
    }
}

impl Place {
    fn new() -> Arc<Self> {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::migrate::migrate(&mut connection).unwrap();
        let commits = Arc::new(AtomicU64::new(0));
        let counted = commits.clone();
        connection
            .commit_hook(Some(move || {
                counted.fetch_add(1, Ordering::SeqCst);
                false
            }))
            .unwrap();
        let place = Arc::new(Self { writer: Writer::new(connection), commits, rung: Mutex::default() });
        place.writer.ring(place.clone());
        place
    }

    fn queue(&self, key: &str) -> Result<(), Refused> {
        self.writer.run(&mut |records| records.enqueue(&work(key), Timestamp::UNIX_EPOCH).map(drop))
    }

    /// Runs `first` while others wait behind it, so that all of them share a commit.
    fn together(
        &self,
        first: impl Fn() -> Result<(), Refused> + Sync,
    ) -> Vec<thread::Result<Result<(), Refused>>> {
        thread::scope(|scope| {
            let leader = scope.spawn(|| {
                self.writer.run(&mut |records| {
                    records.enqueue(&work("first"), Timestamp::UNIX_EPOCH)?;
                    while self.writer.waiting.load(Ordering::SeqCst) < OTHERS {
                        thread::yield_now();
                    }
                    first()
                })
            });
            while self.writer.desk.try_lock().is_ok() {
                thread::yield_now();
            }
            let others: Vec<_> =
                (0..OTHERS).map(|number| scope.spawn(move || self.queue(&number.to_string()))).collect();
            std::iter::once(leader).chain(others).map(thread::ScopedJoinHandle::join).collect()
        })
    }

    fn kept(&self) -> i64 {
        let desk = self.writer.desk.lock().unwrap();
        desk.connection.query_row("SELECT count(*) FROM work", [], |row| row.get(0)).unwrap()
    }

    fn commits(&self) -> u64 {
        self.commits.load(Ordering::SeqCst)
    }
}

fn work(key: &str) -> NewWork {
    NewWork {
        kind: WorkKind::Mail,
        key: key.into(),
        payload: serde_json::Value::Null,
        not_before: Timestamp::UNIX_EPOCH,
        max_attempts: 1,
    }
}

fn refusal() -> Refused {
    Fault::new("test", "trying", "no").into()
}

fn is_kept(result: &thread::Result<Result<(), Refused>>) -> bool {
    matches!(result, Ok(Ok(())))
}

#[test]
fn waiting_writers_share_one_commit() {
    let place = Place::new();
    let results = place.together(|| Ok(()));
    assert!(results.iter().all(is_kept));
    assert_eq!((place.kept(), place.commits()), (5, 1));
    assert_eq!(place.rung.lock().unwrap().len(), 5);
}

#[test]
fn a_refused_unit_is_undone_alone() {
    let place = Place::new();
    let results = place.together(|| Err(refusal()));
    assert!(matches!(&results[0], Ok(Err(refused)) if *refused == refusal()));
    assert!(results[1..].iter().all(is_kept));
    assert_eq!((place.kept(), place.commits()), (4, 1));
    assert_eq!(place.rung.lock().unwrap().len(), 4, "nothing rings for what is not kept");
}

#[test]
fn a_panicking_unit_is_undone_alone_and_its_panic_goes_on() {
    let place = Place::new();
    let results = place.together(|| panic!("broken on purpose"));
    assert_eq!(results[0].as_ref().unwrap_err().downcast_ref::<&str>(), Some(&"broken on purpose"));
    assert!(results[1..].iter().all(is_kept));
    assert_eq!((place.kept(), place.commits()), (4, 1));
}

/// As a full disk does: the transaction is gone in the middle of a unit. A trigger can be made to do the same.
#[test]
fn a_transaction_that_sqlite_undid_is_kept_for_nobody_and_the_next_one_is_well() {
    let place = Place::new();
    let undo = "CREATE TRIGGER full AFTER INSERT ON work WHEN new.key = 'full' BEGIN SELECT RAISE(ROLLBACK, 'full'); END";
    place.writer.desk.lock().unwrap().connection.execute_batch(undo).unwrap();
    let results = thread::scope(|scope| {
        let leader = scope.spawn(|| {
            place.writer.run(&mut |records| {
                records.enqueue(&work("first"), Timestamp::UNIX_EPOCH)?;
                while place.writer.waiting.load(Ordering::SeqCst) == 0 {
                    thread::yield_now();
                }
                Ok(())
            })
        });
        while place.writer.desk.try_lock().is_ok() {
            thread::yield_now();
        }
        let follower = scope.spawn(|| place.queue("full"));
        [leader.join().unwrap(), follower.join().unwrap()]
    });
    assert!(results.iter().all(Result::is_err), "{results:?}");
    assert_eq!((place.kept(), place.rung.lock().unwrap().len()), (0, 0));
    place.queue("after").unwrap();
    assert_eq!(place.kept(), 1);
}

/// A unit that cannot be undone alone takes its neighbours with it: better nothing than what was refused.
#[test]
fn what_was_refused_is_never_kept_even_when_it_cannot_be_undone_alone() {
    use rusqlite::hooks::{AuthAction, AuthContext, Authorization, TransactionOperation};
    let place = Place::new();
    let deny = |context: AuthContext<'_>| match context.action {
        AuthAction::Savepoint { operation: TransactionOperation::Rollback, .. } => Authorization::Deny,
        _ => Authorization::Allow,
    };
    place.writer.desk.lock().unwrap().connection.authorizer(Some(deny)).unwrap();
    let refused = place.writer.run(&mut |records| {
        records.enqueue(&work("refused"), Timestamp::UNIX_EPOCH)?;
        Err(refusal())
    });
    assert!(refused.is_err());
    assert_eq!(place.kept(), 0);
    place.queue("after").unwrap();
    assert_eq!((place.kept(), place.rung.lock().unwrap().len()), (1, 1));
}
