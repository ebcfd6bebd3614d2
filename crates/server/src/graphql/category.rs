//! Engine categories: the core's table, by the platform's ids.

use assay_core::category::{CATEGORIES, Category, CategoryRow};
use async_graphql::{Context, ID, Object, Result, SimpleObject};

use super::error::not_found;
use super::part::{Part, USUAL, asked, cost};
use super::visit::visit;

/// What engines of a kind do.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(name = "EngineCategory")]
pub(crate) struct CategoryNode {
    /// The platform's id; the name, where none is published.
    id: ID,
    /// Canonical name.
    name: String,
    /// Class of engines it belongs to.
    #[graphql(name = "type")]
    kind: CategoryType,
    /// The platform's short word.
    category_type: Option<String>,
    /// Output contracts, any one of which fits.
    export_contracts: Vec<String>,
}

/// Class of engines.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(name = "EngineType")]
pub(crate) struct CategoryType {
    /// Cognition, Ingestion or Aggregator.
    name: String,
}

/// The id by which the API knows a category.
pub(super) fn id_of(category: Category) -> &'static str {
    id(category.row())
}

fn id(row: &'static CategoryRow) -> &'static str {
    if row.guid.is_empty() { row.name } else { row.guid }
}

/// The class a category belongs to.
pub(super) fn class(name: &str) -> &'static str {
    match name {
        "pull" | "push" => "Ingestion",
        "intracategory" | "intercategory" => "Aggregator",
        _ => "Cognition",
    }
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl From<Category> for CategoryNode {
    fn from(category: Category) -> Self {
        Self::from(category.row())
    }
}

impl From<&'static CategoryRow> for CategoryNode {
    fn from(row: &'static CategoryRow) -> Self {
        Self {
            id: id(row).into(),
            name: row.name.into(),
            kind: CategoryType { name: class(row.name).into() },
            category_type: text(row.category_type),
            export_contracts: row.contracts.iter().map(|contract| (*contract).to_owned()).collect(),
        }
    }
}

#[derive(Default)]
pub(super) struct CategoryQuery;

#[Object]
impl CategoryQuery {
    /// The categories engines can have.
    #[graphql(complexity = "cost(limit, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "as the public schema has it")]
    async fn engine_categories(
        &self,
        context: &Context<'_>,
        id: Option<ID>,
        ids: Option<Vec<ID>>,
        #[graphql(desc = "Part of the name")] name: Option<String>,
        #[graphql(name = "type", desc = "Class of engines, such as Ingestion")] kind: Option<String>,
        #[graphql(default_with = "Some(0)")] offset: Option<i32>,
        #[graphql(default_with = "Some(USUAL)")] limit: Option<i32>,
    ) -> Result<Option<Part<CategoryNode>>> {
        visit(context)?.actor()?;
        let page = asked(offset, limit)?;
        let wanted: Vec<ID> = id.into_iter().chain(ids.into_iter().flatten()).collect();
        let name = name.map(|name| name.to_lowercase());
        let fits = |row: &&'static CategoryRow| {
            (wanted.is_empty() || wanted.iter().any(|one| one.as_str() == self::id(row)))
                && name.as_ref().is_none_or(|name| row.name.contains(name.as_str()))
                && kind.as_ref().is_none_or(|kind| kind.eq_ignore_ascii_case(class(row.name)))
        };
        let rows = CATEGORIES.iter().filter(fits).skip(page.offset as usize).take(page.limit as usize);
        Ok(Some(Part::of(page, rows.map(CategoryNode::from))))
    }

    /// A category by its id or any of its names.
    async fn engine_category(&self, context: &Context<'_>, id: ID) -> Result<Option<CategoryNode>> {
        visit(context)?.actor()?;
        let category: Category = id.parse().map_err(|_| not_found("EngineCategory", &id))?;
        Ok(Some(category.into()))
    }
}
