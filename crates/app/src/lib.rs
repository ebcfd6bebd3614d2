//! The use cases of Assay: what a caller can ask of the house, told in the house's own words. No rule about engines
//! stands here; the rooms judge, this crate asks them in the right order and writes down what they said.

pub mod account;
pub mod build;
pub mod build_report;
pub mod certification;
mod conclude;
pub mod engine;
pub mod notice;
pub mod page;
pub mod pipeline;
pub mod policy;
pub mod push;
pub mod report;
mod scope;
mod service;
pub mod waiver;
pub mod work;

pub use assay_core::Refused;
pub use service::Service;
