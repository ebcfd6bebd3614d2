//! The engine's network: every packet read, names answered, evidence written.
