//! Notices: who is told of what, once, whatever dies in between.

mod audience;
mod delivery;
mod endpoints;
mod stage;
