//! Threads that do the work: woken when there is some, at most so many of a kind, tried again, given up, stopped.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use assay_app::Service;
use assay_app::work::{Bell, Handler, Setback, StopFlag, StopReason, WorkOutcome, WorkerOptions, Workers};
use assay_core::Fault;
use assay_core::ledger::{read, write};
use assay_core::notice::DeliveryFilter;
use assay_core::work::{Doorbell, Lease, NewWork, Work, WorkEnd, WorkKind, WorkState};
use assay_store::Database;

use crate::house::House;
use crate::workshop::ALL;

const KIND: WorkKind = WorkKind::Mail;
/// Nothing here waits that long; it is how long a test that hangs takes to say so.
const HANG: Duration = Duration::from_secs(60);

type Doing = Box<dyn Fn(&Lease, &StopFlag) -> WorkOutcome + Send + Sync>;

/// Does what a test wants, and tells of each attempt when it is over.
struct Acting {
    doing: Doing,
    limit: Duration,
}

impl Handler for Acting {
    fn kind(&self) -> WorkKind {
        KIND
    }

    fn limit(&self) -> Duration {
        self.limit
    }

    fn run(&self, lease: &Lease, stop: &StopFlag) -> WorkOutcome {
        (self.doing)(lease, stop)
    }
}

struct Shop {
    house: House,
    service: Service,
    bell: Arc<Bell>,
}

impl Shop {
    fn new() -> Self {
        let house = House::new();
        let (service, bell) = open(&house);
        Self { house, service, bell }
    }

    fn start(&self, options: WorkerOptions, doing: Doing) -> Workers {
        self.start_limited(options, HANG, doing)
    }

    fn start_limited(&self, options: WorkerOptions, limit: Duration, doing: Doing) -> Workers {
        let handlers: Vec<Arc<dyn Handler>> = vec![Arc::new(Acting { doing, limit })];
        Workers::start(self.service.clone(), handlers, self.bell.clone(), options).unwrap()
    }

    fn queue(&self, key: &str) {
        queue(&self.service, key);
    }

    fn work(&self, key: &str) -> Work {
        read(&*self.service.ledger, |records| records.work_on(KIND, key)).unwrap().unwrap()
    }
}

/// The records as a process of its own sees them, with a bell of its own.
fn open(house: &House) -> (Service, Arc<Bell>) {
    let database = Database::open(&house.records()).unwrap();
    let bell = Arc::new(Bell::default());
    database.ring(bell.clone());
    (Service { ledger: Arc::new(database), ..house.service.clone() }, bell)
}

fn queue(service: &Service, key: &str) {
    let now = service.now();
    let work = NewWork {
        kind: KIND,
        key: key.into(),
        payload: serde_json::Value::Null,
        not_before: now,
        max_attempts: 3,
    };
    write(&*service.ledger, |records| records.enqueue(&work, now)).unwrap();
}

fn options(workers: usize) -> WorkerOptions {
    WorkerOptions { concurrency: [(KIND, workers)].into(), poll: HANG, ..WorkerOptions::default() }
}

/// Ends the lease as handlers do.
fn done(service: &Service, lease: &Lease) -> WorkOutcome {
    let now = service.now();
    Ok(write(&*service.ledger, |records| records.end(lease, &WorkEnd::Done, now).map(drop))?)
}

fn heard<T>(from: &Receiver<T>) -> T {
    from.recv_timeout(HANG).expect("something should have happened by now")
}

/// A handler that is done at once and says with what.
fn telling(service: &Service, to: Sender<String>) -> Doing {
    let (service, to) = (service.clone(), Mutex::new(to));
    Box::new(move |lease, _| {
        done(&service, lease)?;
        to.lock().unwrap().send(lease.work.key.clone()).unwrap();
        Ok(())
    })
}

