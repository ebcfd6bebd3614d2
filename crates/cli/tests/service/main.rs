//! The service as people and programs meet it: the real binary, real sockets, real clients.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "other processes are waited for by the machine's own clock")]
#![allow(clippy::print_stderr, reason = "a failed test tells what the service said")]
#![allow(dead_code, unreachable_pub, reason = "parts are shared with the benchmark")]

mod accounts;
mod backup;
mod clients;
mod crash;
mod house;
mod http;
mod lifecycle;
mod notices;
mod pipeline;
mod policy;
mod random;
mod repository;
mod rest;
mod sample;
mod serve;
mod sweep;
