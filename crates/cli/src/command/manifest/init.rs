//! `assay manifest init`

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use assay_app::Refused;
use assay_checks::manifest::{self, Answers};
use assay_core::category::Category;
use assay_core::manifest::{ClusterSize, EngineMode};
use assay_core::profile::DeploymentModel;
use assay_core::{EngineProfile, Fault, Rejection, Severity};
use dialoguer::theme::ColorfulTheme;
use dialoguer::{Input, Select};

use super::super::profile::{MODELS, category, named};
use crate::exit::Exit;
use crate::render::finding;
use crate::{place, terminal};

const EXAMPLES: &str = "\
Examples:
  assay manifest init                                 asks, on a terminal
  assay manifest init --engine-id 62f6f0ee-… --category keyword -o manifest.json
  assay manifest init --engine-id 62f6f0ee-… --category transcription \\
      --input-format audio/wav --cluster-size medium

Exit codes: 0 a valid manifest was written, 1 the one written has errors, told on standard error.";

/// Write a manifest, by asking or from flags.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(in super::super) struct Init {
    /// Id of the engine, as shown when it was created
    #[arg(long, value_name = "ID")]
    engine_id: Option<String>,
    /// Category, such as "keyword extraction"; it brings the defaults of the other flags
    #[arg(long, value_name = "NAME", value_parser = category)]
    category: Option<Category>,
    /// Media type the engine takes; the first is the preferred one
    #[arg(long = "input-format", value_name = "MIME")]
    input_formats: Vec<String>,
    /// Media type the engine answers in
    #[arg(long = "output-format", value_name = "MIME")]
    output_formats: Vec<String>,
    /// Machine: small 512 MB, medium 2 GB, large 6 GB
    #[arg(long, value_name = "SIZE", value_parser = named::<ClusterSize>(&["small", "medium", "large"]))]
    cluster_size: Option<ClusterSize>,
    /// How the engine takes its work
    #[arg(long, value_name = "MODE", value_parser = named::<EngineMode>(&["chunk", "batch", "stream"]))]
    mode: Option<EngineMode>,
    /// How far the engine may reach, for the judgement of what is written [default: network-isolated]
    #[arg(long, value_name = "MODEL", value_parser = named::<DeploymentModel>(&MODELS))]
    deployment_model: Option<DeploymentModel>,
    /// Host the engine calls; only engines with external access may
    #[arg(long = "external-call", value_name = "HOST")]
    external_calls: Vec<String>,
    /// Web page about the engine
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write over an existing file
    #[arg(long, requires = "output")]
    force: bool,
}

impl Init {
    pub(super) fn run(self) -> Result<Exit, Refused> {
        if let Some(file) = &self.output {
            place::refuse_missing_parent(file)?;
        }
        let text = manifest::init(&self.answers()?);
        let judged = manifest::read(text.as_bytes(), &self.profile(), "manifest.json");
        for finding in &judged.findings {
            terminal::note(&finding::text(finding));
        }
        match &self.output {
            Some(file) => self.write(file, &text)?,
            None => terminal::print_raw(text.as_bytes())?,
        }
        let bad = judged.findings.iter().any(|finding| finding.severity == Severity::Error);
        Ok(if bad { Exit::Bad } else { Exit::Good })
    }

    /// What the manifest is judged by.
    fn profile(&self) -> EngineProfile {
        let mut profile = EngineProfile::default();
        profile.deployment_model = self.deployment_model.unwrap_or(profile.deployment_model);
        profile
    }

    /// From the flags; what is missing is asked for, where somebody can be asked.
    fn answers(&self) -> Result<Answers, Refused> {
        let category = self.category.map_or_else(ask_category, Ok)?;
        let engine_id =
            self.engine_id.clone().map_or_else(|| ask("engine-id", "Id of the engine", None), Ok)?;
        let mut answers = Answers::for_category(&engine_id, category);
        if self.category.is_none() {
            ask_the_rest(&mut answers)?;
        }
        if let Some(first) = self.input_formats.first() {
            answers.preferred_input_format = first.clone();
            answers.supported_input_formats = self.input_formats.clone();
        }
        if !self.output_formats.is_empty() {
            answers.output_formats = self.output_formats.clone();
        }
        answers.cluster_size = self.cluster_size.unwrap_or(answers.cluster_size);
        answers.engine_mode = self.mode.unwrap_or(answers.engine_mode);
        answers.external_calls.extend(self.external_calls.iter().cloned());
        answers.url = self.url.clone().or(answers.url);
        Ok(answers)
    }

