//! Starts the engine: our own binary again as shim, inside it an init, inside that the engine.

mod cell;
mod device;
mod engine;
mod init;
mod isolation;
mod launcher;
mod message;
mod mounts;
mod namespace;
mod shim;
mod spawner;
mod user;
mod ward;
mod wire;

pub use namespace::EngineNamespace;
pub use shim::shim_main_if_asked;

pub(crate) use device::{ADDRESS, ADDRESS6};
pub(crate) use launcher::{Launch, Start};
pub(crate) use message::{LoneUser, Program, World};
pub(crate) use spawner::Spawner;
pub(crate) use user::identity_from_layers;
pub(crate) use ward::{Ending, Ward};
