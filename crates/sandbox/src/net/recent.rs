//! Tells a new wish to connect from the repetition of one that was not answered.

use std::collections::{HashMap, VecDeque};

use super::tcp::Ends;

/// Wishes remembered.
const MOST: usize = 4_096;

/// The latest wishes, with their sequence numbers: a repetition has the same.
#[derive(Default, Debug)]
pub(super) struct Recent {
    sequences: HashMap<Ends, u32>,
    order: VecDeque<Ends>,
}

impl Recent {
    /// Whether there was a wish to connect these ends.
    pub(super) fn knows(&self, ends: &Ends) -> bool {
        self.sequences.contains_key(ends)
    }

    /// Whether this wish was seen before; remembers it.
    pub(super) fn is_repeated(&mut self, ends: Ends, sequence: u32) -> bool {
        match self.sequences.insert(ends, sequence) {
            Some(known) => return known == sequence,
            None => self.order.push_back(ends),
        }
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.sequences.remove(&oldest);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_told_from_new_wishes() {
        let mut recent = Recent::default();
        let ends = |port: u16| Ends {
            source: ([198, 18, 0, 1], port).into(),
            target: ([203, 0, 113, 1], 443).into(),
        };
        assert!(!recent.is_repeated(ends(1), 7));
        assert!(recent.is_repeated(ends(1), 7));
        assert!(!recent.is_repeated(ends(1), 8), "the port was used again");
        (2..MOST as u16 + 10).for_each(|port| assert!(!recent.is_repeated(ends(port), 7)));
        assert_eq!((recent.order.len(), recent.sequences.len()), (MOST, MOST));
    }
}
