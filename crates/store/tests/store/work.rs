//! The contract of the queue of work.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use assay_core::ledger::{read, write};
use assay_core::work::{Doorbell, Lease, NewWork, WorkEnd, WorkId, WorkKind, WorkState};
use assay_core::{Fault, Ledger, Refused};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::place::{Place, at};

const LEASE: Duration = Duration::from_secs(60);
const KIND: WorkKind = WorkKind::Certification;
const ME: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);

fn work(key: &str) -> NewWork {
    NewWork { kind: KIND, key: key.into(), payload: json!({"x": key}), not_before: at(0), max_attempts: 3 }
}

fn enqueue(place: &Place, work: &NewWork, now: Timestamp) -> WorkId {
    write(&place.open, |records| records.enqueue(work, now)).unwrap()
}

fn claim(place: &Place, worker: Uuid, now: Timestamp) -> Option<Lease> {
    write(&place.open, |records| records.claim(KIND, worker, now, LEASE)).unwrap()
}

fn end(place: &Place, lease: &Lease, end: WorkEnd, now: Timestamp) -> bool {
    write(&place.open, |records| records.end(lease, &end, now)).unwrap()
}

fn state(place: &Place, id: WorkId) -> WorkState {
    read(&place.open, |records| records.work(id)).unwrap().unwrap().state
}

fn broken(at: Timestamp) -> WorkEnd {
    WorkEnd::Retry { fault: Fault::new("disk", "writing", "full"), at }
}

#[test]
fn what_was_queued_is_claimed_once_and_ended_once() {
    let place = Place::new();
    let id = enqueue(&place, &work("a"), at(0));
    let lease = claim(&place, ME, at(1)).unwrap();
    assert_eq!((lease.work.id, lease.work.attempts, lease.until), (id, 1, at(61)));
    assert_eq!((lease.work.payload.clone(), lease.work.queued_at), (json!({"x": "a"}), at(0)));
    assert!(claim(&place, OTHER, at(2)).is_none());
    assert!(end(&place, &lease, WorkEnd::Done, at(3)));
    assert!(!end(&place, &lease, WorkEnd::Done, at(3)), "it is over");
    assert!(claim(&place, ME, at(1000)).is_none());
    assert_eq!(state(&place, id), WorkState::Done);
}

#[test]
fn of_one_kind_and_key_one_is_open_at_a_time() {
    let place = Place::new();
    let first = enqueue(&place, &work("a"), at(0));
    assert_eq!(enqueue(&place, &work("a"), at(1)), first);
    let lease = claim(&place, ME, at(1)).unwrap();
    assert_eq!(enqueue(&place, &work("a"), at(1)), first, "leased is open too");
    assert_ne!(enqueue(&place, &NewWork { kind: WorkKind::Deploy, ..work("a") }, at(1)), first);
    assert!(end(&place, &lease, WorkEnd::Done, at(2)));
    let second = enqueue(&place, &work("a"), at(3));
    assert_ne!(second, first);
    let newest = read(&place.open, |records| records.work_on(KIND, "a")).unwrap().unwrap();
    assert_eq!(newest.id, second);
}

#[test]
fn whoever_waited_longest_goes_first_and_nobody_before_its_time() {
    let place = Place::new();
    enqueue(&place, &NewWork { not_before: at(50), ..work("late") }, at(0));
    enqueue(&place, &NewWork { not_before: at(20), ..work("early") }, at(1));
    assert!(claim(&place, ME, at(19)).is_none());
    assert_eq!(next_due(&place), Some(at(20)));
    assert_eq!(claim(&place, ME, at(60)).unwrap().work.key, "early");
    assert_eq!(claim(&place, ME, at(60)).unwrap().work.key, "late");
    assert_eq!(next_due(&place), Some(at(120)), "when the leases are over");
}

fn next_due(place: &Place) -> Option<Timestamp> {
    read(&place.open, |records| records.next_due(KIND)).unwrap()
}

