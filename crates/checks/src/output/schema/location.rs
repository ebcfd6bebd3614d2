//! Where in a document: while walking, a chain on the stack; when kept, a list of steps.

use std::fmt::Write as _;

/// A place under examination.
#[derive(Clone, Copy, Debug)]
pub(in crate::output) enum Path<'a> {
    /// The document itself.
    Root,
    /// A member of an object.
    Key(&'a Path<'a>, &'a str),
    /// An item of an array.
    Index(&'a Path<'a>, usize),
}

impl Path<'_> {
    /// The same, to keep.
    pub(in crate::output) fn keep(&self) -> Location {
        let mut steps = Vec::new();
        let mut here = *self;
        loop {
            here = match here {
                Path::Root => break,
                Path::Key(parent, key) => {
                    steps.push(Step::Key(key.to_owned()));
                    *parent
                }
                Path::Index(parent, index) => {
                    steps.push(Step::Index(index));
                    *parent
                }
            };
        }
        steps.reverse();
        Location(steps)
    }
}

/// One step down.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(in crate::output) enum Step {
    /// To a member.
    Key(String),
    /// To an item, counted from 0.
    Index(usize),
}

/// A place that was kept.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub(in crate::output) struct Location(pub(in crate::output) Vec<Step>);

impl Location {
    /// One step further.
    pub(in crate::output) fn with(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }

    /// As JSON pointer (RFC 6901).
    pub(in crate::output) fn pointer(&self) -> String {
        let mut text = String::new();
        for step in &self.0 {
            text.push('/');
            match step {
                Step::Key(key) => text.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Step::Index(index) => drop(write!(text, "{index}")),
            }
        }
        text
    }

    /// In the way of JavaScript, `.series[1].words[0]`, as output.md §4 has it; empty for the document itself.
    pub(in crate::output) fn data_path(&self) -> String {
        let mut text = String::new();
        for step in &self.0 {
            match step {
                Step::Key(key) if is_identifier(key) => drop(write!(text, ".{key}")),
                Step::Key(key) => drop(write!(text, "['{}']", escaped(key))),
                Step::Index(index) => drop(write!(text, "[{index}]")),
            }
        }
        text
    }
}

fn is_identifier(key: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$');
    key.starts_with(is_letter) && key.chars().all(|c| is_letter(c) || c.is_ascii_digit())
}

fn escaped(key: &str) -> String {
    let mut text = String::with_capacity(key.len());
    for c in key.chars() {
        match c {
            '\'' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            _ => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_both_ways() {
        let root = Path::Root;
        let series = Path::Key(&root, "series");
        let item = Path::Index(&series, 12);
        let odd = Path::Key(&item, "a/b~'c");
        let kept = odd.keep();
        assert_eq!(kept.pointer(), "/series/12/a~1b~0'c");
        assert_eq!(kept.data_path(), r".series[12]['a/b~\'c']");
        assert_eq!(Path::Root.keep().data_path(), "");
    }
}
