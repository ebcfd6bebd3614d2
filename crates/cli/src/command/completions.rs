//! `assay completions SHELL`

use assay_app::Refused;
use clap::CommandFactory;
use clap_complete::Shell;

use super::Arguments;
use crate::exit::Exit;
use crate::terminal;

/// Print a completion script for a shell.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Example:\n  assay completions bash > ~/.local/share/bash-completion/completions/assay"
)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

/// The command without what the help hides: completing is offering.
fn visible() -> clap::Command {
    let whole = Arguments::command();
    let shown = whole.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    clap::Command::new("assay").args(whole.get_arguments()).subcommands(shown)
}

impl Completions {
    pub(super) fn run(self) -> Result<Exit, Refused> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut visible(), "assay", &mut script);
        terminal::print_raw(&script)?;
        Ok(Exit::Good)
    }
}
