//! Parts of lists: `offset` and `limit` in, `records`, `offset`, `limit` and `count` out. The count is that of the rows in
//! this part; whoever wants all asks until it is less than the limit.

use assay_app::page;
use assay_core::records::Page;
use async_graphql::{OutputType, Result, SimpleObject};

use super::account::OrganizationNode;
use super::build::{ApprovalNode, BuildEventNode, BuildNode, PushNode};
use super::category::CategoryNode;
use super::engine::EngineNode;
use super::error::{invalid, refused};

/// Rows when no limit is given.
pub(super) const USUAL: i32 = 30;

/// A part of a list.
#[derive(SimpleObject, Debug)]
#[graphql(concrete(name = "EngineList", params(EngineNode)))]
#[graphql(concrete(name = "BuildList", params(BuildNode)))]
#[graphql(concrete(name = "EngineCategoryList", params(CategoryNode)))]
#[graphql(concrete(name = "ApprovalList", params(ApprovalNode)))]
#[graphql(concrete(name = "BuildEventList", params(BuildEventNode)))]
#[graphql(concrete(name = "UnattributedPushList", params(PushNode)))]
#[graphql(concrete(name = "OrganizationList", params(OrganizationNode)))]
pub(super) struct Part<T: OutputType> {
    /// The rows.
    records: Vec<T>,
    /// Rows left out before them.
    offset: i32,
    /// Rows asked for at most.
    limit: i32,
    /// Rows in this part.
    count: i32,
}

impl<T: OutputType> Part<T> {
    /// The rows of a part.
    pub(super) fn of(page: Page, rows: impl IntoIterator<Item = T>) -> Self {
        let records: Vec<T> = rows.into_iter().collect();
        Self { offset: int(page.offset), limit: int(page.limit), count: int(records.len()), records }
    }
}

fn int(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

/// Which part is meant.
pub(super) fn asked(offset: Option<i32>, limit: Option<i32>) -> Result<Page> {
    let number = |name: &str, value: i32| {
        u32::try_from(value).map_err(|_| invalid(format!("`{name}` is {value}, which is less than 0")))
    };
    let page = Page {
        offset: number("offset", offset.unwrap_or(0))?,
        limit: number("limit", limit.unwrap_or(USUAL))?,
    };
    page::check(page).map_err(|refusal| refused(refusal, ""))?;
    Ok(page)
}

/// The most that any list is said to cost: sums of such costs stay numbers.
const CEILING: usize = 1_000_000_000;

/// What a list costs: each row what its fields cost.
pub(super) fn cost(limit: Option<i32>, row: usize) -> usize {
    usize::try_from(limit.unwrap_or(USUAL)).unwrap_or(0).max(1).saturating_mul(row).min(CEILING)
}
