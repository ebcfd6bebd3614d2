//! Starts the engine: our own binary again as shim, inside it an init, inside that the engine.

mod namespace;

pub use namespace::EngineNamespace;
