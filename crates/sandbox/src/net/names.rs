//! The synthetic addresses that stand for names, and the way back from an address to its name.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::address::normalise;

/// Names beyond this share one last address and are no longer told apart by it.
const MOST_NAMES: u32 = 16_384;
/// 198.18.1.0: the addresses before it are the engine's, the name server's and spare.
const FIRST: u32 = 0xc612_0100;

/// One address pair per name, handed out in the order in which the names are first asked for.
#[derive(Debug, Default)]
pub struct Names(Mutex<Pool>);

#[derive(Debug, Default)]
struct Pool {
    by_name: HashMap<String, u32>,
    by_number: Vec<String>,
}

/// The addresses of a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pair {
    /// For A.
    pub v4: Ipv4Addr,
    /// For AAAA: the same number below `fd00:a55a::/96`.
    pub v6: Ipv6Addr,
}

impl Names {
    /// The addresses of `name`, the same ones every time.
    pub fn pair(&self, name: &str) -> Pair {
        let mut pool = self.pool();
        let number = match pool.by_name.get(name) {
            Some(number) => *number,
            None => pool.add(name),
        };
        Pair::numbered(number)
    }

    /// The name that `address` was given for.
    pub fn of(&self, address: IpAddr) -> Option<String> {
        let number = number_of(normalise(address))?;
        self.pool().by_number.get(usize::try_from(number).ok()?).cloned()
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pool {
    fn add(&mut self, name: &str) -> u32 {
        let number = u32::try_from(self.by_number.len()).unwrap_or(MOST_NAMES);
        if number < MOST_NAMES {
            self.by_name.insert(name.to_owned(), number);
            self.by_number.push(name.to_owned());
        }
        number
    }
}

impl Pair {
    /// No address ends in 0 or 255: some programs take those for networks and broadcasts.
    fn numbered(number: u32) -> Self {
        let bits = FIRST + (number / 254) * 256 + number % 254 + 1;
        let v6 = (0xfd00_a55a_u128 << 96) | u128::from(bits);
        Self { v4: Ipv4Addr::from_bits(bits), v6: Ipv6Addr::from_bits(v6) }
    }
}

fn number_of(address: IpAddr) -> Option<u32> {
    let bits = match address {
        IpAddr::V4(v4) => v4.to_bits(),
        IpAddr::V6(v6) if v6.to_bits() >> 32 == 0xfd00_a55a_u128 << 64 => v6.to_bits() as u32,
        IpAddr::V6(_) => return None,
    };
    let offset = bits.checked_sub(FIRST)?;
    let last = (offset % 256).checked_sub(1).filter(|last| *last < 254)?;
    Some(offset / 256 * 254 + last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_addresses_and_they_lead_back() {
        let names = Names::default();
        let first = names.pair("a.example");
        let second = names.pair("b.example");
        assert_eq!(first.v4, Ipv4Addr::new(198, 18, 1, 1));
        assert_eq!(second.v4, Ipv4Addr::new(198, 18, 1, 2));
        assert_eq!(first, names.pair("a.example"));
        assert_eq!(names.of(first.v4.into()).as_deref(), Some("a.example"));
        assert_eq!(names.of(second.v6.into()).as_deref(), Some("b.example"));
        assert_eq!(names.of("198.18.0.2".parse().unwrap()), None);
        assert_eq!(names.of("203.0.113.1".parse().unwrap()), None);
    }

    #[test]
    fn the_pool_is_bounded_and_stays_in_its_block() {
        let names = Names::default();
        for number in 0..MOST_NAMES {
            let name = format!("{number}.example");
            let pair = names.pair(&name);
            assert!(super::super::address::is_synthetic(pair.v4.into()));
            assert!(super::super::address::is_synthetic(pair.v6.into()));
            assert_eq!(names.of(pair.v4.into()), Some(name));
        }
        let beyond = names.pair("one-too-many.example");
        assert_eq!(beyond, names.pair("two-too-many.example"));
        assert_eq!(names.of(beyond.v4.into()), None);
    }
}
