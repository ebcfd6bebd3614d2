//! Organizations, users, keys, sessions.

mod keys;
mod organizations;
mod secrets;
mod sessions;
mod users;
