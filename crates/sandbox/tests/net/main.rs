//! The network of the sandbox with a real device and real clients. Everything happens in network namespaces made here, none
//! of which has a way out of the machine. Needs root, `ip` and `unshare`; says so loudly where they are missing.
#![allow(missing_docs, unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

mod answering;
mod dead;
mod declared;
mod place;
mod scene;
mod trouble;