#[test]
fn a_lease_that_ran_out_goes_to_the_next_and_fences_off_the_first() {
    let place = Place::new();
    enqueue(&place, &work("a"), at(0));
    enqueue(&place, &work("b"), at(0));
    let lost = claim(&place, ME, at(0)).unwrap();
    let taken = claim(&place, OTHER, at(60)).unwrap();
    assert_eq!(taken.work.key, "a", "whose lease ran out is waited for longest");
    assert!(taken.token > lost.token);
    assert_eq!(taken.work.attempts, 2);
    assert!(!heartbeat(&place, &lost, at(200)));
    for ending in [WorkEnd::Done, broken(at(70)), WorkEnd::HandedBack, WorkEnd::Dead(Fault::io("x", "y"))] {
        assert!(!end(&place, &lost, ending, at(61)));
    }
    assert!(end(&place, &taken, WorkEnd::Done, at(62)));
}

fn heartbeat(place: &Place, lease: &Lease, until: Timestamp) -> bool {
    write(&place.open, |records| records.heartbeat(lease, until)).unwrap()
}

#[test]
fn a_heartbeat_keeps_the_lease_even_a_late_one_that_nobody_noticed() {
    let place = Place::new();
    let id = enqueue(&place, &work("a"), at(0));
    let lease = claim(&place, ME, at(0)).unwrap();
    assert!(heartbeat(&place, &lease, at(100)));
    assert!(claim(&place, OTHER, at(99)).is_none());
    assert!(heartbeat(&place, &lease, at(300)), "it ran out at 100, but is unclaimed");
    assert!(claim(&place, OTHER, at(299)).is_none());
    assert!(end(&place, &lease, WorkEnd::Done, at(400)), "likewise");
    assert_eq!(state(&place, id), WorkState::Done);
}

#[test]
fn what_breaks_is_tried_again_later_and_given_up_in_the_end() {
    let place = Place::new();
    let id = enqueue(&place, &work("a"), at(0));
    for (attempt, now) in [(1, 0), (2, 10), (3, 20)] {
        assert!(claim(&place, ME, at(now - 1)).is_none(), "not before its time");
        let lease = claim(&place, ME, at(now)).unwrap();
        assert_eq!(lease.work.attempts, attempt);
        assert!(end(&place, &lease, broken(at(now + 10)), at(now)));
    }
    assert_eq!(state(&place, id), WorkState::Dead);
    assert!(claim(&place, ME, at(1000)).is_none());
    let dead = read(&place.open, |records| records.dead_work(KIND, 10)).unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].last_fault.as_ref().unwrap().kind, "disk");
    assert_eq!(enqueue(&place, &work("a"), at(1000)).0, id.0 + 1, "the dead stand in nobody's way");
}

#[test]
fn work_whose_workers_are_all_lost_is_buried() {
    let place = Place::new();
    let id = enqueue(&place, &NewWork { max_attempts: 2, ..work("a") }, at(0));
    for now in [0, 60] {
        claim(&place, ME, at(now)).unwrap();
    }
    assert!(claim(&place, ME, at(120)).is_none(), "no third attempt");
    assert_eq!(next_due(&place), None);
    let bury = |now| write(&place.open, |records| records.bury_lost(at(now))).unwrap();
    assert!(bury(119).is_empty());
    let buried = bury(120);
    assert_eq!((buried.len(), buried[0].id, buried[0].state), (1, id, WorkState::Dead));
    assert_eq!(buried[0].last_fault.as_ref().unwrap().kind, "work");
    assert!(bury(120).is_empty(), "once");
}

