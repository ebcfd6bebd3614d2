//! Policies: documents under a name and a number, chosen by organizations, and tried on what was judged before they are
//! enforced.

mod choose;
mod difference;
mod document;
mod settle;
mod shipped;
mod trial;
mod versions;

pub use choose::{check, choose};
pub use difference::{Difference, differences};
pub use document::{LARGEST, parse};
pub use settle::{Settlement, judgement, settlement};
pub use shipped::shipped;
pub use trial::{Changed, Trial, try_on_stored};
pub use versions::{create, list, named, of_org, show, version};
