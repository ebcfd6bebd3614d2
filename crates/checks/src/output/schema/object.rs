//! Rules for objects. Anything that is no object passes them; `type` says that.

use serde_json::json;

use super::evaluate::{Case, Evaluation};
use super::location::Path;
use super::node::{Members, NodeId};

impl Evaluation<'_> {
    pub(super) fn required(&mut self, keys: &[String], case: Case<'_>) -> bool {
        if !case.instance.is_object() {
            return true;
        }
        let mut sound = true;
        for key in keys.iter().filter(|key| case.instance.member(key).is_none()) {
            sound = self.fail(case, "required", json!({ "missingProperty": key }));
        }
        sound
    }

    pub(super) fn dependencies(&mut self, all: &[(String, NodeId)], case: Case<'_>) -> bool {
        let mut sound = true;
        for (key, node) in all {
            if case.instance.member(key).is_some() {
                sound &= self.check(*node, case.instance, case.path);
            }
        }
        sound
    }

    pub(super) fn members(&mut self, members: &Members, case: Case<'_>) -> bool {
        let mut sound = true;
        for key in case.instance.keys() {
            let Some(value) = case.instance.member(key) else { continue };
            let path = Path::Key(case.path, key);
            let named = members.named.get(key).into_iter();
            let formed = members.patterns.iter().filter(|(form, _)| form.is_match(key)).map(|(_, node)| node);
            let mut known = false;
            for node in named.chain(formed) {
                known = true;
                sound &= self.check(*node, value, &path);
            }
            if members.closed && !known {
                sound = self.fail(case, "additionalProperties", json!({ "additionalProperty": key }));
            }
        }
        sound
    }
}
