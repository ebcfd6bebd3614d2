//! Judging in a process of its own.
//!
//! A certification reads what strangers made and runs it for minutes. It is done by a child process, which can be ended
//! whatever hangs in it, takes its memory with it, and falls alone when something in it falls. The child is this very
//! program, started as `assay judge`: it makes itself ready, is given one order on its standard input, tells how it goes
//! on its standard output, one JSON text a line, and ends. One that is ready is kept waiting, so that nobody waits for it.
//!
//! A child whose standard input ends has lost its service; it becomes `assay sweep`, as an interrupted `certify` does.

mod child;
mod parent;
mod speech;

pub(crate) use child::{Files, judge};
pub(crate) use parent::Judges;
