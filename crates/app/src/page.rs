//! Parts of lists.

use assay_core::Rejection;
use assay_core::records::Page;

/// The largest part that is handed out at once.
pub const LARGEST: Page = Page { offset: 0, limit: 1000 };

/// Checks that a part is not larger than what is handed out.
///
/// # Errors
/// `invalid-page`.
pub fn check(page: Page) -> Result<(), Rejection> {
    if page.limit <= LARGEST.limit {
        return Ok(());
    }
    let message =
        format!("a limit of {} is more than the {} that are given at once", page.limit, LARGEST.limit);
    let data = serde_json::json!({ "limit": page.limit, "maximum": LARGEST.limit });
    Err(Rejection::new("invalid-page", message).hint("ask for the rest with `offset`").data(data))
}
