//! Sockets: taking connections, speaking TLS and HTTP on them, and ending them in good order.

mod attend;
mod patient;
mod serve;
mod tls;

pub use serve::{Manner, serve};
pub use tls::Certificates;
