//! SIGINT, SIGTERM, SIGHUP (the terminal was closed) and SIGQUIT end a certification cleanly.
//!
//! The program replaces itself by `assay sweep`. That kills the runs, which live only as long as their supervisor, and
//! what they leave behind is removed by the same code that clears up after a supervisor that was killed outright. So
//! there is one way of clearing up, and it is tried at every start.

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread;

use assay_app::Refused;
use assay_core::Fault;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::folder::DataFolder;
use crate::terminal;

/// From now on a signal ends the program by way of `assay sweep` over `folder`.
pub(crate) fn sweep_when_asked_to_end(folder: &DataFolder) -> Result<(), Refused> {
    let fault = |cause| Fault::io("listening for signals", cause);
    let mut signals = Signals::new(listened_to()).map_err(fault)?;
    let folder = folder.clone();
    let listen = move || {
        if let Some(signal) = signals.forever().next() {
            become_sweeper(&folder, signal);
        }
    };
    thread::Builder::new().name("signals".into()).spawn(listen).map_err(fault)?;
    Ok(())
}

/// A start under `nohup` ignores SIGHUP, and is to go on ignoring it.
fn listened_to() -> Vec<i32> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    let ignores = |signal: i32| ignored >> (signal - 1) & 1 == 1;
    let mut signals = vec![SIGINT, SIGTERM, SIGQUIT];
    signals.extend(Some(SIGHUP).filter(|signal| !ignores(*signal)));
    signals
}

/// Ends the program by way of `assay sweep` over `folder`, as if `signal` had ended it.
pub(crate) fn become_sweeper(folder: &DataFolder, signal: i32) -> ! {
    terminal::note("assay: interrupted, clearing up");
    let failed = Command::new("/proc/self/exe")
        .arg("sweep")
        .arg("--after")
        .arg(signal.to_string())
        .arg("--data")
        .arg(folder.root())
        .exec();
    terminal::note(&format!("assay: could not clear up now, the next start will: {failed}"));
    std::process::exit(128 + signal)
}
