//! How the service is set up: built-in values < file < environment < flags.
//!
//! Every setting stands once, in `settings.rs`; the file's known keys, the environment's names, the page of the
//! documentation and the fields that the program reads all come from there.

mod environment;
mod file;
mod kind;
mod layers;
mod measure;
mod nearest;
mod page;
mod settings;
mod show;
mod sound;
mod table;

pub(crate) use kind::{Kind, LogForm, MailSecurity, MailTransport};
pub(crate) use layers::{Layers, Wanted};
pub(crate) use measure::Size;
pub(crate) use page::page;
pub(crate) use settings::Config;
pub(crate) use show::{as_file, shown};
