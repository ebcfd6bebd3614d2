//! The commands, one file each: what can be typed, and the use case it calls.

mod account;
mod backup;
mod build;
mod certify;
mod completions;
mod config;
mod db;
mod docs;
mod doctor;
mod document;
mod engine;
mod form;
mod input;
mod judge;
mod manifest;
mod output;
mod pack;
mod policy;
mod profile;
mod read;
mod serve;
mod sweep;
mod waiver;
mod webhook;
mod work;

use std::path::PathBuf;
use std::sync::Arc;

use assay_app::Refused;
use assay_checks::security::Database;
use assay_core::{Clock, Fault, Progress};
use assay_sandbox::Sandbox;
use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::exit::Exit;
use crate::folder::DataFolder;
use crate::{progress, terminal};

const EXAMPLES: &str = "\
Examples:
  assay certify oci-layout-folder/            judge an image and say why
  assay certify docker://host/repo:tag --report out/
  assay manifest validate manifest.json       judge a manifest alone
  assay output validate result.json --contract transcript
  assay doctor                                what can this machine do?

Exit codes: 0 approved or valid, 1 disapproved or invalid, 2 asked wrongly,
3 inconclusive, or a fault of assay or of the machine.";

/// Judges AI engines: container images with a `/var/manifest.json`.
#[derive(Parser, Debug)]
#[command(name = "assay", version, after_help = EXAMPLES, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[derive(clap::Args, Debug)]
pub(crate) struct Global {
    /// Folder for caches, the vulnerability database and running certifications [env: ASSAY_DATA]
    /// [default: the XDG data folder]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = false)]
    color: Color,
    /// Tell more on standard error; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// No progress, only the result
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Color {
    Auto,
    Always,
    Never,
}

impl Arguments {
    /// Sets colours and diagnostics up, before anything is written. The service keeps a log of its own.
    pub(crate) fn prepare(&self) {
        self.global.colours();
        if !matches!(self.command, Command::Serve(_)) {
            self.global.diagnostics();
        }
    }
}

impl Global {
    fn colours(&self) {
        match self.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }

    fn diagnostics(&self) {
        let level = match self.verbose {
            0 => return,
            1 => "info,assay=debug",
            _ => "trace",
        };
        let filter = tracing_subscriber::EnvFilter::new(level);
        let colours = terminal::stderr_is_terminal() && terminal::stderr_is_coloured();
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_ansi(colours)
            .with_writer(std::io::stderr)
            .init();
    }

    /// Live progress; plain lines where diagnostics would run through moving ones.
    fn progress(&self, clock: Arc<dyn Clock>) -> Box<dyn Progress> {
        progress::choose(self.quiet, self.verbose == 0 && terminal::stderr_is_terminal(), clock)
    }

