//! The engine's network: a TUN device read by us. Every packet is recorded; what answers it depends on the mode.
//!
//! One thread reads the device into an inbox. A second one takes the packets from there, keeps them in the capture file,
//! shows them to the station and writes the answers back. The station knows neither devices nor clocks.

pub mod address;
mod bell;
mod capture;
pub mod dns;
mod greeting;
pub mod head;
pub mod hello;
mod inbox;
mod names;
mod network;
mod noise;
mod outbox;
pub mod packet;
mod proxy;
mod recent;
mod recorder;
mod reply;
mod station;
mod tcp;
mod text;
#[doc(hidden)]
pub mod trial;
mod worker;

pub use names::{Names, Pair};
pub use network::{Network, NetworkSetup};
pub use proxy::{Dialer, SystemDialer};
pub use recorder::{Recorder, Sighting, SyscallAttempt, Ticket};
