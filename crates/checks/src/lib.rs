//! Turns evidence about an engine into findings. Pure: no clock, no server, no database; what is read lies in the image
//! or in the hands of the caller.

pub mod benchmark;
pub mod build;
pub mod evidence;
pub mod hygiene;
pub mod manifest;
pub mod network;
pub mod output;
pub mod samples;
pub mod security;
mod signs;
