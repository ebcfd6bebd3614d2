//! The GraphQL API at `/v3/graphql`: names, errors and paging as clients of the field know them (api.md). No rule stands
//! here; each field asks one use case.

mod account;
mod build;
mod category;
mod endpoint;
mod engine;
mod envelope;
mod error;
mod measure;
mod nesting;
mod nulls;
mod part;
mod room;
mod scalar;
mod visit;

use std::sync::Arc;

use async_graphql::{EmptySubscription, MergedObject, SDLExportOptions, Schema, SchemaBuilder};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::post;

use crate::site::Site;

/// How deep a query may go. GraphiQL's own introspection goes 15 deep.
const DEEPEST: usize = 16;

/// What a query may cost: one a field, times the rows asked for in a list.
const DEAREST: usize = 20_000;

/// What a change costs: it is counted once among a caller's requests, and makes letters, messages and work.
const CHANGE: usize = 500;

/// Directives on one field at most.
const DIRECTIVES: usize = 50;

/// Everything that can be asked.
#[derive(MergedObject, Default)]
struct Query(engine::EngineQuery, build::BuildQuery, category::CategoryQuery, account::AccountQuery);

/// Everything that can be done.
#[derive(MergedObject, Default)]
struct Mutation(account::AccountMutation, engine::EngineMutation, build::BuildMutation);

/// The schema with its resolvers.
type Api = Schema<Query, Mutation, EmptySubscription>;

fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .extension(nulls::Nulls)
        .limit_depth(DEEPEST)
        .limit_complexity(DEAREST)
        .limit_directives(DIRECTIVES)
}

/// The schema in its own language, as `docs/schema.graphql` keeps it.
pub fn sdl() -> String {
    let options =
        SDLExportOptions::new().sorted_fields().sorted_enum_items().use_space_ident().indent_width(2);
    builder().finish().sdl_with_options(options).trim().to_owned() + "\n"
}

/// The API's way in.
pub fn router(site: &Arc<Site>) -> Router {
    let desk = endpoint::Desk { site: site.clone(), api: builder().finish(), house: room::House::default() };
    // How large a body may be, the door has seen to.
    Router::new()
        .route("/v3/graphql", post(endpoint::answer))
        .layer(DefaultBodyLimit::disable())
        .with_state(desk)
}
