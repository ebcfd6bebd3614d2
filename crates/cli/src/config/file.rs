//! The layer of the file.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::layers::{Given, Problem, Source};
use super::nearest::nearest;
use super::settings::{SECTIONS, SETTINGS};
use super::table::{Form, Setting};

/// What a file says: values, what cannot be understood, and the data folder it names.
#[derive(Default, Debug)]
pub(super) struct Said {
    pub(super) values: Vec<(&'static Setting, Given)>,
    pub(super) problems: Vec<Problem>,
    pub(super) data: Option<PathBuf>,
}

/// Reads the text of a file.
pub(super) fn read(path: &Path, text: &str) -> Said {
    let mut reader = Reader { path, text, said: Said::default() };
    match DeTable::parse(text) {
        Ok(table) => reader.root(table.get_ref()),
        Err(cause) => reader.complain(cause.span().unwrap_or_default(), cause.message().to_owned(), None),
    }
    reader.said
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    said: Said,
}

impl Reader<'_> {
    fn root(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("data", DeValue::String(folder)) => self.said.data = Some(folder.as_ref().into()),
                ("data", _) => self.complain(value.span(), "`data` names a folder, in quotes".into(), None),
                (name, value) => self.section(name, key.span(), value),
            }
        }
    }

    fn section(&mut self, name: &str, span: Range<usize>, value: &DeValue<'_>) {
        let known = SECTIONS.iter().find(|(section, _)| *section == name).map(|(section, _)| *section);
        match (known, value) {
            (Some(section), DeValue::Table(table)) => {
                for (key, value) in table {
                    self.setting(section, key, value);
                }
            }
            (Some(section), _) => {
                self.complain(span, format!("`{section}` is a table: write `[{section}]`"), None);
            }
            (None, _) => {
                let sections = SECTIONS.iter().map(|(section, _)| *section).chain(["data"]);
                let near = nearest(name, sections).map(str::to_owned);
                self.complain(span, format!("there is no section `{name}`"), near);
            }
        }
    }

    fn setting(
        &mut self,
        section: &'static str,
        key: &Spanned<toml::de::DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
    ) {
        let name = key.get_ref().as_ref();
        let of_section = || SETTINGS.iter().filter(|setting| setting.section == section);
        let Some(setting) = of_section().find(|setting| setting.name == name) else {
            let near = nearest(name, of_section().map(|setting| setting.name)).map(str::to_owned);
            let near = near.or_else(|| elsewhere(name));
            return self.complain(key.span(), format!("there is no setting `{name}` in `[{section}]`"), near);
        };
        match text_of(setting, value.get_ref()).and_then(|text| (setting.check)(&text).map(|()| text)) {
            Ok(text) => {
                let given = Given { text, source: Source::File(self.place(&value.span())) };
                self.said.values.push((setting, given));
            }
            Err(wrong) if setting.secret => {
                self.complain(value.span(), format!("the value of `{name}` is {wrong}"), None);
            }
            Err(wrong) => {
                let written = self.text.get(value.span()).unwrap_or_default();
                self.complain(value.span(), format!("the value of `{name}`, {written}, is {wrong}"), None);
            }
        }
    }

    fn complain(&mut self, span: Range<usize>, message: String, near: Option<String>) {
        let place = self.place(&span);
        self.said.problems.push(Problem { place, message, near });
    }

    /// `file:line:column`, both from one.
    fn place(&self, span: &Range<usize>) -> String {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("{}:{line}:{column}", self.path.display())
    }
}

/// A setting of this name in another section.
fn elsewhere(name: &str) -> Option<String> {
    SETTINGS.iter().find(|setting| setting.name == name).map(Setting::key)
}

/// The value as every other layer would give it.
fn text_of(setting: &Setting, value: &DeValue<'_>) -> Result<String, String> {
    match (setting.form, value) {
        (Form::Text, DeValue::String(text)) => Ok(text.as_ref().to_owned()),
        (Form::Bare, DeValue::Integer(number)) => Ok(number.as_str().to_owned()),
        (Form::Bare, DeValue::Float(number)) => Ok(number.as_str().to_owned()),
        (Form::Bare, DeValue::Boolean(truth)) => Ok(truth.to_string()),
        (Form::List, DeValue::Array(parts)) => {
            let text = |part: &Spanned<DeValue<'_>>| part.get_ref().as_str().map(str::to_owned);
            let parts: Option<Vec<String>> = parts.iter().map(text).collect();
            parts.map(|parts| parts.join(",")).ok_or_else(|| "not a list of texts".into())
        }
        (Form::Text, _) => Err(format!("not in quotes, as a {} is written", setting.kind)),
        (Form::Bare, _) => Err(format!("not a {}", setting.kind)),
        (Form::List, _) => Err("not a list in brackets".into()),
    }
}
