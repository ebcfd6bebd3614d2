//! The sections of a database file as they grow, with what has been written already so that it is written once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sha2::{Digest as _, Sha256};

use super::compile::{Content, TooLarge};
use super::layout::{self, Section};
use super::record::{Affected, End, Interval, Record};
use super::severity::{Rating, deciding};

/// One package of one advisory: index key, ecosystem, normal name, advisory, versions.
pub(super) type PackageRow<'a> = (u64, u32, String, u32, &'a Affected);

pub(super) fn short(number: usize) -> Result<u32, TooLarge> {
    u32::try_from(number).map_err(|_| TooLarge)
}

/// The sections and what they hold already.
#[derive(Default)]
pub(super) struct Tables<'a> {
    sections: [Vec<u8>; layout::SECTIONS],
    texts: HashMap<String, u32>,
    runs: HashMap<&'a [Interval], u32>,
}

impl<'a> Tables<'a> {
    pub(super) fn ecosystems(
        &mut self,
        content: &'a Content,
        live: &[&'a Record],
    ) -> Result<HashMap<&'a str, u32>, TooLarge> {
        let mut counts: BTreeMap<&str, usize> = content.as_of.keys().map(|name| (name.as_str(), 0)).collect();
        for record in live {
            let names: BTreeSet<&str> = record.affected.iter().map(|a| a.ecosystem.as_str()).collect();
            names.into_iter().for_each(|name| *counts.entry(name).or_default() += 1);
        }
        let mut numbers = HashMap::new();
        for (name, count) in counts {
            numbers.insert(name, short(numbers.len())?);
            let as_of = content.as_of.get(name).copied().flatten().unwrap_or(layout::NO_DATE).to_le_bytes();
            let name = self.text(name)?;
            self.row(Section::Ecosystems, &[name]);
            self.section(Section::Ecosystems).extend(as_of);
            self.row(Section::Ecosystems, &[short(count)?]);
        }
        Ok(numbers)
    }

    pub(super) fn advisory(
        &mut self,
        record: &Record,
        cluster: usize,
        ratings: &[Rating],
        exploited: bool,
    ) -> Result<(), TooLarge> {
        let mut row = Vec::with_capacity(10);
        for text in [&record.id, record.common_name(), &record.summary, &record.link] {
            row.push(self.text(text)?);
        }
        row.extend([self.rows(Section::Lists)?, short(record.aliases.len())?]);
        for alias in &record.aliases {
            let alias = self.text(alias)?;
            self.row(Section::Lists, &[alias]);
        }
        row.extend([self.rows(Section::Ratings)?, short(ratings.len())?]);
        for rating in ratings {
            let (source, text) = (self.text(&rating.source)?, self.text(&rating.text)?);
            self.row(Section::Ratings, &[(rating.standing as u32) << 8 | rating.band as u32, source, text]);
        }
        let flags = if exploited { layout::EXPLOITED } else { 0 };
        row.extend([deciding(ratings) as u32 | flags, short(cluster)?]);
        self.row(Section::Advisories, &row);
        Ok(())
    }

    pub(super) fn packages(&mut self, packages: &[PackageRow<'a>]) -> Result<(), TooLarge> {
        let mut index: Vec<(u64, u32, u32)> = Vec::new();
        for (position, (key, ecosystem, name, advisory, affected)) in packages.iter().enumerate() {
            match index.last_mut() {
                Some((last, _, count)) if last == key => *count += 1,
                _ => index.push((*key, short(position)?, 1)),
            }
            let intervals = self.intervals(&affected.intervals)?;
            let first = self.rows(Section::Lists)?;
            for version in &affected.versions {
                let version = self.text(version)?;
                self.row(Section::Lists, &[version]);
            }
            let name = self.text(name)?;
            let (spans, versions) = (short(affected.intervals.len())?, short(affected.versions.len())?);
            self.row(Section::Affected, &[*ecosystem, name, *advisory, intervals, spans, first, versions]);
        }
        for (key, first, count) in index {
            self.section(Section::Index).extend(key.to_le_bytes());
            self.row(Section::Index, &[first, count]);
        }
        Ok(())
    }

    /// Equal runs of spans are written once: one update of a distribution names dozens of packages with the same.
    fn intervals(&mut self, intervals: &'a [Interval]) -> Result<u32, TooLarge> {
        if let Some(first) = self.runs.get(intervals) {
            return Ok(*first);
        }
        let first = self.rows(Section::Intervals)?;
        for interval in intervals {
            let (kind, end) = match &interval.end {
                End::Open => (0, ""),
                End::Fixed(version) => (1, version.as_str()),
                End::Last(version) => (2, version.as_str()),
            };
            let row = [self.text(&interval.from)?, kind, self.text(end)?];
            self.row(Section::Intervals, &row);
        }
        self.runs.insert(intervals, first);
        Ok(first)
    }

    fn text(&mut self, text: &str) -> Result<u32, TooLarge> {
        let text = cut(text);
        if let Some(offset) = self.texts.get(text) {
            return Ok(*offset);
        }
        let section = self.section(Section::Texts);
        if section.is_empty() {
            section.extend([0, 0]);
        }
        if text.is_empty() {
            return Ok(0);
        }
        let offset = short(section.len())?;
        section.extend(u16::try_from(text.len()).unwrap_or(u16::MAX).to_le_bytes());
        section.extend(text.as_bytes());
        self.texts.insert(text.to_owned(), offset);
        Ok(offset)
    }

    fn section(&mut self, section: Section) -> &mut Vec<u8> {
        let [texts, ecosystems, index, affected, intervals, lists, advisories, ratings] = &mut self.sections;
        match section {
            Section::Texts => texts,
            Section::Ecosystems => ecosystems,
            Section::Index => index,
            Section::Affected => affected,
            Section::Intervals => intervals,
            Section::Lists => lists,
            Section::Advisories => advisories,
            Section::Ratings => ratings,
        }
    }

    fn row(&mut self, section: Section, numbers: &[u32]) {
        let bytes = self.section(section);
        numbers.iter().for_each(|number| bytes.extend(number.to_le_bytes()));
    }

    fn rows(&mut self, section: Section) -> Result<u32, TooLarge> {
        short(self.section(section).len() / section.row())
    }

    pub(super) fn finish(mut self, demonstration: bool) -> Result<Vec<u8>, TooLarge> {
        self.text("")?;
        let mut file = layout::MAGIC.to_vec();
        file.extend(layout::VERSION.to_le_bytes());
        file.extend((if demonstration { layout::DEMONSTRATION } else { 0 }).to_le_bytes());
        let mut offset = layout::HEADER;
        for (section, bytes) in Section::ALL.iter().zip(&self.sections) {
            file.extend(short(offset)?.to_le_bytes());
            file.extend(short(bytes.len() / section.row())?.to_le_bytes());
            offset += bytes.len();
        }
        if offset as u64 > layout::LARGEST {
            return Err(TooLarge);
        }
        let mut hash = Sha256::new_with_prefix(&file);
        self.sections.iter().for_each(|bytes| hash.update(bytes));
        file.extend(hash.finalize());
        self.sections.iter().for_each(|bytes| file.extend(bytes));
        Ok(file)
    }
}

/// At most as many bytes as two bytes of length can tell, cut between characters.
fn cut(text: &str) -> &str {
    let mut end = text.len().min(usize::from(u16::MAX));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
