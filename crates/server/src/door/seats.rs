//! Room for requests: so many at once in all, and half of that at most for one address, so that nobody fills the house alone.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The seats of the house and who sits where.
#[derive(Debug)]
pub(crate) struct Seats {
    in_all: usize,
    for_one: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    in_all: usize,
    by: HashMap<IpAddr, usize>,
}

/// A seat, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat<'a> {
    seats: &'a Seats,
    address: IpAddr,
}

impl Seats {
    /// A house with this many seats.
    pub(crate) fn new(in_all: usize) -> Self {
        Self { in_all, for_one: in_all.div_ceil(2), taken: Mutex::default() }
    }

    /// A seat for somebody from `address`, when there is one.
    pub(crate) fn take(&self, address: IpAddr) -> Option<Seat<'_>> {
        let mut taken = self.taken();
        let here = taken.by.get(&address).copied().unwrap_or_default();
        if taken.in_all >= self.in_all || here >= self.for_one {
            return None;
        }
        taken.in_all += 1;
        taken.by.insert(address, here + 1);
        Some(Seat { seats: self, address })
    }

    fn leave(&self, address: IpAddr) {
        let mut taken = self.taken();
        taken.in_all = taken.in_all.saturating_sub(1);
        let here = taken.by.get(&address).map_or(0, |here| here.saturating_sub(1));
        if here == 0 {
            taken.by.remove(&address);
        } else {
            taken.by.insert(address, here);
        }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.seats.leave(self.address);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn one_address_gets_half_of_the_seats_and_everybody_gives_back() {
        let (one, other) = (IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::BROADCAST));
        let seats = Seats::new(4);
        let first = seats.take(one);
        let second = seats.take(one);
        assert!(first.is_some() && second.is_some() && seats.take(one).is_none());
        let others = [seats.take(other), seats.take(other)];
        assert!(others.iter().all(Option::is_some) && seats.take(other).is_none());
        drop((first, others));
        let again = seats.take(one);
        assert!(again.is_some() && seats.take(one).is_none());
        drop((second, again));
        assert!(seats.taken().by.is_empty() && seats.taken().in_all == 0);
    }
}
