//! Waivers as kept.

use super::{Waiver, WaiverId, WaiverStatus};
use crate::Refused;
use crate::account::OrgId;
use crate::digest::Digest;
use crate::engine::EngineId;
use crate::records::Page;

/// Which waivers.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct WaiverFilter {
    /// Of this organization.
    pub org: Option<OrgId>,
    /// In this status.
    pub status: Option<WaiverStatus>,
    /// For this engine.
    pub engine: Option<EngineId>,
    /// For this image.
    pub digest: Option<Digest>,
}

/// Waivers.
pub trait Waivers {
    /// Keeps a new waiver.
    fn insert_waiver(&self, waiver: &Waiver) -> Result<(), Refused>;
    /// Writes decision and status anew. What was asked for stays as it was asked.
    fn decide_waiver(&self, waiver: &Waiver) -> Result<(), Refused>;
    /// The waiver.
    fn waiver(&self, id: WaiverId) -> Result<Option<Waiver>, Refused>;
    /// Waivers, newest first.
    fn waivers(&self, filter: &WaiverFilter, page: Page) -> Result<Vec<Waiver>, Refused>;
    /// The organization's granted ones, expired or not, for the engine or for one of the digests; oldest first.
    fn granted_waivers(
        &self,
        org: OrgId,
        engine: Option<EngineId>,
        digests: &[Digest],
    ) -> Result<Vec<Waiver>, Refused>;
}