    fn folder(&self) -> Result<DataFolder, Refused> {
        DataFolder::choose(self.data.as_deref())
    }
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Judge an engine image from end to end
    Certify(Box<certify::Certify>),
    /// Judge or write engine manifests
    #[command(subcommand)]
    Manifest(manifest::Manifest),
    /// Judge engine output
    #[command(subcommand)]
    Output(output::Output),
    /// Make an OCI image of a folder, without Docker
    Pack(pack::Pack),
    /// Load vulnerability data, or tell what is loaded
    #[command(subcommand)]
    Db(db::Db),
    /// Say what this machine can do, and how to mend what is missing
    Doctor(doctor::Doctor),
    /// Run the service: registry, certification, approval, deployment and API
    Serve(Box<serve::Serve>),
    /// Look at the service's configuration
    #[command(subcommand)]
    Config(config::Config),
    /// Look after engines
    #[command(subcommand)]
    Engine(engine::Engine),
    /// Look after builds: submit, approve, deploy
    #[command(subcommand)]
    Build(build::Build),
    /// Look after organizations
    #[command(subcommand)]
    Org(account::Org),
    /// Look after users
    #[command(subcommand)]
    User(account::User),
    /// Look after API keys
    #[command(subcommand)]
    Key(account::Key),
    /// Make, compare, try and choose policies
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Ask for waivers and decide about them
    #[command(subcommand)]
    Waiver(waiver::Waiver),
    /// Look after webhooks, and what was sent by them and by mail
    #[command(subcommand)]
    Webhook(webhook::Webhook),
    /// Look at work that the service gave up, and have it done anew
    #[command(subcommand)]
    Work(work::Work),
    /// Copy everything a service has to a new folder, while it runs
    Backup(backup::Backup),
    /// Bring a backup back into an empty data folder
    Restore(backup::Restore),
    /// Follow one order of the service
    #[command(hide = true)]
    Judge(judge::Judge),
    /// Remove what a certification that ended early left behind
    #[command(hide = true)]
    Sweep(sweep::Sweep),
    /// Print a completion script for a shell
    Completions(completions::Completions),
    /// Print the generated pages of the documentation
    #[command(hide = true)]
    Docs(docs::Docs),
}

/// What was typed. Ends the program when it cannot be understood, or when only help is asked for.
pub(crate) fn parse() -> Arguments {
    let mut command = Arguments::command().color(usage_colour());
    let matches = command.try_get_matches_from_mut(std::env::args_os());
    let parsed = matches.and_then(|matches| Arguments::from_arg_matches(&matches));
    parsed.unwrap_or_else(|error| without_hidden(error, &command).exit())
}

/// A missing command is answered with the commands there are; those that the help hides stay hidden.
fn without_hidden(mut error: clap::Error, command: &clap::Command) -> clap::Error {
    if let Some(ContextValue::Strings(names)) = error.get(ContextKind::ValidSubcommand) {
        let shown = |name: &&String| command.find_subcommand(name).is_none_or(|sub| !sub.is_hide_set());
        let names = names.iter().filter(shown).cloned().collect();
        error.insert(ContextKind::ValidSubcommand, ContextValue::Strings(names));
    }
    error
}

/// The colour of usage errors, which are told before the flags are understood: `--color` is looked for by hand.
fn usage_colour() -> clap::ColorChoice {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let asked = |when: &str| {
        words.iter().any(|word| *word == *format!("--color={when}"))
            || words
                .windows(2)
                .any(|pair| matches!(pair, [flag, value] if flag == "--color" && value == when))
    };
    match (asked("never"), asked("always")) {
        (true, _) => clap::ColorChoice::Never,
        (false, true) => clap::ColorChoice::Always,
        (false, false) => clap::ColorChoice::Auto,
    }
}

/// Runs the command asked for.
pub(crate) fn run(arguments: Arguments) -> Result<Exit, Refused> {
    let global = &arguments.global;
    match arguments.command {
        Command::Certify(certify) => certify.run(global),
        Command::Manifest(manifest) => manifest.run(),
        Command::Output(output) => output.run(),
        Command::Pack(pack) => pack.run(),
        Command::Db(db) => db.run(global),
        Command::Doctor(doctor) => doctor.run(global),
        Command::Serve(serve) => serve.run(global),
        Command::Config(config) => config.run(global),
        Command::Engine(engine) => engine.run(global),
        Command::Build(build) => build.run(global),
        Command::Org(org) => org.run(global),
        Command::User(user) => user.run(global),
        Command::Key(key) => key.run(global),
        Command::Policy(policy) => policy.run(global),
        Command::Waiver(waiver) => waiver.run(global),
        Command::Webhook(webhook) => webhook.run(global),
        Command::Work(work) => work.run(global),
        Command::Backup(backup) => backup.run(global),
        Command::Restore(restore) => restore.run(global),
        Command::Judge(judge) => judge.run(global),
        Command::Sweep(sweep) => sweep.run(global),
        Command::Completions(completions) => completions.run(),
        Command::Docs(docs) => docs.run(),
    }
}

/// The vulnerability database of a data folder, when there is one.
pub(crate) fn advisories(folder: &DataFolder) -> Result<Option<Database>, Refused> {
    db::open(folder)
}

/// The sandbox of this machine, over a data folder.
pub(crate) fn sandbox(folder: &DataFolder) -> Result<Sandbox, Fault> {
    sweep::sandbox(folder)
}

/// Whether engines can be run on this machine; otherwise what is missing.
pub(crate) fn sandbox_health(folder: &DataFolder) -> Result<(), String> {
    doctor::sandbox_health(folder)
}

/// Forms of a result.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    /// Text for people
    Human,
    /// JSON; for reports see docs/report.schema.json
    Json,
    /// SARIF 2.1.0, for code-scanning pages
    Sarif,
    /// JUnit XML, for test dashboards
    Junit,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Arguments::command().debug_assert();
    }
}
