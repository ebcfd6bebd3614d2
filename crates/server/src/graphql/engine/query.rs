//! Looking engines up.

use assay_app::engine;
use assay_core::EngineId;
use assay_core::category::{CATEGORIES, Category};
use assay_core::records::{Direction, EngineFilter, EngineOrder};
use async_graphql::{Context, ID, InputObject, Object, Result};

use super::node::EngineNode;
use super::word::{DeploymentModel, EngineMode, EngineOrderField, EngineState, EngineType, OrderDirection};
use crate::graphql::category::class;
use crate::graphql::error::{invalid, left_out};
use crate::graphql::part::{Part, USUAL, asked, cost};
use crate::graphql::scalar::id;
use crate::graphql::visit::visit;

/// Which engines. What is not named lets all through.
#[derive(InputObject, Default)]
#[graphql(name = "EngineFilter")]
struct Filter {
    name: Option<String>,
    state: Option<Vec<EngineState>>,
    category: Option<Vec<String>>,
    library_required: Option<bool>,
    #[graphql(name = "type")]
    kind: Option<Vec<EngineType>>,
    deployment_model: Option<Vec<DeploymentModel>>,
    deployment_models: Option<Vec<DeploymentModel>>,
    mode: Option<Vec<EngineMode>>,
    language: Option<String>,
    rating: Option<f64>,
    price_min: Option<i64>,
    price_max: Option<i64>,
    runtime_type: Option<Vec<String>>,
    supported_input_formats: Option<Vec<String>>,
    max_media_length_ms: Option<i64>,
    trainable_via_api: Option<bool>,
    gpu_supported: Option<bool>,
}

/// One thing to order by.
#[derive(InputObject)]
#[graphql(name = "EngineSortField")]
struct Sort {
    field: EngineOrderField,
    #[graphql(default_with = "OrderDirection::Asc")]
    direction: OrderDirection,
}

#[derive(Default)]
pub(crate) struct EngineQuery;

#[Object]
impl EngineQuery {
    /// Engines of the caller's organization, and public ones of others that are in service.
    #[graphql(complexity = "cost(limit, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "as the public schema has it")]
    async fn engines(
        &self,
        context: &Context<'_>,
        #[graphql(name = "id")] one: Option<ID>,
        ids: Option<Vec<ID>>,
        category_id: Option<ID>,
        #[graphql(desc = "Name of a category")] category: Option<String>,
        state: Option<Vec<EngineState>>,
        #[graphql(default_with = "Some(false)", desc = "Only those of the caller's organization")]
        owned: Option<bool>,
        library_required: Option<bool>,
        #[graphql(name = "createsTDO")] creates_tdo: Option<bool>,
        #[graphql(desc = "Part of the name")] name: Option<String>,
        #[graphql(default_with = "Some(0)")] offset: Option<i32>,
        #[graphql(default_with = "Some(USUAL)")] limit: Option<i32>,
        filter: Option<Filter>,
        order_by: Option<Vec<Sort>>,
    ) -> Result<Option<Part<EngineNode>>> {
        let (visit, page, filter) = (visit(context)?, asked(offset, limit)?, filter.unwrap_or_default());
        let own = owned.unwrap_or_default().then_some(visit.actor()?.org);
        filter.refuse_left_out()?;
        let ids = Known::of(one.into_iter().chain(ids.into_iter().flatten()), |id: ID| id.parse().ok());
        let states = state.into_iter().chain(filter.state.clone()).flatten();
        let states = Known::of(states, EngineState::state);
        let names = category_id.map(|id| id.to_string()).into_iter().chain(category);
        let categories = filter.categories(names.collect());
        let (Some(ids), Some(states), Some(categories)) = (ids.wanted(), states.wanted(), categories) else {
            return Ok(Some(Part::of(page, [])));
        };
        let wanted = EngineFilter {
            org: own,
            ids: ids.into_iter().map(EngineId).collect(),
            name: name.or(filter.name.clone()),
            states,
            categories,
            modes: filter.mode.iter().flatten().flat_map(|mode| mode.modes()).copied().collect(),
            deployment_models: filter.models(),
            library_required: library_required.or(filter.library_required),
            creates_tdo,
            order: order(order_by)?,
            ..EngineFilter::default()
        };
        let listed = visit.ask(move |service, actor| engine::list(service, actor, &wanted, page)).await?;
        Ok(Some(Part::of(page, listed.into_iter().map(EngineNode::from))))
    }

