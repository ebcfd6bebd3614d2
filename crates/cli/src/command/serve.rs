//! `assay serve`

use std::net::SocketAddr;
use std::path::PathBuf;

use assay_app::Refused;

use super::Global;
use crate::config::{Layers, Wanted};
use crate::exit::Exit;
use crate::serve;

const EXAMPLES: &str = "\
Examples:
  assay serve                                         on 127.0.0.1:8080, in the default data folder
  assay serve --data /srv/assay --listen 0.0.0.0:8080
  assay serve --set tls.cert=chain.pem --set tls.key=key.pem
  assay serve --config assay.toml                     see docs/configuration.md

SIGTERM ends it in good order; a second one ends it at once.";

/// Run the service: registry, certification, approval, deployment and API in one process.
///
/// Everything is kept in the data folder; nothing else is needed. The first administrator's password is taken from
/// ASSAY_ADMIN_PASSWORD, or made up and printed once.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Serve {
    /// Address to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Marked place at which to die, for tests of crashes
    #[arg(long, value_name = "PLACE", hide = true)]
    crash_at: Option<String>,
    #[command(flatten)]
    settings: SettingFlags,
}

/// How settings are given on the command line.
#[derive(clap::Args, Debug)]
pub(super) struct SettingFlags {
    /// Configuration file [env: ASSAY_CONFIG] [default: assay.toml in the data folder, or /etc/assay/assay.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A setting; may be repeated
    #[arg(long, value_name = "SECTION.NAME=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
}

impl SettingFlags {
    /// All layers of the configuration, these flags on top.
    pub(super) fn layers(self, global: &Global, listen: Option<SocketAddr>) -> Result<Layers, Refused> {
        let set = self.set.into_iter().map(|(key, value)| (key, value, "--set"));
        let listen = listen.map(|address| ("server.listen".to_owned(), address.to_string(), "--listen"));
        Layers::read(&Wanted {
            data: global.data.clone(),
            file: self.config,
            flags: set.chain(listen).collect(),
        })
    }
}

impl Serve {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Refused> {
        let layers = self.settings.layers(global, self.listen)?;
        serve::run(&layers, global.verbose, self.crash_at)
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) =
        text.split_once('=').ok_or_else(|| format!("`{text}` is not of the form SECTION.NAME=VALUE"))?;
    Ok((key.trim().to_owned(), value.to_owned()))
}
