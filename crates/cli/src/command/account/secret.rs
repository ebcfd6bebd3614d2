//! Passwords in and out.

use std::io::{self, BufRead, Read};

use assay_app::Refused;
use assay_core::{Fault, Rejection};
use secrecy::{ExposeSecret, SecretString};

use crate::terminal::style::{BOLD, painted};

/// Bytes read of a password at most; the rules for passwords draw a narrower line.
const LONGEST: u64 = 4096;

/// How a password comes in. Never as an argument, which everybody on the machine can read.
#[derive(clap::Args, Debug)]
pub(super) struct PasswordFlags {
    /// Read the password from the first line of standard input; otherwise one is made and shown once
    #[arg(long)]
    password_stdin: bool,
}

impl PasswordFlags {
    /// The password given, if one is.
    pub(super) fn read(&self) -> Result<Option<SecretString>, Refused> {
        if !self.password_stdin {
            return Ok(None);
        }
        let mut line = String::new();
        io::stdin()
            .lock()
            .take(LONGEST)
            .read_line(&mut line)
            .map_err(|cause| Fault::io("reading a password from standard input", cause))?;
        let password = line.trim_end_matches(['\r', '\n']);
        if password.is_empty() {
            return Err(Rejection::new("no-password", "standard input has no password in its first line")
                .hint("leave `--password-stdin` away to have a password made")
                .into());
        }
        Ok(Some(password.into()))
    }
}

/// A line that shows a secret for the only time.
pub(super) fn shown(label: &str, secret: &SecretString) -> String {
    format!("{label}  {}\n", painted(BOLD, secret.expose_secret()))
}
