//! A probe: an engine is started once more, within the walls it was certified in, to see that it comes up.

use assay_checks::build;
use assay_core::Step;
use assay_core::manifest::EngineMode;

use super::judge::{Case, open};
use super::run::{Ran, run_once};
use super::{Request, Rooms};
use crate::Refused;

/// What came of starting an engine once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Probe {
    /// It came up. Engines of mode `stream` are believed.
    Healthy,
    /// It did not; why, in a sentence.
    Unhealthy(String),
}

/// Starts the engine of an image and waits until it says that it is ready; one that takes its task from the start is given
/// one.
///
/// # Errors
/// A rejection or fault when image or sandbox fail us: then nothing is known.
pub fn probe(request: &Request, rooms: Rooms<'_>) -> Result<Probe, Refused> {
    let mut case = Case::of(request, rooms, open(request, rooms)?);
    case.judge_form();
    let (Some(image), Some(manifest)) = (&case.opened.image, &case.manifest.effective) else {
        return Ok(Probe::Unhealthy("image or manifest cannot be read any more".into()));
    };
    if manifest.engine_mode == EngineMode::Stream {
        return Ok(Probe::Healthy);
    }
    let subject = super::prepare::Subject { request, rooms, image, manifest };
    match run_once(subject, Step::Run) {
        Ran::Through { first, .. } => Ok(match build::health(&first.evidence) {
            None => Probe::Healthy,
            Some(finding) => Probe::Unhealthy(format!("{}: {}", finding.code, finding.observed)),
        }),
        Ran::NotDrivable(finding) => Ok(Probe::Unhealthy(format!("{}: {}", finding.code, finding.observed))),
        Ran::Broke(fault) => Err(fault.into()),
    }
}