    fn write(&self, file: &PathBuf, text: &str) -> Result<(), Refused> {
        let mut options = File::options();
        options.write(true).create_new(!self.force).create(self.force).truncate(self.force);
        let written = options.open(file).and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|cause| match cause.kind() {
            std::io::ErrorKind::AlreadyExists => {
                Rejection::new("file-exists", format!("`{}` is there already", file.display()))
                    .hint("add `--force` to write over it")
                    .into()
            }
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::IsADirectory => {
                let message = format!("`{}` cannot be written ({})", file.display(), cause.kind());
                Rejection::new("file-not-writable", message).hint("name another file").into()
            }
            _ => Refused::from(Fault::io(format!("writing `{}`", file.display()), cause)),
        })?;
        terminal::note(&format!("wrote {}", file.display()));
        Ok(())
    }
}

fn ask_the_rest(answers: &mut Answers) -> Result<(), Refused> {
    let formats = answers.supported_input_formats.join(", ");
    let formats = ask("input-format", "Input formats, the preferred one first", Some(formats))?;
    answers.supported_input_formats = listed(&formats);
    if let Some(first) = answers.supported_input_formats.first() {
        answers.preferred_input_format = first.clone();
    }
    let sizes = [ClusterSize::Small, ClusterSize::Medium, ClusterSize::Large];
    let offered = ["small, 512 MB", "medium, 2 GB", "large, 6 GB"];
    answers.cluster_size = chosen(&sizes, choose("cluster-size", "Machine", &offered, 0)?);
    let modes = [EngineMode::Chunk, EngineMode::Batch, EngineMode::Stream];
    let usual = modes.iter().position(|mode| *mode == answers.engine_mode).unwrap_or(0);
    answers.engine_mode = chosen(&modes, choose("mode", "Mode", &modes.map(EngineMode::name), usual)?);
    answers.external_calls =
        listed(&ask("external-call", "Hosts it calls (none when isolated)", Some(String::new()))?);
    Ok(())
}

fn chosen<T: Copy + Default>(of: &[T], at: usize) -> T {
    of.get(at).copied().unwrap_or_default()
}

fn listed(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn ask_category() -> Result<Category, Refused> {
    askable("category")?;
    let theme = ColorfulTheme::default();
    let prompt = "Category, such as `keyword extraction`";
    Input::with_theme(&theme).with_prompt(prompt).interact_text().map_err(asking)
}

fn ask(flag: &str, prompt: &str, usual: Option<String>) -> Result<String, Refused> {
    askable(flag)?;
    let theme = ColorfulTheme::default();
    let mut input = Input::with_theme(&theme).with_prompt(prompt).allow_empty(usual.is_some());
    if let Some(usual) = usual.filter(|text| !text.is_empty()) {
        input = input.with_initial_text(usual);
    }
    input.interact_text().map_err(asking)
}

fn choose(flag: &str, prompt: &str, offered: &[&str], usual: usize) -> Result<usize, Refused> {
    askable(flag)?;
    let theme = ColorfulTheme::default();
    Select::with_theme(&theme).with_prompt(prompt).items(offered).default(usual).interact().map_err(asking)
}

fn askable(flag: &str) -> Result<(), Refused> {
    if terminal::can_ask() {
        return Ok(());
    }
    let message = format!("`--{flag}` is missing, and there is nobody to ask: this is no terminal");
    Err(Rejection::new("missing-answer", message).hint("give at least `--engine-id` and `--category`").into())
}

fn asking(cause: dialoguer::Error) -> Refused {
    Fault::io("asking on the terminal", cause).into()
}
