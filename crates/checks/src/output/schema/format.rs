//! The formats the schemas name.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;

/// A `format`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::output) enum Format {
    /// A date with time and zone, as in RFC 3339; a blank may stand for the `T`.
    DateTime,
}

impl Format {
    /// The format of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        (name == "date-time").then_some(Self::DateTime)
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        "date-time"
    }

    /// Whether the text has it.
    pub(super) fn holds(self, text: &str) -> bool {
        timestamp(text).is_some()
    }
}

/// Reads a date-time: RFC 3339 with `T`, `t` or white space in the middle, and a zone as `Z`, `+hh:mm`, `+hhmm` or
/// `+hh`. The day must exist.
pub(in crate::output) fn timestamp(text: &str) -> Option<Timestamp> {
    let date = date(text.get(..10)?)?;
    let rest = text.get(10..)?;
    let between = rest.chars().next().filter(|c| matches!(c, 'T' | 't') || c.is_whitespace())?;
    let rest = rest.get(between.len_utf8()..)?;
    let (clock, rest) = (rest.get(..8)?, rest.get(8..)?);
    let (fraction, zone) = rest.split_at(rest.find(|c: char| c != '.' && !c.is_ascii_digit())?);
    if !is_fraction(fraction) {
        return None;
    }
    date.to_datetime(time(clock)?).to_zoned(offset(zone)?.to_time_zone()).ok().map(|zoned| zoned.timestamp())
}

fn date(text: &str) -> Option<Date> {
    let (year, month, day) = (digits(text, 0, 4)?, digits(text, 5, 7)?, digits(text, 8, 10)?);
    let dashes = text.get(4..5)? == "-" && text.get(7..8)? == "-";
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    dashes.then(|| Date::new(year, month, day).ok()).flatten()
}

fn time(text: &str) -> Option<Time> {
    let (hour, minute, second) = (digits(text, 0, 2)?, digits(text, 3, 5)?, digits(text, 6, 8)?);
    let colons = text.get(2..3)? == ":" && text.get(5..6)? == ":";
    // A leap second has no place of its own in our clock.
    let second = i8::try_from(second).ok()?.min(if second == 60 { 59 } else { second.try_into().ok()? });
    colons.then(|| Time::new(hour.try_into().ok()?, minute.try_into().ok()?, second, 0).ok()).flatten()
}

fn is_fraction(text: &str) -> bool {
    text.is_empty()
        || text.strip_prefix('.').is_some_and(|digits| !digits.is_empty() && !digits.contains('.'))
}

fn offset(text: &str) -> Option<Offset> {
    if text.eq_ignore_ascii_case("z") {
        return Some(Offset::UTC);
    }
    let sign = match text.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = match text.len() {
        3 => (digits(text, 1, 3)?, 0),
        5 => (digits(text, 1, 3)?, digits(text, 3, 5)?),
        6 if text.get(3..4)? == ":" => (digits(text, 1, 3)?, digits(text, 4, 6)?),
        _ => return None,
    };
    let sane = hours < 24 && minutes < 60;
    sane.then(|| Offset::from_seconds(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60)).ok())
        .flatten()
}

fn digits(text: &str, from: usize, to: usize) -> Option<i16> {
    let part = text.get(from..to)?;
    part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::timestamp;

    #[test]
    fn takes_what_is_a_moment() {
        for text in [
            "2020-01-01T00:00:00Z",
            "2020-01-01 00:00:00z",
            "2020-02-29t23:59:60.123456789123+01:30",
            "2020-01-01T00:00:00-0800",
            "2020-01-01T00:00:00+01",
        ] {
            assert!(timestamp(text).is_some(), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in [
            "",
            "2020-01-01",
            "2020-01-01T00:00:00",
            "2021-02-29T00:00:00Z",
            "2020-01-01T24:00:00Z",
            "2020-01-01T00:00:00.Z",
            "2020-01-01T00:00:00+1",
            "2020-01-01T00:00:00+99:99",
            "2020-01-01T00:00:00Z\n",
            "２０20-01-01T00:00:00Z",
        ] {
            assert!(timestamp(text).is_none(), "{text}");
        }
    }
}
