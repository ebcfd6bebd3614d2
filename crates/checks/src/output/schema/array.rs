//! Rules for arrays. Anything that is no array passes them; `type` says that.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::evaluate::{Case, Evaluation};
use super::instance::{Instance, spelling};
use super::location::Path;
use super::node::NodeId;

/// Words shown with a lattice that lacks its best path.
const WORDS_SHOWN: usize = 16;

impl Evaluation<'_> {
    pub(super) fn min_items(&mut self, limit: usize, case: Case<'_>) -> bool {
        case.instance.length().is_none_or(|length| length >= limit)
            || self.fail(case, "minItems", json!({ "limit": limit }))
    }

    pub(super) fn max_items(&mut self, limit: usize, case: Case<'_>) -> bool {
        case.instance.length().is_none_or(|length| length <= limit)
            || self.fail(case, "maxItems", json!({ "limit": limit }))
    }

    pub(super) fn items(&mut self, node: NodeId, case: Case<'_>) -> bool {
        let mut sound = true;
        match case.instance {
            Instance::Streamed(array) => array.doubtful(&mut |index, item| {
                sound &= self.check(node, Instance::Value(item), &Path::Index(case.path, index));
            }),
            Instance::Value(Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    sound &= self.check(node, Instance::Value(item), &Path::Index(case.path, index));
                }
            }
            _ => {}
        }
        sound
    }

    pub(super) fn contains(&mut self, node: NodeId, case: Case<'_>) -> bool {
        let Some(items) = case.instance.in_memory().and_then(Value::as_array) else { return true };
        let mark = self.found.mark();
        for (index, item) in items.iter().enumerate() {
            if self.check(node, Instance::Value(item), &Path::Index(case.path, index)) {
                self.found.forget(mark);
                return true;
            }
        }
        self.fail(case, "contains", json!({}))
    }

    /// Names the last item that repeats an earlier one.
    pub(super) fn unique_items(&mut self, case: Case<'_>) -> bool {
        let Some(items) = case.instance.in_memory().and_then(Value::as_array) else { return true };
        let mut seen = HashMap::new();
        let mut repeated = None;
        for (index, item) in items.iter().enumerate() {
            if let Some(earlier) = seen.insert(spelling(item), index) {
                repeated = Some((index, earlier));
            }
        }
        match repeated {
            Some((i, j)) => self.fail(case, "uniqueItems", json!({ "i": i, "j": j })),
            None => true,
        }
    }

    pub(super) fn one_best_path(&mut self, case: Case<'_>) -> bool {
        let Some(items) = case.instance.in_memory().and_then(Value::as_array) else { return true };
        let best = items.iter().filter(|item| item.get("bestPath") == Some(&Value::Bool(true))).count();
        let shown = || items.iter().take(WORDS_SHOWN).collect::<Vec<_>>();
        best == 1 || self.fail(case, "requireBestPath", json!({ "words": shown() }))
    }
}
