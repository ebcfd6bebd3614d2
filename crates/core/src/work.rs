//! The queue of work: rows that workers lease, so that what was promised is done although processes die.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Fault, Refused};

/// What kinds of work there are; each has a concurrency of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkKind {
    /// Read a pushed image and find out whose build it is.
    Intake,
    /// Fetch an image from another registry.
    Fetch,
    /// Judge a build.
    Certification,
    /// Copy a build to the runtime store and try it.
    Deploy,
    /// Send one e-mail.
    Mail,
    /// Deliver one webhook message.
    Webhook,
    /// Look after what runs by the clock: reminders, expiry.
    Timer,
}

impl WorkKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Intake,
        Self::Fetch,
        Self::Certification,
        Self::Deploy,
        Self::Mail,
        Self::Webhook,
        Self::Timer,
    ];

    /// The name in the database and in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Fetch => "fetch",
            Self::Certification => "certification",
            Self::Deploy => "deploy",
            Self::Mail => "mail",
            Self::Webhook => "webhook",
            Self::Timer => "timer",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Names a row of the queue.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkId(pub i64);

/// Work to be done.
#[derive(Clone, PartialEq, Debug)]
pub struct NewWork {
    /// Kind.
    pub kind: WorkKind,
    /// What it is about; of two pieces of one kind and key that are not over, the second is not queued.
    pub key: String,
    /// What the worker needs to know.
    pub payload: serde_json::Value,
    /// Not before this time.
    pub not_before: Timestamp,
    /// How often it is tried before it is given up.
    pub max_attempts: u32,
}

/// Where a piece of work stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkState {
    /// Waits for a worker.
    Queued,
    /// A worker has it.
    Leased,
    /// Done.
    Done,
    /// Given up after the last attempt.
    Dead,
    /// Called off.
    Cancelled,
}

impl WorkState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Leased, Self::Done, Self::Dead, Self::Cancelled];

    /// The name in the database and in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Leased => "leased",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A piece of work as people and metrics see it.
#[derive(Clone, PartialEq, Debug)]
pub struct Work {
    /// Its row.
    pub id: WorkId,
    /// Kind.
    pub kind: WorkKind,
    /// What it is about.
    pub key: String,
    /// What the worker needs to know.
    pub payload: serde_json::Value,
    /// Where it stands.
    pub state: WorkState,
    /// Attempts begun, this one included.
    pub attempts: u32,
    /// Attempts at most.
    pub max_attempts: u32,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// Not before this time.
    pub not_before: Timestamp,
    /// What went wrong last.
    pub last_fault: Option<Fault>,
}

/// The right to do a piece of work until a time. Whoever ends the work shows the lease; one that was lost to another
/// worker is refused by its token.
#[derive(Clone, PartialEq, Debug)]
pub struct Lease {
    /// The work.
    pub work: Work,
    /// Fencing token: counts up with every lease of this row.
    pub token: i64,
    /// Who holds it.
    pub worker: Uuid,
    /// Until when, unless it is renewed.
    pub until: Timestamp,
}

/// How a piece of work ends.
#[derive(Clone, PartialEq, Debug)]
pub enum WorkEnd {
    /// It is done.
    Done,
    /// It broke and is tried again at this time; dead when that was the last attempt.
    Retry {
        /// What went wrong.
        fault: Fault,
        /// Not before.
        at: Timestamp,
    },
    /// It cannot be done at all.
    Dead(Fault),
    /// Handed back unbegun, as a graceful stop does; the attempt does not count.
    HandedBack,
}

/// Rings when work became due that others may sleep for.
pub trait Doorbell: Send + Sync {
    /// Work of these kinds was queued, and that is durable.
    fn ring(&self, kinds: &[WorkKind]);
}

/// The queue, as one transaction sees it.
pub trait WorkQueue {
    /// Queues work, unless work of the same kind and key is queued or leased; then that one's id is returned.
    fn enqueue(&self, work: &NewWork, now: Timestamp) -> Result<WorkId, Refused>;
    /// The same, in a lane: of what stands in one lane, of one kind, one piece is under way at a time.
    fn enqueue_in(&self, lane: &str, work: &NewWork, now: Timestamp) -> Result<WorkId, Refused>;
    /// Leases the work of `kind` that has waited longest: queued and due, or leased by a worker whose time is over. What
    /// stands in a lane where something is under way waits.
    /// A lease lost on the last attempt makes the work dead instead; the dead are returned by [`Self::bury_lost`].
    fn claim(
        &self,
        kind: WorkKind,
        worker: Uuid,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<Lease>, Refused>;
    /// When the next work of a kind can be claimed; nothing when none waits, or only in lanes where something is under
    /// way. May lie in the past.
    fn next_due(&self, kind: WorkKind) -> Result<Option<Timestamp>, Refused>;
    /// Renews a lease; `false` when another worker has the work or it was cancelled. One that ran out and that nobody
    /// has claimed can be renewed still.
    fn heartbeat(&self, lease: &Lease, until: Timestamp) -> Result<bool, Refused>;
    /// Ends the work, in the same transaction as what it did; `false` when the lease was lost and nothing may be kept.
    fn end(&self, lease: &Lease, end: &WorkEnd, now: Timestamp) -> Result<bool, Refused>;
    /// Lets the leases of every other worker run out now, for whoever knows that they are all dead. Returns how many.
    fn expire_leases(&self, but: Uuid, now: Timestamp) -> Result<u64, Refused>;
    /// Makes work dead whose lease ran out on its last attempt, and returns it.
    fn bury_lost(&self, now: Timestamp) -> Result<Vec<Work>, Refused>;
    /// Calls off queued or leased work; `false` when there is none.
    fn cancel(&self, kind: WorkKind, key: &str, now: Timestamp) -> Result<bool, Refused>;
    /// Queues dead work anew with a fresh set of attempts; `false` when it is not dead.
    fn revive(&self, id: WorkId, now: Timestamp) -> Result<bool, Refused>;
    /// One row.
    fn work(&self, id: WorkId) -> Result<Option<Work>, Refused>;
    /// The newest row of a kind and key.
    fn work_on(&self, kind: WorkKind, key: &str) -> Result<Option<Work>, Refused>;
    /// Dead rows of a kind, newest first.
    fn dead_work(&self, kind: WorkKind, limit: u32) -> Result<Vec<Work>, Refused>;
    /// How many rows of each kind stand in each state; for metrics.
    fn work_counts(&self) -> Result<Vec<(WorkKind, WorkState, u64)>, Refused>;
    /// Forgets ended rows older than `before`, a thousand at most; returns how many.
    fn forget_ended(&self, before: Timestamp) -> Result<u64, Refused>;
}
