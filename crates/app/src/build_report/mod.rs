//! The build report as it is downloaded: the newest certification report with the build's way through the service.
//! There is one for every build at every time; where nothing was judged, it says so and why.

mod approval;
mod compose;
mod early;
mod way;

use assay_core::ledger::read;
use assay_core::report::Report;
use assay_core::{Actor, BuildId, Refused, Rejection, Scope};

use crate::{Service, build};

pub use compose::compose;
pub use early::{broken, judged_in_part, unjudged};

/// The report of a build, as of now.
///
/// # Errors
/// `not-found`; `not-allowed`; faults of the store.
pub fn download(service: &Service, actor: &Actor, id: BuildId) -> Result<Report, Refused> {
    let now = service.now();
    read(&*service.ledger, |records| {
        let build = build::seen(records, actor, id)?;
        if !actor.may(Scope::Read) {
            return Err(Rejection::new("not-allowed", "this key may not be used for reading").into());
        }
        compose(records, &build, now)
    })
}
