//! The rules, grouped by what they are about.

mod formats;
mod identity;
mod keys;
mod limits;
mod machine;
mod mode;
mod outside;
mod wording;

pub(super) use machine::cluster_size;
pub(super) use mode::engine_mode;
pub(super) use wording::is_placeholder;

use super::judge::Judge;

/// Applies every rule that looks at a parsed manifest.
pub(super) fn apply(judge: &mut Judge<'_>) {
    super::shape::judge(judge);
    keys::judge(judge);
    identity::judge(judge);
    formats::judge(judge);
    machine::judge(judge);
    mode::judge(judge);
    limits::judge(judge);
    outside::judge(judge);
    wording::judge(judge);
}
