//! Threads that do the work.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use assay_core::work::{Lease, WorkKind};
use assay_core::{Fault, Refused};

use super::heart::Running;
use super::{Backoff, Bell, Hand, Handler, StopFlag, StopReason, TRACE};
use crate::Service;

/// How workers work.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// Pieces of each kind done at the same time; one of kinds that are not named.
    pub concurrency: BTreeMap<WorkKind, usize>,
    /// How long a lease lasts unless it is renewed. It is renewed four times in that span.
    pub lease: Duration,
    /// How often is looked for work that another process queued.
    pub poll: Duration,
    /// How long to wait before trying again.
    pub backoff: Backoff,
    /// Whether no other process works on the same records: what others had leased is then done again at once.
    pub alone: bool,
    /// How long work may take to end when the service stops, before it is handed back.
    pub grace: Duration,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        use WorkKind::{Certification, Intake, Mail, Webhook};
        Self {
            concurrency: [(Intake, 2), (Certification, 2), (Mail, 2), (Webhook, 4)].into(),
            lease: Duration::from_secs(60),
            poll: Duration::from_secs(2),
            backoff: Backoff::default(),
            alone: false,
            grace: Duration::from_secs(20),
        }
    }
}

/// Threads that do the work, from [`Workers::start`] until [`Workers::stop`].
pub struct Workers {
    shop: Arc<Shop>,
    threads: Arc<Mutex<Vec<JoinHandle<()>>>>,
    heart: Option<JoinHandle<()>>,
}

/// What all threads share.
struct Shop {
    hand: Hand,
    bell: Arc<Bell>,
    options: WorkerOptions,
    running: Running,
    /// Raised when no more work is to be taken.
    closing: StopFlag,
    /// Raised when the heart is to stop as well.
    closed: StopFlag,
}

impl std::fmt::Debug for Workers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workers").field("running", &self.running()).finish_non_exhaustive()
    }
}

impl Workers {
    /// Starts threads for every kind that has a handler. `bell` is the one that the store rings.
    ///
    /// # Errors
    /// A fault when a thread cannot be started, or the store fails.
    pub fn start(
        service: Service,
        handlers: Vec<Arc<dyn Handler>>,
        bell: Arc<Bell>,
        options: WorkerOptions,
    ) -> Result<Self, Refused> {
        let handlers: BTreeMap<_, _> =
            handlers.into_iter().map(|handler| (handler.kind(), handler)).collect();
        let worker = service.ids.next_id();
        let (lease, backoff) = (options.lease, options.backoff);
        let hand = Hand { service, handlers: Arc::new(handlers), lease, backoff, worker };
        if options.alone {
            hand.take_over()?;
        }
        let (running, closing, closed) = Default::default();
        let shop = Arc::new(Shop { hand, bell, options, running, closing, closed });
        let mut workers = Self { shop: shop.clone(), threads: Arc::default(), heart: None };
        let kinds: Vec<WorkKind> = shop.hand.handlers.keys().copied().collect();
        for kind in kinds {
            for _ in 0..shop.crew(kind) {
                hire(&shop, kind, &workers.threads)?;
            }
        }
        let threads = workers.threads.clone();
        workers.heart = Some(spawn("heart", move || shop.keep_beating(&threads))?);
        Ok(workers)
    }

    /// How much work is under way.
    pub fn running(&self) -> usize {
        self.shop.running.count()
    }

    /// Whether every worker is at its place: the heart beats and no thread has ended before its time.
    pub fn are_alive(&self) -> bool {
        let beats = self.heart.as_ref().is_some_and(|heart| !heart.is_finished());
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted: usize = self.shop.hand.handlers.keys().map(|kind| self.shop.crew(*kind)).sum();
        beats && threads.iter().filter(|thread| !thread.is_finished()).count() >= wanted
    }

