//! Tokens verified lately, so that a busy client's token is not verified anew at every request.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;

use super::token::Pass;

/// Tokens kept at most.
const MOST: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Recent(RwLock<HashMap<Box<str>, Arc<Pass>>>);

impl Recent {
    /// What the token says, if it was verified lately and is not over.
    pub(super) fn get(&self, token: &str, now: Timestamp) -> Option<Arc<Pass>> {
        let passes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        passes.get(token).filter(|pass| now < pass.expires_at).cloned()
    }

    /// Keeps a verified token. Those that are over make room; if none is, all do.
    pub(super) fn keep(&self, token: &str, pass: &Arc<Pass>, now: Timestamp) {
        let mut passes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if passes.len() >= MOST {
            passes.retain(|_, pass| now < pass.expires_at);
        }
        if passes.len() >= MOST {
            passes.clear();
        }
        passes.insert(token.into(), pass.clone());
    }
}
