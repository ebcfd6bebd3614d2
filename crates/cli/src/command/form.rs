//! Forms of an answer that is no report.

use assay_app::Refused;
use clap::ValueEnum;
use serde::Serialize;

use crate::{render, terminal};

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
