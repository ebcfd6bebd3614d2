//! Rules that combine schemas.

use serde_json::{Value, json};

use super::evaluate::{Case, Evaluation};
use super::node::NodeId;

impl Evaluation<'_> {
    pub(super) fn all(&mut self, nodes: &[NodeId], case: Case<'_>) -> bool {
        let mut sound = true;
        for node in nodes {
            sound &= self.check(*node, case.instance, case.path);
        }
        sound
    }

    pub(super) fn any(&mut self, nodes: &[NodeId], case: Case<'_>) -> bool {
        let mark = self.found.mark();
        for node in nodes {
            if self.check(*node, case.instance, case.path) {
                self.found.forget(mark);
                return true;
            }
        }
        self.fail(case, "anyOf", json!({}))
    }

    pub(super) fn one(&mut self, nodes: &[NodeId], case: Case<'_>) -> bool {
        let mark = self.found.mark();
        let mut passing = Vec::new();
        for (number, node) in nodes.iter().enumerate() {
            if self.check(*node, case.instance, case.path) {
                passing.push(number);
            }
        }
        match passing.len() {
            0 => self.fail(case, "oneOf", json!({ "passingSchemas": Value::Null })),
            1 => {
                self.found.forget(mark);
                true
            }
            _ => self.fail(case, "oneOf", json!({ "passingSchemas": passing })),
        }
    }

    pub(super) fn when(&mut self, test: NodeId, then: NodeId, case: Case<'_>) -> bool {
        let mark = self.found.mark();
        let applies = self.check(test, case.instance, case.path);
        self.found.forget(mark);
        if !applies || self.check(then, case.instance, case.path) {
            return true;
        }
        self.fail(case, "if", json!({ "failingKeyword": "then" }))
    }
}