    /// Takes no more work, lets what runs end within the grace period, and has the rest handed back. Handlers that do not
    /// heed even that are left to the end of the process; their leases run out.
    pub fn stop(mut self) {
        self.shop.close();
        self.wait(self.shop.options.grace / 2);
        self.shop.running.stop(StopReason::Shutdown);
        self.wait(self.shop.options.grace / 2);
        self.shop.closed.raise(StopReason::Shutdown);
        if let Some(heart) = self.heart.take() {
            let _ = heart.join();
        }
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        for thread in threads.drain(..).filter(JoinHandle::is_finished) {
            let _ = thread.join();
        }
    }

    /// Until nothing runs any more, at most for `at_most`.
    fn wait(&self, at_most: Duration) {
        let clock = &self.shop.hand.service.clock;
        let until = clock.elapsed().saturating_add(at_most);
        let idle = || self.threads.lock().is_ok_and(|threads| threads.iter().all(JoinHandle::is_finished));
        while !idle() && clock.elapsed() < until {
            thread::park_timeout(Duration::from_millis(5));
        }
    }
}

/// Starts one more worker of `kind`.
fn hire(shop: &Arc<Shop>, kind: WorkKind, threads: &Mutex<Vec<JoinHandle<()>>>) -> Result<(), Fault> {
    let its = shop.clone();
    let thread = spawn(kind.name(), move || its.serve(kind))?;
    threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
    Ok(())
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Fault> {
    thread::Builder::new()
        .name(format!("work-{name}"))
        .spawn(work)
        .map_err(|cause| Fault::io("starting a worker's thread", cause))
}

impl Shop {
    /// How many workers a kind has.
    fn crew(&self, kind: WorkKind) -> usize {
        self.options.concurrency.get(&kind).copied().unwrap_or(1)
    }

    /// A worker's day.
    fn serve(&self, kind: WorkKind) {
        while self.closing.raised().is_none() {
            let seen = self.bell.count(kind);
            match self.hand.claim(kind) {
                Ok(Some(lease)) => {
                    if !self.do_one(&lease) {
                        return;
                    }
                }
                Ok(None) => self.bell.wait(kind, seen, self.pause(kind)),
                Err(refused) => {
                    tracing::warn!(target: TRACE, kind = kind.name(), %refused, "work could not be claimed");
                    self.closing.wait(self.options.poll);
                }
            }
        }
    }

    /// Does one piece; `false` when this worker was given up while it did, and another has taken its place.
    fn do_one(&self, lease: &Lease) -> bool {
        let stop = StopFlag::default();
        let handler = self.hand.handlers.get(&lease.work.kind).map(|handler| &**handler);
        let number = self.running.begin(lease, &stop, handler, &*self.hand.service.clock);
        let outcome = self.hand.carry_out(lease, &stop);
        let settled = self.hand.settle(lease, outcome, &stop);
        if let Err(refused) = settled {
            tracing::warn!(target: TRACE, work = lease.work.id.0, %refused, "work could not be ended");
        }
        self.running.end(number)
    }

    /// How long to sleep unless the bell rings: until the next work is due, but no longer than other processes may take
    /// us by surprise.
    fn pause(&self, kind: WorkKind) -> Duration {
        let now = self.hand.service.now();
        let due = self.hand.next_due(kind).ok().flatten();
        let until = due
            .map_or(self.options.poll, |due| Duration::try_from(due.duration_since(now)).unwrap_or_default());
        until.min(self.options.poll).max(Duration::from_millis(1))
    }

    fn close(&self) {
        self.closing.raise(StopReason::Shutdown);
        let kinds: Vec<WorkKind> = self.hand.handlers.keys().copied().collect();
        assay_core::work::Doorbell::ring(&*self.bell, &kinds);
    }

    fn keep_beating(self: &Arc<Self>, threads: &Mutex<Vec<JoinHandle<()>>>) {
        while self.closed.wait(self.options.lease / 4).is_none() {
            for kind in self.running.beat(&self.hand) {
                if let Err(fault) = hire(self, kind, threads) {
                    tracing::error!(target: TRACE, kind = kind.name(), %fault, "a worker is missing");
                }
            }
            if let Err(refused) = self.hand.bury_lost() {
                tracing::warn!(target: TRACE, %refused, "lost work could not be given up");
            }
        }
    }
}
