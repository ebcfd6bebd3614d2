//! `assay build show`

use assay_app::Refused;
use assay_app::build::tags;
use assay_core::Actor;
use serde::Serialize;

use super::name::BuildName;
use super::row::{BuildRow, page};
use crate::command::form::Form;
use crate::installation::Installation;
use crate::terminal::escape;

#[derive(clap::Args, Debug)]
pub(crate) struct Show {
    /// The build: its id, or `ORG/NAME#NUMBER`
    build: BuildName,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(Serialize, Debug)]
struct Shown {
    #[serde(flatten)]
    build: BuildRow,
    /// Tags that point to the image.
    tags: Vec<String>,
}

impl Show {
    pub(super) fn run(self, house: &Installation) -> Result<(), Refused> {
        let view = self.build.find(house)?;
        let tags = tags(&house.service, &Actor::operator(), view.build.id)?;
        self.format.print(&Shown { build: view.into(), tags }, text)
    }
}

fn text(shown: &Shown) -> String {
    let mut text = page(&shown.build);
    if !shown.tags.is_empty() {
        let tags: Vec<String> = shown.tags.iter().map(|tag| escape::line(tag)).collect();
        text.push_str(&format!("tags      {}\n", tags.join(", ")));
    }
    text
}
