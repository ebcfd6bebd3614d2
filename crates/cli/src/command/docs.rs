//! `assay docs PAGE`: the generated pages of `docs/`, so that a test can see whether the committed ones are fresh.

use assay_app::Refused;
use clap::{CommandFactory, ValueEnum};

use super::Arguments;
use crate::exit::Exit;
use crate::terminal;

/// Print a generated page.
#[derive(clap::Args, Debug)]
pub(super) struct Docs {
    page: Page,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Page {
    /// docs/checks.md
    Checks,
    /// docs/cli.md
    Cli,
    /// docs/configuration.md
    Configuration,
    /// docs/report.schema.json
    ReportSchema,
    /// docs/schema.graphql
    GraphqlSchema,
}

impl Docs {
    pub(super) fn run(self) -> Result<Exit, Refused> {
        let page = match self.page {
            Page::Checks => assay_core::catalogue::markdown(),
            Page::Cli => command_page(),
            Page::Configuration => crate::config::page(),
            Page::GraphqlSchema => assay_server::graphql::sdl(),
            Page::ReportSchema => format!("{:#}\n", assay_core::report::json_schema()),
        };
        terminal::print_raw(page.as_bytes())?;
        Ok(Exit::Good)
    }
}

/// `docs/cli.md`: the help of every command, as the command itself prints it at a width of 100.
fn command_page() -> String {
    let mut page = String::from(
        "# The command line\n\n\
         Generated from the command's own help (`assay docs cli`); a test fails when this page is stale.\n",
    );
    let mut root = Arguments::command().term_width(100);
    root.build();
    add_help(&mut page, &mut root, 2);
    page
}

fn add_help(page: &mut String, command: &mut clap::Command, level: usize) {
    let title = command.get_bin_name().unwrap_or("assay").to_owned();
    let help = command.clone().render_long_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    page.push_str(&format!(
        "\n{} {title}\n\n```text\n{}\n```\n",
        "#".repeat(level),
        help.join("\n").trim_end()
    ));
    for sub in command.get_subcommands_mut().filter(|sub| !sub.is_hide_set()) {
        add_help(page, sub, 3);
    }
}
