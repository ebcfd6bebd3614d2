//! How long a build stood where.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::build::LifecycleEvent;

/// A time in which a build stood in one place.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Spell {
    /// Status by name.
    pub status: String,
    /// Stage by name, within `pending`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Since when.
    pub from: Timestamp,
    /// Until when; nothing while it stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
}

impl Spell {
    /// How long it is, or has been at `now`.
    pub fn elapsed(&self, now: Timestamp) -> SignedDuration {
        self.to.unwrap_or(now).duration_since(self.from)
    }
}

/// The spells that a build's events tell, oldest first. What changes neither status nor stage begins no spell.
pub fn spells(events: &[LifecycleEvent]) -> Vec<Spell> {
    let mut spells: Vec<Spell> = Vec::new();
    for event in events {
        let stage = event.details.get("stage").and_then(|stage| stage.as_str()).map(str::to_owned);
        if let Some(last) = spells.last_mut() {
            if last.status == event.to && (stage.is_none() || last.stage == stage) {
                continue;
            }
            last.to = Some(event.at);
        }
        spells.push(Spell { status: event.to.clone(), stage, from: event.at, to: None });
    }
    spells
}
