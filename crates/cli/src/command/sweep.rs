//! `assay sweep`: what a certification that ended early left behind.

use std::sync::Arc;

use assay_app::Refused;
use assay_sandbox::{Sandbox, SandboxOptions};

use super::Global;
use crate::exit::Exit;
use crate::folder::DataFolder;
use crate::system::{SystemClock, SystemIds};

/// Remove what a certification that ended early left behind; every certification does so when it starts.
#[derive(clap::Args, Debug)]
pub(super) struct Sweep {
    /// The signal that ended it, for the exit code
    #[arg(long, value_name = "SIGNAL", hide = true)]
    after: Option<u8>,
}

impl Sweep {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Refused> {
        let folder = global.folder()?;
        sandbox(&folder)?.sweep()?;
        drop(folder.new_run()?);
        Ok(self.after.map_or(Exit::Good, Exit::Signalled))
    }
}

/// The sandbox of this machine.
pub(super) fn sandbox(folder: &DataFolder) -> Result<Sandbox, assay_core::Fault> {
    Sandbox::new(SandboxOptions::new(folder.sandbox(), Arc::new(SystemClock::new()), Arc::new(SystemIds)))
}
