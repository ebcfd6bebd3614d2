//! How large a query is with every fragment written out, found out before anything follows them.
//!
//! The library that answers walks a fragment anew wherever it is spread, and counts only then: twenty fragments that
//! spread each other twice keep it busy for seconds, forty for years. Here each fragment is measured once, so that this
//! takes no longer than reading the text.

use std::collections::HashMap;

use async_graphql::ServerError;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};

use super::nesting;

/// Fields and spreads in all, each counted as often as it is walked.
const LARGEST: usize = 5_000;

/// Sets of fields within each other.
const DEEPEST: usize = 32;

/// Values that a look at the schema may come to. One that asks for everything comes to less than half.
const MOST_TOLD: usize = 1_000_000;

/// Arguments of one field.
const ARGUMENTS: usize = 64;

/// Letters of an alias: every complaint about a field repeats it.
const ALIAS: usize = 200;

/// Reads a query that is small enough to be answered.
pub(super) fn read(text: &str) -> Result<ExecutableDocument, ServerError> {
    nesting::check(text).map_err(refused)?;
    let document = parse_query(text)?;
    let mut ruler = Ruler { document: &document, known: HashMap::new() };
    let mut whole = Size::default();
    for (_, operation) in document.operations.iter() {
        whole = whole.beside(ruler.set(&operation.node.selection_set.node, DEEPEST)?);
    }
    match whole {
        Size { selections, .. } if selections > LARGEST => Err(refused("Query has too many fields.")),
        Size { told, .. } if told > MOST_TOLD => Err(refused("Query asks for too much of the schema.")),
        _ => Ok(document),
    }
}

fn refused(why: &'static str) -> ServerError {
    ServerError::new(why, None)
}

/// The size of a piece of a query. Counting ends at the largest number there is.
#[derive(Clone, Copy, Default)]
struct Size {
    selections: usize,
    levels: usize,
    told: usize,
}

impl Size {
    fn beside(self, other: Self) -> Self {
        Self {
            selections: self.selections.saturating_add(other.selections),
            levels: self.levels.max(other.levels),
            told: self.told.saturating_add(other.told),
        }
    }
}

/// Measures pieces of one document.
struct Ruler<'a> {
    document: &'a ExecutableDocument,
    /// Fragments measured by now; none for one that is being measured.
    known: HashMap<&'a str, Option<Size>>,
}

impl<'a> Ruler<'a> {
    /// A set of fields in which there is room for so many levels.
    fn set(&mut self, set: &'a SelectionSet, room: usize) -> Result<Size, ServerError> {
        let below = room.checked_sub(1).ok_or_else(too_deep)?;
        let mut whole = Size::default();
        for selection in &set.items {
            let within = match &selection.node {
                Selection::Field(field) => self.field(&field.node, below)?,
                Selection::InlineFragment(inline) => self.set(&inline.node.selection_set.node, below)?,
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node, below)?,
            };
            whole = whole.beside(Size { selections: within.selections.saturating_add(1), ..within });
        }
        Ok(Size { levels: whole.levels + 1, ..whole })
    }

    fn field(&mut self, field: &'a Field, room: usize) -> Result<Size, ServerError> {
        if field.arguments.len() > ARGUMENTS {
            return Err(refused("A field has too many arguments."));
        }
        if field.alias.as_ref().is_some_and(|alias| alias.node.len() > ALIAS) {
            return Err(refused("An alias is too long."));
        }
        let within = match field.selection_set.node.items.is_empty() {
            true => Size::default(),
            false => self.set(&field.selection_set.node, room)?,
        };
        let told = within.told.saturating_mul(rows(&field.name.node)).saturating_add(1);
        Ok(Size { told, ..within })
    }

    fn fragment(&mut self, name: &'a str, room: usize) -> Result<Size, ServerError> {
        match self.known.get(name) {
            Some(Some(size)) if size.levels > room => return Err(too_deep()),
            Some(Some(size)) => return Ok(*size),
            Some(None) => return Err(refused("A fragment spreads itself.")),
            None => {}
        }
        // What names no fragment, the library tells.
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(Size::default()) };
        self.known.insert(name, None);
        let size = self.set(&fragment.node.selection_set.node, room)?;
        self.known.insert(name, Some(size));
        Ok(size)
    }
}

/// How many rows a list of the schema about itself has, roughly. The real ones are counted by what they cost.
fn rows(field: &str) -> usize {
    match field {
        "types" => 128,
        "fields" | "inputFields" | "enumValues" => 16,
        "possibleTypes" | "directives" => 8,
        "args" | "interfaces" => 4,
        _ => 1,
    }
}

fn too_deep() -> ServerError {
    refused("Query is nested too deep.")
}
