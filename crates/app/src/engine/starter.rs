//! A manifest to start from.

use assay_checks::manifest::{Answers, init};
use assay_core::Engine;
use serde_json::Value;

/// The manifest that fits an engine's profile, to be put into its images and changed where they differ.
pub fn starter(engine: &Engine) -> Value {
    let answers = Answers {
        engine_mode: engine.mode,
        ..Answers::for_category(&engine.id.to_string(), engine.category)
    };
    serde_json::from_str(&init(&answers)).unwrap_or_default()
}
