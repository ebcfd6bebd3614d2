//! All SQL of Assay, and nothing else: an embedded SQLite database behind the ports of `assay-core`.
//!
//! [`Database`] is the whole public surface: it opens the file, brings its schema up to date and serves as
//! [`Ledger`](assay_core::Ledger). One connection writes, many read; see `docs/adr/0010-sqlite-and-one-writer.md`.

mod codec;
mod database;
mod migrate;
mod readers;
mod records;
mod snapshot;
mod writer;

pub use database::Database;
