//! Forms of an answer that is no report.

use assay_app::Refused;
use assay_app::page::LARGEST;
use assay_core::records::Page;
use clap::ValueEnum;
use serde::Serialize;

use crate::{render, terminal};

/// Everything a list has, part by part.
pub(super) fn everything<T>(
    mut part: impl FnMut(Page) -> Result<Vec<T>, Refused>,
) -> Result<Vec<T>, Refused> {
    let mut all: Vec<T> = Vec::new();
    loop {
        let offset = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let more = part(Page { offset, ..LARGEST })?;
        let last = more.len() < LARGEST.limit as usize;
        all.extend(more);
        if last {
            return Ok(all);
        }
    }
}

/// How a command answers.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub(super) enum Form {
    /// Text for people
    Human,
    /// JSON
    Json,
}

impl Form {
    /// Prints `answer` in this form; `human` writes the one for people.
    pub(super) fn print<T: Serialize>(
        self,
        answer: &T,
        human: impl FnOnce(&T) -> String,
    ) -> Result<(), Refused> {
        terminal::print(&match self {
            Self::Human => human(answer),
            Self::Json => render::json(answer)?,
        })
    }
}
