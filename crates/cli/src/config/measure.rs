//! Lengths of time and sizes: a whole number and a unit.

use std::time::Duration;

use super::kind::Kind;

/// A length of time: `500ms`, `30s`, `15m`, `12h`, `7d`.
impl Kind for Duration {
    const NAME: &'static str = "length of time";

    fn read(text: &str) -> Result<Self, String> {
        let (number, unit) = measured(text);
        let milliseconds = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => 0,
        };
        let read: Option<u64> = number.parse().ok().filter(|_| milliseconds > 0);
        let read = read.and_then(|number| number.checked_mul(milliseconds)).map(Self::from_millis);
        read.ok_or_else(|| "not a length of time, such as `500ms`, `30s`, `15m`, `12h` or `7d`".into())
    }
}

/// An amount of bytes: `512KiB`, `4MiB`, `10GiB`, `1TiB`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Size(pub(crate) u64);

impl Kind for Size {
    const NAME: &'static str = "size";

    fn read(text: &str) -> Result<Self, String> {
        let (number, unit) = measured(text);
        let shift = match unit {
            "B" => Some(0),
            "KiB" => Some(10),
            "MiB" => Some(20),
            "GiB" => Some(30),
            "TiB" => Some(40),
            _ => None,
        };
        let read = shift.and_then(|shift| number.parse::<u64>().ok()?.checked_mul(1 << shift));
        read.map(Self).ok_or_else(|| "not a size, such as `4MiB` or `10GiB`".into())
    }
}

/// Number and unit.
fn measured(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_have_units() {
        assert_eq!(Duration::read("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(Duration::read("7 d"), Ok(Duration::from_secs(604_800)));
        assert_eq!(Size::read("10GiB"), Ok(Size(10 << 30)));
        for bad in ["", "30", "s", "1.5s", "-1s", "30 parsecs", "99999999999999999999d"] {
            assert!(Duration::read(bad).is_err(), "{bad}");
        }
        for bad in ["", "10", "10GB", "20000000TiB"] {
            assert!(Size::read(bad).is_err(), "{bad}");
        }
    }
}
