//! The check of every row when a database is opened: after it, a look-up can neither fail nor wander.

use super::layout::Section;
use super::open::{Damage, Database, band};

impl Database {
    /// Whether every row points inside the file, at text that is text.
    pub(super) fn check_rows(&self) -> Result<(), Damage> {
        for section in Section::ALL.into_iter().filter(|section| *section != Section::Texts) {
            for row in 0..self.rows(section) {
                let sound = u32::try_from(row).is_ok_and(|row| self.sound(section, row));
                if !sound {
                    return Err(Damage::Row { section: section.name(), row });
                }
            }
        }
        Ok(())
    }

    fn sound(&self, section: Section, row: u32) -> bool {
        let text = |offset| self.checked_text(offset).is_some();
        let holds = |section, first: u32, count: u32| {
            u64::from(first) + u64::from(count) <= self.rows(section) as u64
        };
        match section {
            Section::Texts => true,
            Section::Ecosystems => text(self.row::<1>(section, row)[0]),
            Section::Index => {
                let [_, _, first, count] = self.row(section, row);
                holds(Section::Affected, first, count)
            }
            Section::Affected => {
                let [ecosystem, name, advisory, interval, intervals, version, versions] =
                    self.row(section, row);
                holds(Section::Ecosystems, ecosystem, 1)
                    && text(name)
                    && holds(Section::Advisories, advisory, 1)
                    && holds(Section::Intervals, interval, intervals)
                    && holds(Section::Lists, version, versions)
            }
            Section::Intervals => {
                let [from, kind, end] = self.row(section, row);
                text(from) && kind <= 2 && text(end)
            }
            Section::Lists => text(self.row::<1>(section, row)[0]),
            Section::Advisories => {
                let [id, name, summary, link, alias, aliases, rating, ratings, flags, cluster] =
                    self.row(section, row);
                [id, name, summary, link].into_iter().all(text)
                    && holds(Section::Lists, alias, aliases)
                    && holds(Section::Ratings, rating, ratings)
                    && holds(Section::Advisories, cluster, 1)
                    && band(flags).is_some()
            }
            Section::Ratings => {
                let [weight, source, what] = self.row(section, row);
                text(source) && text(what) && band(weight).is_some()
            }
        }
    }
}
