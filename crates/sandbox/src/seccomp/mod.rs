//! The system call filter: what the engine may not do, and what we want to hear of. It explains; the network device
//! decides.

mod assembler;
mod calls;
mod filter;
mod install;
mod listener;

pub(crate) use calls::{FOREIGN_BIT, NATIVE, name_of};
pub(crate) use filter::{filter, heard_protocol};
pub(crate) use install::{can_notify, install};
pub(crate) use listener::{Listener, Notification, Reply};
