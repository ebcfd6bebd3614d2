//! The strip profile: takes unknown keys out of closed objects (output.md §5).

use serde_json::Value;

use super::meaning::KNOWN_KEYS;
use super::schema::{Location, NodeId, Path, Rule, Schemas, Step};

/// What was taken out.
#[derive(Default, Debug)]
pub(super) struct Removed {
    /// The first places, as many as the limit says.
    pub(super) places: Vec<Location>,
    /// How many in all.
    pub(super) count: usize,
    limit: usize,
}

/// Takes out what the schema `root` does not know where it is closed, and unknown keys of the document itself. `vendor`
/// and whatever lies in it stays: the schema leaves it open.
pub(super) fn strip(schemas: &Schemas, root: NodeId, document: &mut Value, limit: usize) -> Removed {
    let mut removed = Removed { limit, ..Removed::default() };
    if let Value::Object(members) = document {
        members.retain(|key, _| {
            let known = KNOWN_KEYS.contains(&key.as_str());
            if !known {
                removed.add(|| Location(vec![Step::Key(key.clone())]));
            }
            known
        });
    }
    node(schemas, root, document, &Path::Root, &mut removed);
    removed
}

impl Removed {
    fn add(&mut self, place: impl FnOnce() -> Location) {
        if self.places.len() < self.limit {
            self.places.push(place());
        }
        self.count += 1;
    }
}

fn node(schemas: &Schemas, id: NodeId, value: &mut Value, path: &Path<'_>, removed: &mut Removed) {
    for rule in &schemas.node(id).rules {
        match rule {
            Rule::Ref(next) | Rule::When(_, next) => node(schemas, *next, value, path, removed),
            Rule::All(nexts) | Rule::Any(nexts) | Rule::One(nexts) => {
                nexts.iter().for_each(|next| node(schemas, *next, value, path, removed));
            }
            Rule::Items(next) => items(schemas, *next, value, path, removed),
            Rule::Members(_) => members(schemas, rule, value, path, removed),
            _ => {}
        }
    }
}

fn items(schemas: &Schemas, next: NodeId, value: &mut Value, path: &Path<'_>, removed: &mut Removed) {
    for (index, item) in value.as_array_mut().into_iter().flatten().enumerate() {
        node(schemas, next, item, &Path::Index(path, index), removed);
    }
}

fn members(schemas: &Schemas, rule: &Rule, value: &mut Value, path: &Path<'_>, removed: &mut Removed) {
    let (Rule::Members(rule), Value::Object(all)) = (rule, value) else { return };
    if rule.closed {
        all.retain(|key, _| {
            let formed = || rule.patterns.iter().any(|(form, _)| form.is_match(key));
            let known = rule.named.contains_key(key) || formed();
            if !known {
                removed.add(|| Path::Key(path, key).keep());
            }
            known
        });
    }
    for (key, member) in all.iter_mut() {
        if let Some(next) = rule.named.get(key) {
            node(schemas, *next, member, &Path::Key(path, key), removed);
        }
    }
}
