//! Finds places again in the text: only asked when there is something to tell, so nothing needs to be remembered while
//! reading.

use std::collections::BTreeMap;

use assay_core::Snippet;

use super::read::Cursor;
use super::schema::{Location, Step};

/// Characters shown on each side of a mark.
const AROUND: usize = 190;

/// A place to find: the value there, or the key of one of its members.
#[derive(Clone, Debug)]
pub(super) struct Sought {
    pub(super) location: Location,
    pub(super) key: Option<String>,
}

/// A place found.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Position {
    /// Byte offset.
    pub(super) offset: usize,
    /// Line, from 1.
    pub(super) line: u32,
    /// Column in characters, from 1.
    pub(super) column: u32,
}

/// Finds all places, in one walk over the text. What does not exist is found at the start of its nearest parent.
pub(super) fn find(text: &str, sought: &[Sought]) -> Vec<Position> {
    let mut root = Wanted::default();
    for (number, one) in sought.iter().enumerate() {
        root.add(one, number);
    }
    let mut search = Search { offsets: vec![0; sought.len()], left: sought.len() };
    // The walk ends as soon as everything is found; a text that ends early leaves the rest at its parents.
    let _ = root.walk(&mut Cursor::new(text, 0), &mut search);
    lines(text, &search.offsets)
}

/// Line and column of byte offsets.
pub(super) fn lines(text: &str, offsets: &[usize]) -> Vec<Position> {
    let mut order: Vec<usize> = (0..offsets.len()).collect();
    order.sort_by_key(|number| offsets.get(*number));
    let mut positions = vec![Position::default(); offsets.len()];
    let mut here = Position { offset: 0, line: 1, column: 1 };
    for number in order {
        let offset = offsets.get(number).copied().unwrap_or_default();
        here = advance(text, here, offset);
        if let Some(place) = positions.get_mut(number) {
            *place = here;
        }
    }
    positions
}

fn advance(text: &str, from: Position, offset: usize) -> Position {
    let part = text.as_bytes().get(from.offset..offset).unwrap_or_default();
    let breaks = part.iter().filter(|byte| **byte == b'\n').count();
    let (column, last_line) = match part.iter().rposition(|byte| *byte == b'\n') {
        Some(at) => (1, part.get(at + 1..).unwrap_or_default()),
        None => (from.column, part),
    };
    // Continuation bytes begin no character.
    let characters = last_line.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Position {
        offset,
        line: from.line.saturating_add(small(breaks)),
        column: column.saturating_add(small(characters)),
    }
}

/// The line around a place, with the token there marked.
pub(super) fn snippet(text: &str, position: Position, label: &str) -> Option<Snippet> {
    let before = text.get(..position.offset)?;
    let after = text.get(position.offset..)?;
    let left: Vec<char> = before.chars().rev().take_while(|c| *c != '\n').take(AROUND).collect();
    let right = after.chars().take_while(|c| *c != '\n').take(AROUND);
    let line: String = left.iter().rev().copied().chain(right).map(shown).collect();
    let length = token(after).clamp(1, AROUND);
    Some(Snippet {
        text: line,
        line: position.line,
        start: u32::try_from(left.len()).ok()?,
        length: u32::try_from(length).ok()?,
        label: label.to_owned(),
    })
}

fn shown(c: char) -> char {
    if c.is_control() { ' ' } else { c }
}

/// Characters of the string, number or word here; of a bracket one.
fn token(text: &str) -> usize {
    let mut rest = text.chars().take(AROUND + 1);
    match rest.next() {
        Some('"') => {
            let mut escaped = false;
            let inner = rest.take_while(|c| {
                let ends = *c == '\n' || (*c == '"' && !escaped);
                escaped = *c == '\\' && !escaped;
                !ends
            });
            inner.count() + 2
        }
        Some(c) if c.is_ascii_alphanumeric() || c == '-' => {
            1 + rest.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-')).count()
        }
        _ => 1,
    }
}

/// The places sought, as a tree that is walked beside the document.
#[derive(Default)]
struct Wanted {
    /// Those that want this value.
    here: Vec<usize>,
    /// Those that want the key of a member.
    keys: BTreeMap<String, Vec<usize>>,
    members: BTreeMap<String, Wanted>,
    items: BTreeMap<usize, Wanted>,
}

impl Wanted {
    fn add(&mut self, sought: &Sought, number: usize) {
        let mut node = self;
        for step in &sought.location.0 {
            node = match step {
                Step::Key(key) => node.members.entry(key.clone()).or_default(),
                Step::Index(index) => node.items.entry(*index).or_default(),
            };
        }
        match &sought.key {
            Some(key) => node.keys.entry(key.clone()).or_default().push(number),
            None => node.here.push(number),
        }
    }

    /// Places below are taken to be here until they are found.
    fn guess(&self, at: usize, search: &mut Search) {
        for number in self.here.iter().chain(self.keys.values().flatten()) {
            search.set(*number, at);
        }
        self.members.values().chain(self.items.values()).for_each(|below| below.guess(at, search));
    }

    /// `None` ends the walk.
    fn walk(&self, cursor: &mut Cursor<'_>, search: &mut Search) -> Option<()> {
        cursor.blank();
        self.guess(cursor.at(), search);
        search.found(&self.here, cursor.at())?;
        match cursor.peek()? {
            b'{' if !(self.members.is_empty() && self.keys.is_empty()) => self.walk_object(cursor, search),
            b'[' if !self.items.is_empty() => self.walk_array(cursor, search),
            _ => cursor.hop(),
        }
    }

    fn walk_object(&self, cursor: &mut Cursor<'_>, search: &mut Search) -> Option<()> {
        cursor.take(b'{');
        if cursor.take(b'}') {
            return Some(());
        }
        loop {
            cursor.blank();
            let at = cursor.at();
            let key = cursor.text().ok()?;
            if let Some(wanted) = self.keys.get(key.as_ref()) {
                search.found(wanted, at)?;
            }
            cursor.take(b':').then_some(())?;
            match self.members.get(key.as_ref()) {
                Some(below) => below.walk(cursor, search)?,
                None => cursor.hop()?,
            }
            if !cursor.another(b'}', "").ok()? {
                return Some(());
            }
        }
    }

    fn walk_array(&self, cursor: &mut Cursor<'_>, search: &mut Search) -> Option<()> {
        cursor.take(b'[');
        if cursor.take(b']') {
            return Some(());
        }
        let mut index = 0;
        loop {
            match self.items.get(&index) {
                Some(below) => below.walk(cursor, search)?,
                None => cursor.hop()?,
            }
            index += 1;
            if !cursor.another(b']', "").ok()? {
                return Some(());
            }
        }
    }
}

/// What was found so far.
struct Search {
    offsets: Vec<usize>,
    /// How many are still only guessed.
    left: usize,
}

impl Search {
    fn set(&mut self, number: usize, at: usize) {
        if let Some(place) = self.offsets.get_mut(number) {
            *place = at;
        }
    }

    /// These are here for certain. `None` when nothing is left to find.
    fn found(&mut self, numbers: &[usize], at: usize) -> Option<()> {
        for number in numbers {
            self.set(*number, at);
        }
        self.left = self.left.saturating_sub(numbers.len());
        (self.left > 0).then_some(())
    }
}
