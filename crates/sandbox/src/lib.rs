//! Runs a foreign engine behind walls and watches it: namespaces, control group, system call filter, a network device
//! that leads to us, and meters. It brings back evidence and knows nothing of verdicts.
//!
//! This is the one crate with `unsafe`: kernel calls that have no safe wrapper, each in a small block with its reason.
#![allow(unsafe_code)]

mod cgroup;
mod doctor;
pub mod drive;
mod host;
mod launch;
mod logs;
mod meter;
pub mod net;
mod notify;
mod processes;
mod seccomp;
mod sweep;
mod watch;

pub use doctor::{Fact, Health};
pub use host::{Sandbox, SandboxOptions};
pub use launch::{EngineNamespace, shim_main_if_asked};
pub use sweep::Swept;
