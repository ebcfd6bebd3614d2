//! Look-ups: which ecosystems a database covers, and what it says about a package.

use std::collections::BTreeMap;

use assay_core::report::DatabaseFacts;
use jiff::Timestamp;

use super::layout::{self, Section};
use super::open::{Database, band};
use super::severity::{Band, Rating, Standing};

/// What a database holds of one ecosystem.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Coverage {
    /// The state of the data; `None` when no source told it.
    pub as_of: Option<Timestamp>,
    /// Advisories that name a package of it.
    pub advisories: u64,
}

/// One advisory's word about one package.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    database: &'a Database,
    affected: [u32; 7],
}

/// A span of affected versions as the database holds it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span<'a> {
    /// First affected version; `0` is before all others.
    pub from: &'a str,
    /// First version that is fixed.
    pub fixed: Option<&'a str>,
    /// Last version known to be affected.
    pub last: Option<&'a str>,
}

/// One advisory.
#[derive(Clone, Copy, Debug)]
pub struct Advisory<'a> {
    database: &'a Database,
    row: [u32; 10],
}

impl Database {
    /// What it holds of `ecosystem` (`Debian:12`, `PyPI`); `None` when it does not cover it.
    pub fn coverage(&self, ecosystem: &str) -> Option<Coverage> {
        self.ecosystems().find(|(name, _)| *name == ecosystem).map(|(_, coverage)| coverage)
    }

    /// Every ecosystem it covers, by name.
    pub fn ecosystems(&self) -> impl Iterator<Item = (&str, Coverage)> {
        let rows = u32::try_from(self.rows(Section::Ecosystems)).unwrap_or_default();
        (0..rows).map(|row| {
            let [name, low, high, advisories] = self.row(Section::Ecosystems, row);
            let seconds = (u64::from(high) << 32 | u64::from(low)).cast_signed();
            let as_of = (seconds != layout::NO_DATE).then(|| Timestamp::from_second(seconds).ok()).flatten();
            (self.text(name), Coverage { as_of, advisories: advisories.into() })
        })
    }

    /// Number of advisories.
    pub fn advisories(&self) -> u64 {
        self.rows(Section::Advisories) as u64
    }

    /// What the report says about the database.
    pub fn facts(&self) -> DatabaseFacts {
        let dated = |(name, coverage): (&str, Coverage)| Some((name.to_owned(), coverage.as_of?));
        DatabaseFacts {
            digest: self.digest().clone(),
            demonstration: self.is_demonstration(),
            advisories: self.advisories(),
            as_of: self.ecosystems().filter_map(dated).collect::<BTreeMap<_, _>>(),
        }
    }

    /// Every advisory that names the package. `name` is the normal name of the ecosystem.
    pub fn entries(&self, ecosystem: &str, name: &str) -> impl Iterator<Item = Entry<'_>> {
        let (first, count) = self.find(layout::key(ecosystem, name)).unwrap_or_default();
        (first..first.saturating_add(count))
            .map(|row| Entry { database: self, affected: self.row(Section::Affected, row) })
            .filter(move |entry| entry.ecosystem() == ecosystem && entry.name() == name)
    }

    /// Binary search in the index: first row and number of rows in the affected section.
    fn find(&self, key: u64) -> Option<(u32, u32)> {
        let (mut low, mut high) = (0, u32::try_from(self.rows(Section::Index)).ok()?);
        while low < high {
            let middle = low + (high - low) / 2;
            let [key_low, key_high, first, count] = self.row(Section::Index, middle);
            match (u64::from(key_high) << 32 | u64::from(key_low)).cmp(&key) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some((first, count)),
            }
        }
        None
    }
}

impl<'a> Entry<'a> {
    fn ecosystem(&self) -> &'a str {
        let [ecosystem, ..] = self.affected;
        let [name] = self.database.row(Section::Ecosystems, ecosystem);
        self.database.text(name)
    }

    fn name(&self) -> &'a str {
        let [_, name, ..] = self.affected;
        self.database.text(name)
    }

    /// The advisory.
    pub fn advisory(&self) -> Advisory<'a> {
        let [_, _, advisory, ..] = self.affected;
        Advisory { database: self.database, row: self.database.row(Section::Advisories, advisory) }
    }

    /// The spans of affected versions, sorted.
    pub fn spans(&self) -> impl Iterator<Item = Span<'a>> + use<'a> {
        let database = self.database;
        let [_, _, _, first, count, ..] = self.affected;
        (first..first.saturating_add(count)).map(move |row| {
            let [from, kind, end] = database.row(Section::Intervals, row);
            let end = database.text(end);
            Span {
                from: database.text(from),
                fixed: (kind == 1).then_some(end),
                last: (kind == 2).then_some(end),
            }
        })
    }

    /// Affected versions that no span holds.
    pub fn versions(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let [.., first, count] = self.affected;
        list(self.database, first, count)
    }
}

impl<'a> Advisory<'a> {
    /// Its id.
    pub fn id(&self) -> &'a str {
        let [id, ..] = self.row;
        self.database.text(id)
    }

    /// The name people know it by: the CVE when it has one.
    pub fn name(&self) -> &'a str {
        let [_, name, ..] = self.row;
        self.database.text(name)
    }

    /// One line about it.
    pub fn summary(&self) -> &'a str {
        let [_, _, summary, ..] = self.row;
        self.database.text(summary)
    }

    /// Where to read on.
    pub fn link(&self) -> &'a str {
        let [_, _, _, link, ..] = self.row;
        self.database.text(link)
    }

    /// Its other names.
    pub fn aliases(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let [_, _, _, _, first, count, ..] = self.row;
        list(self.database, first, count)
    }

    /// What each source says about its severity, the weightiest last.
    pub fn ratings(&self) -> impl Iterator<Item = Rating> + use<'a> {
        let database = self.database;
        let [.., first, count, _, _] = self.row;
        (first..first.saturating_add(count)).filter_map(move |row| {
            let [weight, source, text] = database.row(Section::Ratings, row);
            let (source, text) = (database.text(source).to_owned(), database.text(text).to_owned());
            Some(Rating { standing: standing(weight >> 8), band: band(weight)?, source, text })
        })
    }

    /// The band that decides.
    pub fn band(&self) -> Band {
        let [.., flags, _] = self.row;
        band(flags).unwrap_or(Band::Unrated)
    }

    /// Whether it is known to be exploited.
    pub fn known_exploited(&self) -> bool {
        let [.., flags, _] = self.row;
        flags & layout::EXPLOITED != 0
    }

    /// Number shared by all advisories about the same vulnerability.
    pub fn cluster(&self) -> u32 {
        let [.., cluster] = self.row;
        cluster
    }
}

fn standing(number: u32) -> Standing {
    match number {
        0 => Standing::OtherVendor,
        1 => Standing::OtherScore,
        2 => Standing::OwnScore,
        _ => Standing::Vendor,
    }
}

fn list(database: &Database, first: u32, count: u32) -> impl Iterator<Item = &str> {
    (first..first.saturating_add(count)).map(move |row| {
        let [text] = database.row(Section::Lists, row);
        database.text(text)
    })
}
