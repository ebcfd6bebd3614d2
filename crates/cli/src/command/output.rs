//! `assay output validate FILE`

use std::path::PathBuf;

use assay_app::{Refused, report};
use assay_checks::output::{self, AION, CONTRACTS, INFORMAL, Limits, Profile, Request, Validation};
use assay_core::category::Category;
use assay_core::{Check, Clock, Policy};
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::document::Judgement;
use super::profile::category;
use super::{Format, read};
use crate::exit::Exit;
use crate::system::SystemClock;

const EXAMPLES: &str = "\
Examples:
  assay output validate result.json                        by the contracts it lists
  assay output validate result.json --contract transcript
  assay output validate - --contract aion --format json < result.json";

/// What can be done with engine output.
#[derive(Subcommand, Debug)]
pub(super) enum Output {
    /// Judge a document against the output standard and its contracts
    Validate(Validate),
}

impl Output {
    pub(super) fn run(self) -> Result<Exit, Refused> {
        let Self::Validate(validate) = self;
        validate.run()
    }
}

/// Judge a document against the output standard and its contracts.
///
/// Without `--contract` the document is held to the contracts it lists itself.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Validate {
    /// The document; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Contract to hold it to; may be repeated. `aion` is the whole format
    #[arg(long = "contract", value_name = "NAME", value_parser = contract_names())]
    contracts: Vec<String>,
    /// What to do with unknown keys
    #[arg(long, value_name = "PROFILE", default_value = "strict")]
    profile: Keys,
    /// The engine's category: the contracts have to fit it
    #[arg(long, value_name = "NAME", value_parser = category)]
    category: Option<Category>,
    /// Length of the source medium in ms: times have to lie within it
    #[arg(long, value_name = "MS")]
    media_duration: Option<u64>,
    /// Form of the result
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Format,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Keys {
    /// An unknown key is an error; at the top of the document it draws a warning
    Strict,
    /// Unknown keys are taken out and told; of a valid document `--format json` shows what is left
    Strip,
}

/// The names that a document may list. Those without a published contract are understood, and not offered.
fn contract_names() -> PossibleValuesParser {
    let published = CONTRACTS.iter().chain([&AION]).map(|contract| PossibleValue::new(contract.name));
    let informal = INFORMAL.into_iter().map(|name| PossibleValue::new(name).hide(true));
    PossibleValuesParser::new(published.chain(informal))
}

impl Validate {
    fn run(self) -> Result<Exit, Refused> {
        let name = read::name(&self.file);
        let bytes = read::bytes(&self.file, Limits::default().bytes as u64)?;
        let request = Request {
            document: name.clone(),
            contracts: Some(self.contracts.clone()).filter(|names| !names.is_empty()),
            profile: match self.profile {
                Keys::Strict => Profile::Strict,
                Keys::Strip => Profile::Strip,
            },
            category: self.category,
            media_duration_ms: self.media_duration,
            ..Request::new(SystemClock::new().now())
        };
        let Validation { contracts_used, errors, more_errors, findings, notes, processed, .. } =
            output::validate(&bytes, &request);
        let report = report::of_document(&name, Check::Build, findings, &Policy::default());
        let told = notes.clone();
        let extra = json!({
            "contracts": contracts_used,
            "errors": errors,
            "moreErrors": more_errors,
            "notes": notes,
            "processed": processed,
        });
        Judgement { name: &name, report: &report, notes: &told, extra }.print(self.format)
    }
}
