//! The `assay` command.

mod backup;
mod command;
mod config;
mod exit;
mod folder;
mod installation;
mod judge;
mod place;
mod progress;
mod render;
mod serve;
mod signal;
mod system;
mod terminal;

use crate::exit::Exit;

fn main() -> std::process::ExitCode {
    // The sandbox starts this very binary again as the first process of an engine's run; such a start ends in here.
    assay_sandbox::shim_main_if_asked();
    terminal::install_panic_hook();
    let arguments = command::parse();
    arguments.prepare();
    let exit = std::panic::catch_unwind(|| command::run(arguments)).unwrap_or(Ok(Exit::Inconclusive));
    exit.unwrap_or_else(|refused| {
        terminal::tell(&refused);
        Exit::from(&refused)
    })
    .into()
}
