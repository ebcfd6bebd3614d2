//! Runs a foreign engine behind walls and watches it: namespaces, control group, system call filter, a network device
//! that leads to us, and meters. It brings back evidence and knows nothing of verdicts.
//!
//! This is the one crate with `unsafe`: kernel calls that have no safe wrapper, each in a small block with its reason.
#![allow(unsafe_code)]

mod doctor;
pub mod drive;
mod cgroup;
mod host;
mod logs;
mod meter;
mod notify;
mod processes;
mod seccomp;
mod sweep;
mod watch;
mod launch;
pub mod net;

pub use doctor::{Fact, Health};
pub use host::{Sandbox, SandboxOptions};
pub use launch::{EngineNamespace, shim_main_if_asked};
pub use sweep::Swept;
