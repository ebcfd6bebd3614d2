//! `assay org …`, `assay user …`, `assay key …`: who uses the service. They work on the service's data folder, while it
//! runs or not, with the rights of whoever can write there.

mod key;
mod org;
mod secret;
mod user;
mod word;

pub(super) use key::Key;
pub(super) use org::Org;
pub(super) use user::User;
