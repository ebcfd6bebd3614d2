//! Turns evidence about an engine into findings. Pure: no clock, no server, no database; what is read lies in the image
//! or in the hands of the caller.

pub mod hygiene;
pub mod manifest;