    /// An engine that the caller may see.
    async fn engine(
        &self,
        context: &Context<'_>,
        #[graphql(name = "id")] wanted: ID,
    ) -> Result<Option<EngineNode>> {
        let wanted = EngineId(id("Engine", &wanted)?);
        let found = visit(context)?.ask(move |service, actor| engine::get(service, actor, wanted)).await?;
        Ok(Some(found.into()))
    }
}

/// Of the words of a query, those that are known here.
struct Known<T> {
    asked: bool,
    known: Vec<T>,
}

impl<T> Known<T> {
    fn of<W>(words: impl Iterator<Item = W>, known: impl Fn(W) -> Option<T>) -> Self {
        let words: Vec<Option<T>> = words.map(known).collect();
        Self { asked: !words.is_empty(), known: words.into_iter().flatten().collect() }
    }

    /// What to filter by, empty for any; none when only what is not known here was asked for, which no engine has.
    fn wanted(self) -> Option<Vec<T>> {
        (!self.asked || !self.known.is_empty()).then_some(self.known)
    }
}

impl Filter {
    /// Parts of the public filter that are about what is not kept here.
    fn refuse_left_out(&self) -> Result<()> {
        for (what, given) in [
            ("language", self.language.is_some()),
            ("rating", self.rating.is_some()),
            ("priceMin", self.price_min.is_some()),
            ("priceMax", self.price_max.is_some()),
            ("runtimeType", self.runtime_type.is_some()),
            ("supportedInputFormats", self.supported_input_formats.is_some()),
            ("maxMediaLengthMs", self.max_media_length_ms.is_some()),
            ("trainableViaApi", self.trainable_via_api.is_some()),
            ("gpuSupported", self.gpu_supported.is_some()),
        ] {
            if given {
                return Err(left_out(&format!("filtering engines by `{what}`")));
            }
        }
        Ok(())
    }

    /// The categories that names and classes leave, empty for any; none when they leave none.
    fn categories(&self, mut names: Vec<String>) -> Option<Vec<Category>> {
        names.extend(self.category.clone().into_iter().flatten());
        let classes: Vec<&str> = self.kind.iter().flatten().map(|kind| kind.name()).collect();
        if classes.is_empty() {
            return Known::of(names.into_iter(), |name| name.parse().ok()).wanted();
        }
        if names.is_empty() {
            names = CATEGORIES.iter().map(|row| row.name.to_owned()).collect();
        }
        let fits = |name: String| {
            name.parse().ok().filter(|category: &Category| classes.contains(&class(category.name())))
        };
        Known::of(names.into_iter(), fits).wanted()
    }

    fn models(&self) -> Vec<assay_core::profile::DeploymentModel> {
        let both = self.deployment_model.iter().chain(&self.deployment_models);
        both.flatten().map(|model| (*model).into()).collect()
    }
}

/// Things to order by at most: there are no more columns.
const ORDERS: usize = 8;

fn order(sorts: Option<Vec<Sort>>) -> Result<Vec<(EngineOrder, Direction)>> {
    if sorts.as_ref().is_some_and(|sorts| sorts.len() > ORDERS) {
        return Err(invalid(format!("engines are ordered by {ORDERS} fields at most")));
    }
    let one = |sort: Sort| {
        let direction = match sort.direction {
            OrderDirection::Asc => Direction::Ascending,
            OrderDirection::Desc => Direction::Descending,
        };
        let by = match sort.field {
            EngineOrderField::Name => EngineOrder::Name,
            EngineOrderField::Id => EngineOrder::Id,
            EngineOrderField::Category => EngineOrder::Category,
            EngineOrderField::Mode => EngineOrder::Mode,
            EngineOrderField::DeploymentModel => EngineOrder::DeploymentModel,
            EngineOrderField::CreatedDateTime => EngineOrder::CreatedAt,
            EngineOrderField::ModifiedDateTime => EngineOrder::ModifiedAt,
            _ => return Err(left_out("ordering engines by this field")),
        };
        Ok((by, direction))
    };
    let mut orders: Vec<(EngineOrder, Direction)> = Vec::new();
    for order in sorts.into_iter().flatten().map(one) {
        let order = order?;
        // Ordering by the same again orders nothing more.
        if orders.iter().all(|(by, _)| *by != order.0) {
            orders.push(order);
        }
    }
    Ok(orders)
}