#[test]
fn workers_wake_when_work_is_queued() {
    let shop = Shop::new();
    let (to, from) = channel();
    shop.queue("before");
    let workers = shop.start(options(1), telling(&shop.service, to));
    assert_eq!(heard(&from), "before");
    shop.queue("after");
    assert_eq!(heard(&from), "after", "the bell wakes, long before the next look");
    assert!(workers.are_alive());
    workers.stop();
    shop.queue("late");
    assert_eq!(shop.work("late").state, WorkState::Queued);
}

#[test]
fn work_of_another_process_is_found_by_looking() {
    let shop = Shop::new();
    let (to, from) = channel();
    let brief = WorkerOptions { poll: Duration::from_millis(10), ..options(1) };
    let workers = shop.start(brief, telling(&shop.service, to));
    queue(&open(&shop.house).0, "theirs");
    assert_eq!(heard(&from), "theirs");
    workers.stop();
}

#[test]
fn so_many_are_done_at_once_and_no_more() {
    let shop = Shop::new();
    let (together, most, now) = (Barrier::new(2), AtomicUsize::new(0), AtomicUsize::new(0));
    let shared = Arc::new((together, most, now));
    let (to, from) = channel();
    let (service, its, to) = (shop.service.clone(), shared.clone(), Mutex::new(to));
    let doing: Doing = Box::new(move |lease, _| {
        let (together, most, now) = &*its;
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        together.wait();
        now.fetch_sub(1, Ordering::SeqCst);
        done(&service, lease)?;
        to.lock().unwrap().send(()).unwrap();
        Ok(())
    });
    let workers = shop.start(options(2), doing);
    (0..6).for_each(|number| shop.queue(&number.to_string()));
    (0..6).for_each(|_| heard(&from));
    assert_eq!(shared.1.load(Ordering::SeqCst), 2);
    workers.stop();
}

#[test]
fn what_breaks_or_panics_is_tried_again_and_given_up_in_the_end() {
    let shop = Shop::new();
    let (to, from) = channel();
    let to = Mutex::new(to);
    let doing: Doing = Box::new(move |lease, _| {
        to.lock().unwrap().send(lease.work.attempts).unwrap();
        if lease.work.attempts == 2 {
            panic!("broken on purpose");
        }
        Err(Setback::Broke(Fault::new("disk", "writing", "full")))
    });
    let workers = shop.start(options(1), doing);
    shop.queue("a");
    for attempt in 1..=3 {
        assert_eq!(heard(&from), attempt);
        shop.until("a", |work| work.state != WorkState::Leased);
        shop.pass(Duration::from_secs(3600));
    }
    let dead = shop.work("a");
    assert_eq!((dead.state, dead.last_fault.unwrap().kind.as_str()), (WorkState::Dead, "disk"));
    let told = read(&*shop.service.ledger, |records| records.deliveries(&DeliveryFilter::default(), ALL));
    assert!(told.unwrap().iter().any(|delivery| delivery.name == "OperatorAlert"));
    workers.stop();
}

impl Shop {
    /// Time passes, and those who sleep until then are woken: they cannot see a clock that is moved by hand.
    fn pass(&self, time: Duration) {
        self.house.clock.advance(time);
        self.bell.ring(&[KIND]);
    }

    /// Looks until the work stands as wanted.
    fn until(&self, key: &str, wanted: impl Fn(&Work) -> bool) {
        let mut looks = 0;
        while !wanted(&self.work(key)) {
            looks += 1;
            assert!(looks < 1_000_000, "{:?}", self.work(key));
            std::thread::yield_now();
        }
    }
}

#[test]
fn what_is_hopeless_is_not_tried_again() {
    let shop = Shop::new();
    let doing: Doing = Box::new(|_, _| Err(Setback::Hopeless(Fault::new("bug", "reading", "nonsense"))));
    let workers = shop.start(options(1), doing);
    shop.queue("a");
    shop.until("a", |work| work.state == WorkState::Dead);
    assert_eq!(shop.work("a").attempts, 1);
    workers.stop();
}

