//! Applies a schema to an instance. Every error is told, not only the first; the branches of a failed choice too.

use serde_json::{Value, json};

use super::instance::Instance;
use super::location::Path;
use super::node::{Node, NodeId, Rule, Schemas};
use super::violation::{Found, Violation};

/// Applies the schema `root`; false when anything was found.
pub(in crate::output) fn evaluate(
    schemas: &Schemas,
    root: NodeId,
    instance: Instance<'_>,
    found: &mut Found,
) -> bool {
    Evaluation { schemas, found }.check(root, instance, &Path::Root)
}

/// An evaluation under way.
pub(super) struct Evaluation<'e> {
    pub(super) schemas: &'e Schemas,
    pub(super) found: &'e mut Found,
}

/// One rule applied at one place.
#[derive(Clone, Copy)]
pub(super) struct Case<'c> {
    pub(super) node: &'c Node,
    pub(super) instance: Instance<'c>,
    pub(super) path: &'c Path<'c>,
}

impl Evaluation<'_> {
    /// Applies a node.
    pub(super) fn check(&mut self, id: NodeId, instance: Instance<'_>, path: &Path<'_>) -> bool {
        let schemas = self.schemas;
        let node = schemas.node(id);
        let case = Case { node, instance, path };
        let mut sound = true;
        for rule in &node.rules {
            sound &= self.rule(rule, case);
        }
        sound
    }

    fn rule(&mut self, rule: &Rule, case: Case<'_>) -> bool {
        match rule {
            Rule::Never => self.fail(case, "false schema", json!({})),
            Rule::Ref(node) => self.check(*node, case.instance, case.path),
            Rule::All(nodes) => self.all(nodes, case),
            Rule::Any(nodes) => self.any(nodes, case),
            Rule::One(nodes) => self.one(nodes, case),
            Rule::When(test, then) => self.when(*test, *then, case),
            Rule::MinItems(limit) => self.min_items(*limit, case),
            Rule::MaxItems(limit) => self.max_items(*limit, case),
            Rule::UniqueItems => self.unique_items(case),
            Rule::Items(node) => self.items(*node, case),
            Rule::Contains(node) => self.contains(*node, case),
            Rule::OneBestPath => self.one_best_path(case),
            Rule::Members(members) => self.members(members, case),
            Rule::Required(keys) => self.required(keys, case),
            Rule::Dependencies(all) => self.dependencies(all, case),
            scalar => self.scalar(scalar, case),
        }
    }

    /// Notes a violation; always false.
    pub(super) fn fail(&mut self, case: Case<'_>, keyword: &'static str, params: Value) -> bool {
        self.found.push(|| Violation {
            keyword,
            location: case.path.keep(),
            schema_path: format!("{}/{keyword}", case.node.at),
            params,
            number: case.instance.number(),
        });
        false
    }
}
