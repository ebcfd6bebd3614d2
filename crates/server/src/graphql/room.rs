//! Threads that may wait, for queries: few at a time for each request, and not all there are for all of them, since pushes
//! and log-ins need them too.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{AcquireError, Semaphore};

/// Threads for one request at most.
const OWN: usize = 4;

/// Threads for all of them.
const ALL: usize = 64;

/// Bytes of reports in one answer.
const ANSWER: usize = 32 << 20;

/// The room that all requests share.
#[derive(Clone, Debug)]
pub(super) struct House(Arc<Semaphore>);

impl Default for House {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ALL)))
    }
}

/// The room of one request.
#[derive(Debug)]
pub(super) struct Room {
    house: House,
    own: Arc<Semaphore>,
    left: AtomicUsize,
}

impl Room {
    pub(super) fn of(house: &House) -> Self {
        Self { house: house.clone(), own: Arc::new(Semaphore::new(OWN)), left: AtomicUsize::new(ANSWER) }
    }

    /// Does something that may wait; nothing when it broke. It keeps its place until it is over, also when nobody waits for
    /// it any more.
    pub(super) async fn wait<T: Send + 'static>(
        &self,
        doing: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let places = self.places().await.ok()?;
        let doing = tokio::task::spawn_blocking(move || {
            let done = doing();
            drop(places);
            done
        });
        doing.await.ok()
    }

    async fn places(&self) -> Result<[tokio::sync::OwnedSemaphorePermit; 2], AcquireError> {
        let own = self.own.clone().acquire_owned().await?;
        Ok([own, self.house.0.clone().acquire_owned().await?])
    }

    /// Takes bytes from what the answer may hold; `false` when that is not enough.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let take = |left: usize| left.checked_sub(bytes);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Condvar, Mutex};

    use super::*;

    /// Counts those inside, and lets nobody out before it is told to.
    #[derive(Default)]
    struct Gate {
        inside: Mutex<(usize, bool)>,
        changed: Condvar,
    }

    impl Gate {
        fn pass(&self) {
            self.inside.lock().unwrap().0 += 1;
            self.changed.notify_all();
            drop(self.changed.wait_while(self.inside.lock().unwrap(), |(_, open)| !*open).unwrap());
        }

        fn until(&self, inside: usize) -> usize {
            self.changed.wait_while(self.inside.lock().unwrap(), |(now, _)| *now < inside).unwrap().0
        }

        fn open(&self) {
            self.inside.lock().unwrap().1 = true;
            self.changed.notify_all();
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_request_has_few_threads_and_others_have_theirs() {
        let (house, gate) = (House::default(), Arc::new(Gate::default()));
        let greedy = Arc::new(Room::of(&house));
        let enter = |room: &Arc<Room>| {
            let (room, gate) = (room.clone(), gate.clone());
            tokio::spawn(async move { room.wait(move || gate.pass()).await })
        };
        let mut all: Vec<_> = (0..3 * OWN).map(|_| enter(&greedy)).collect();
        let (looks, room) = (gate.clone(), greedy.clone());
        tokio::task::spawn_blocking(move || looks.until(OWN)).await.unwrap();
        assert_eq!(room.own.available_permits(), 0);
        // Whoever comes later with a room of their own is inside at once.
        all.push(enter(&Arc::new(Room::of(&house))));
        let looks = gate.clone();
        assert_eq!(tokio::task::spawn_blocking(move || looks.until(OWN + 1)).await.unwrap(), OWN + 1);
        assert_eq!(house.0.available_permits(), ALL - OWN - 1);
        gate.open();
        for one in all {
            assert_eq!(one.await.unwrap(), Some(()));
        }
    }

    #[tokio::test]
    async fn what_breaks_gives_its_place_back() {
        let room = Room::of(&House::default());
        for _ in 0..=OWN {
            assert_eq!(room.wait(|| -> u8 { panic!("it breaks") }).await, None);
        }
        assert_eq!(room.wait(|| 7).await, Some(7));
    }

    #[test]
    fn an_answer_holds_so_much_and_no_more() {
        let room = Room::of(&House::default());
        assert!(room.take(ANSWER - 1) && !room.take(2) && room.take(1) && !room.take(1));
    }
}