#[test]
fn leases_of_workers_known_to_be_dead_end_at_once() {
    let place = Place::new();
    for key in ["a", "b"] {
        enqueue(&place, &work(key), at(0));
    }
    let theirs = claim(&place, OTHER, at(0)).unwrap();
    let mine = claim(&place, ME, at(0)).unwrap();
    let expire = || write(&place.open, |records| records.expire_leases(ME, at(5))).unwrap();
    assert_eq!((expire(), expire()), (1, 0));
    let again = claim(&place, ME, at(5)).unwrap();
    assert_eq!((again.work.key.as_str(), again.work.attempts), (theirs.work.key.as_str(), 2));
    assert!(!end(&place, &theirs, WorkEnd::Done, at(6)));
    assert!(end(&place, &mine, WorkEnd::Done, at(6)));
}

#[test]
fn the_dead_are_revived_with_fresh_attempts_unless_replaced() {
    let place = Place::new();
    let revive = |id, now| write(&place.open, |records| records.revive(id, at(now))).unwrap();
    let id = enqueue(&place, &NewWork { max_attempts: 1, ..work("a") }, at(0));
    assert!(!revive(id, 0), "it is not dead");
    let first = claim(&place, ME, at(0)).unwrap();
    assert!(end(&place, &first, broken(at(0)), at(0)));
    assert!(revive(id, 5));
    let again = claim(&place, ME, at(5)).unwrap();
    assert_eq!((again.work.attempts, again.token > first.token), (1, true));
    assert!(!end(&place, &first, WorkEnd::Done, at(6)), "the old lease stays fenced off");
    assert!(end(&place, &again, broken(at(0)), at(6)));
    enqueue(&place, &work("a"), at(7));
    assert!(!revive(id, 8), "another has taken its place");
}

#[test]
fn handing_back_costs_no_attempt() {
    let place = Place::new();
    enqueue(&place, &NewWork { max_attempts: 1, ..work("a") }, at(0));
    let lease = claim(&place, ME, at(0)).unwrap();
    assert!(end(&place, &lease, WorkEnd::HandedBack, at(1)));
    let next = claim(&place, OTHER, at(1)).unwrap();
    assert_eq!((next.work.attempts, next.token > lease.token), (1, true));
}

#[test]
fn what_is_called_off_is_over_also_for_whoever_does_it() {
    let place = Place::new();
    let cancel = |key: &str| write(&place.open, |records| records.cancel(KIND, key, at(1))).unwrap();
    assert!(!cancel("a"));
    let queued = enqueue(&place, &work("a"), at(0));
    assert!(cancel("a"));
    assert!(claim(&place, ME, at(1)).is_none());
    let leased = enqueue(&place, &work("a"), at(0));
    let lease = claim(&place, ME, at(1)).unwrap();
    assert!(cancel("a"));
    assert!(!heartbeat(&place, &lease, at(100)));
    assert!(!end(&place, &lease, WorkEnd::Done, at(2)));
    assert_eq!((state(&place, queued), state(&place, leased)), (WorkState::Cancelled, WorkState::Cancelled));
}

#[test]
fn the_end_and_what_was_done_stand_or_fall_together() {
    let place = Place::new();
    enqueue(&place, &work("a"), at(0));
    let lease = claim(&place, ME, at(0)).unwrap();
    let refused = write(&place.open, |records| {
        assert!(records.end(&lease, &WorkEnd::Done, at(1))?);
        records.enqueue(&work("effect"), at(1))?;
        Err::<(), _>(Refused::from(Fault::new("x", "y", "z")))
    });
    assert!(refused.is_err());
    assert!(read(&place.open, |records| records.work_on(KIND, "effect")).unwrap().is_none());
    assert!(end(&place, &lease, WorkEnd::Done, at(2)), "the lease is held still");
}