#[test]
fn a_stop_lets_work_end_or_has_it_handed_back() {
    let shop = Shop::new();
    let (began, has_begun) = channel();
    let began = Mutex::new(began);
    let doing: Doing = Box::new(move |_, stop| {
        began.lock().unwrap().send(()).unwrap();
        match stop.wait(HANG) {
            Some(StopReason::Shutdown) => Err(Setback::Stopped),
            other => panic!("{other:?}"),
        }
    });
    let brief = WorkerOptions { grace: Duration::ZERO, ..options(1) };
    let workers = shop.start(brief, doing);
    shop.queue("a");
    heard(&has_begun);
    workers.stop();
    shop.until("a", |work| work.state == WorkState::Queued);
    assert_eq!(shop.work("a").attempts, 0, "an attempt that was cut short does not count");
}

#[test]
fn work_that_is_called_off_is_told_to_stop() {
    let shop = Shop::new();
    let (told, is_told) = channel();
    let told = Mutex::new(told);
    let doing: Doing = Box::new(move |_, stop| {
        told.lock().unwrap().send(stop.raised()).unwrap();
        let reason = stop.wait(HANG);
        told.lock().unwrap().send(reason).unwrap();
        Err(Setback::Stopped)
    });
    let brief = WorkerOptions { lease: Duration::from_millis(40), ..options(1) };
    let workers = shop.start(brief, doing);
    shop.queue("a");
    assert_eq!(heard(&is_told), None);
    let now = shop.service.now();
    assert!(write(&*shop.service.ledger, |records| records.cancel(KIND, "a", now)).unwrap());
    assert_eq!(heard(&is_told), Some(StopReason::Lost));
    workers.stop();
    assert_eq!(shop.work("a").state, WorkState::Cancelled);
}

#[test]
fn work_over_its_limit_is_stopped_and_a_deaf_worker_is_replaced() {
    let shop = Shop::new();
    let (told, is_told) = channel();
    let told = Mutex::new(told);
    let (release, released) = channel::<()>();
    let released = Mutex::new(released);
    let service = shop.service.clone();
    let doing: Doing = Box::new(move |lease, stop| {
        if lease.work.attempts > 1 {
            done(&service, lease)?;
            told.lock().unwrap().send("done".to_owned()).unwrap();
            return Ok(());
        }
        told.lock().unwrap().send("begun".to_owned()).unwrap();
        let reason = stop.wait(HANG);
        told.lock().unwrap().send(format!("{reason:?}")).unwrap();
        // Deaf: it goes on until the test lets it.
        let _ = released.lock().unwrap().recv_timeout(HANG);
        done(&service, lease)
    });
    let brief = WorkerOptions { lease: Duration::from_millis(40), ..options(1) };
    let workers = shop.start_limited(brief, Duration::from_secs(10), doing);
    shop.queue("a");
    assert_eq!(heard(&is_told), "begun");
    shop.house.clock.advance(Duration::from_secs(11));
    assert_eq!(heard(&is_told), "Some(Overdue)");
    shop.house.clock.advance(Duration::from_secs(61));
    shop.until("a", |work| work.state == WorkState::Queued);
    shop.pass(Duration::from_secs(3600));
    assert_eq!(heard(&is_told), "done", "another worker has taken its place");
    assert_eq!(shop.work("a").state, WorkState::Done);
    release.send(()).unwrap();
    workers.stop();
}

#[test]
fn whoever_is_alone_takes_over_what_the_dead_had_in_hand() {
    let shop = Shop::new();
    shop.queue("a");
    let now = shop.service.now();
    let dead = uuid::Uuid::from_u128(7);
    let lease = |records: &dyn assay_core::ledger::Transaction| {
        records.claim(KIND, dead, now, Duration::from_secs(3600))
    };
    assert!(write(&*shop.service.ledger, lease).unwrap().is_some());
    let (to, from) = channel();
    let workers = shop.start(WorkerOptions { alone: true, ..options(1) }, telling(&shop.service, to));
    assert_eq!(heard(&from), "a");
    assert_eq!(shop.work("a").attempts, 2);
    workers.stop();
}
