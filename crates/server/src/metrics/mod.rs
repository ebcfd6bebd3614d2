//! What the service tells about itself in numbers (OpenMetrics).

mod families;
mod page;
mod scale;
mod standing;

pub use families::Metrics;
pub(crate) use page::{inner_page, page};
pub use standing::Standing;