#[test]
fn counts_and_forgetting_leave_the_dead() {
    let place = Place::new();
    for key in ["done", "dead", "queued"] {
        enqueue(&place, &NewWork { max_attempts: 1, ..work(key) }, at(0));
    }
    let done = claim(&place, ME, at(0)).unwrap();
    end(&place, &done, WorkEnd::Done, at(1));
    let dead = claim(&place, ME, at(0)).unwrap();
    end(&place, &dead, broken(at(9)), at(1));
    let mut counts = read(&place.open, |records| records.work_counts()).unwrap();
    counts.sort_by_key(|(_, state, _)| state.name());
    let expected = [WorkState::Dead, WorkState::Done, WorkState::Queued].map(|state| (KIND, state, 1));
    assert_eq!(counts, expected);
    let forget = |before| write(&place.open, |records| records.forget_ended(at(before))).unwrap();
    assert_eq!((forget(1), forget(2), forget(1000)), (0, 1, 0));
    assert!(read(&place.open, |records| records.work(dead.work.id)).unwrap().is_some());
}

#[test]
fn ended_work_is_forgotten_in_pieces() {
    let place = Place::new();
    write(&place.open, |records| {
        for key in 0..1500 {
            records.enqueue(&work(&key.to_string()), at(0))?;
            records.cancel(KIND, &key.to_string(), at(1))?;
        }
        Ok(())
    })
    .unwrap();
    let forget = || write(&place.open, |records| records.forget_ended(at(9))).unwrap();
    assert_eq!((forget(), forget(), forget()), (1000, 500, 0));
}

#[test]
fn in_one_lane_one_piece_is_under_way() {
    let place = Place::new();
    let line_up = |lane: &str, key: &str| {
        write(&place.open, |records| records.enqueue_in(lane, &work(key), at(0))).unwrap()
    };
    let due = || read(&place.open, |records| records.next_due(KIND)).unwrap();
    let (first, second) = (line_up("a", "1"), line_up("a", "2"));
    assert_eq!(line_up("a", "2"), second, "of one key one is open here too");
    let third = line_up("b", "3");
    let slow = claim(&place, ME, at(1)).unwrap();
    assert_eq!((slow.work.id, due()), (first, Some(at(0))));
    let other = claim(&place, ME, at(1)).unwrap();
    assert_eq!(other.work.id, third, "the other lane goes on");
    assert!(claim(&place, OTHER, at(1)).is_none());
    assert_eq!(due(), Some(at(61)), "nothing is due before a lease is over");
    let free = enqueue(&place, &work("4"), at(1));
    assert_eq!(claim(&place, OTHER, at(2)).unwrap().work.id, free, "what has no lane waits for none");
    assert!(end(&place, &slow, broken(at(500)), at(3)));
    assert_eq!(claim(&place, OTHER, at(3)).unwrap().work.id, second);
    // Whoever is lost blocks the lane no longer than a lease lasts.
    let taken_over = claim(&place, ME, at(61)).unwrap();
    assert_eq!(taken_over.work.id, third);
}

/// Notes what it is rung for.
#[derive(Default)]
struct Heard(Mutex<Vec<WorkKind>>);

impl Doorbell for Heard {
    fn ring(&self, kinds: &[WorkKind]) {
        self.0.lock().unwrap().extend(kinds);
    }
}

#[test]
fn the_bell_rings_for_what_was_kept_and_only_for_that() {
    let place = Place::new();
    let heard = Arc::new(Heard::default());
    place.open.ring(heard.clone());
    let rung = || std::mem::take(&mut *heard.0.lock().unwrap());
    enqueue(&place, &work("a"), at(0));
    assert_eq!(rung(), [KIND]);
    enqueue(&place, &work("a"), at(0));
    assert_eq!(rung(), [], "it was queued already");
    let refused = place.open.writing(&mut |records| {
        records.enqueue(&work("b"), at(0))?;
        Err(Fault::new("x", "y", "z").into())
    });
    assert!(refused.is_err());
    let lease = claim(&place, ME, at(0)).unwrap();
    assert_eq!(rung(), []);
    end(&place, &lease, broken(at(5)), at(1));
    assert_eq!(rung(), [KIND], "sleepers have to count anew");
}
