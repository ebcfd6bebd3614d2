//! Packets on their way to the engine: nobody answers within microseconds, so neither do we.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Packets that may be under way at one time; more are lost, as on any wire.
const MOST: usize = 4_096;

/// Holds each packet until its time.
#[derive(Default, Debug)]
pub(super) struct Outbox {
    under_way: BTreeMap<(Duration, u64), Vec<u8>>,
    next: u64,
}

impl Outbox {
    /// Sends `packet`, to arrive at `arrival`.
    pub(super) fn send(&mut self, packet: Vec<u8>, arrival: Duration) {
        if self.under_way.len() < MOST {
            self.under_way.insert((arrival, self.next), packet);
            self.next += 1;
        }
    }

    /// What has arrived, in order.
    pub(super) fn take_arrived(&mut self, now: Duration) -> VecDeque<Vec<u8>> {
        let later = self.under_way.split_off(&(now + Duration::from_nanos(1), 0));
        std::mem::replace(&mut self.under_way, later).into_values().collect()
    }

    /// When the next packet arrives.
    pub(super) fn due(&self) -> Option<Duration> {
        self.under_way.first_key_value().map(|((arrival, _), _)| *arrival)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_arrive_in_time_and_order() {
        let ms = Duration::from_millis;
        let mut outbox = Outbox::default();
        outbox.send(vec![2], ms(5));
        outbox.send(vec![1], ms(3));
        outbox.send(vec![3], ms(5));
        assert_eq!(outbox.due(), Some(ms(3)));
        assert_eq!(outbox.take_arrived(ms(2)), Vec::<Vec<u8>>::new());
        assert_eq!(outbox.take_arrived(ms(5)), [[1], [2], [3]]);
        assert_eq!(outbox.due(), None);
    }

    #[test]
    fn what_is_under_way_is_bounded() {
        let mut outbox = Outbox::default();
        (0..2 * MOST).for_each(|_| outbox.send(vec![0], Duration::ZERO));
        assert_eq!(outbox.take_arrived(Duration::ZERO).len(), MOST);
    }
}
