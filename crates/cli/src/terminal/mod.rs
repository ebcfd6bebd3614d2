//! What the command says and where: data to standard output, everything else to standard error.

pub(crate) mod escape;
mod failure;
pub(crate) mod style;

use std::io::{self, IsTerminal, Write};

use assay_app::Refused;
use assay_core::Fault;

pub(crate) use failure::{install_panic_hook, tell};

/// Writes data to standard output; colours only where they are wanted. A reader that went away is no trouble.
pub(crate) fn print(text: &str) -> Result<(), Refused> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(broken) if broken.kind() != io::ErrorKind::BrokenPipe => {
            Err(Fault::io("writing to standard output", broken).into())
        }
        _ => Ok(()),
    }
}

/// Writes data that must arrive byte for byte.
pub(crate) fn print_raw(bytes: &[u8]) -> Result<(), Refused> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(broken) if broken.kind() != io::ErrorKind::BrokenPipe => {
            Err(Fault::io("writing to standard output", broken).into())
        }
        _ => Ok(()),
    }
}

/// Writes a line for people to standard error. Nothing sensible can be done when that fails.
pub(crate) fn note(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// Whether standard error is a terminal, so that moving progress makes sense.
pub(crate) fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Whether colours are wanted on standard error, by `--color`, by NO_COLOR and its like, and by what it leads to.
pub(crate) fn stderr_is_coloured() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

/// The columns of the terminal that standard output is; `None` when it is none.
pub(crate) fn stdout_width() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    dialoguer::console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns))
}

/// Whether a person can be asked: both ends of the talk are a terminal.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}
