//! Accounts: who is let in, with what, and who may change that.

mod keys;
mod login;
mod organizations;
mod permissions;
mod tokens;
mod users;
