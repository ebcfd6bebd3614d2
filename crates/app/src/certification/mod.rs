//! Certification: one attempt to judge one image under one policy.
//!
//! The order of things: open the image; read its manifest; look at the image itself; then, at the same time, compare
//! its packages with the vulnerability data and run the engine. Each check ends in one outcome; the policy makes the
//! verdict of them; the report tells it.

mod bundle;
mod finish;
mod intake;
mod judge;
mod prepare;
mod probe;
mod run;
mod witness;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::PathBuf;

pub use assay_checks::samples::OwnInput;
use assay_checks::security::Database;
use assay_core::report::Report;
use assay_core::run::{AddressBlock, EngineRunner};
use assay_core::{Check, Clock, Digest, EngineProfile, IdSource, Policy, Progress, Rejection, Waiver};
use assay_image::{Blobs, OpenOptions, Store, TopDocument};

use crate::Refused;
use judge::{Case, open};

pub use bundle::{Rendering, refuse_foreign, write_bundle};
pub use intake::{Form, Named, TakenIn, take_in};
pub use probe::{Probe, probe};

/// What is to be judged, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// The image: an OCI folder or archive, a `docker save` archive, `docker://…`, or a name at a local daemon.
    pub reference: String,
    /// How to open it.
    pub open: OpenOptions,
    /// What is known of the engine beside its image.
    pub profile: EngineProfile,
    /// What a broken rule leads to, and the limits.
    pub policy: Policy,
    /// Waivers; those in force for this engine or image lift findings.
    pub waivers: Vec<Waiver>,
    /// Digest of the index the image was pushed by, when it was one; waivers may name it.
    pub pushed_as: Option<Digest>,
    /// Checks left out because the caller asked for it; those that the policy leaves out come to them.
    pub without: BTreeSet<Check>,
    /// An input of the caller's own, sent before our samples.
    pub input: Option<OwnInput>,
    /// Private, link-local and loopback addresses that declared names may lead to all the same.
    pub exceptions: Vec<AddressBlock>,
    /// Fixed addresses of declared names.
    pub resolve: BTreeMap<String, IpAddr>,
    /// Chance of the test: the same seed makes the same task ids.
    pub seed: u64,
    /// An existing empty folder for what the runs leave behind.
    pub evidence_dir: PathBuf,
}

impl Request {
    /// Whether caller or policy leave this check out.
    fn leaves_out(&self, check: Check) -> bool {
        self.why_left_out(check).is_some()
    }

    fn why_left_out(&self, check: Check) -> Option<&'static str> {
        match check {
            check if self.without.contains(&check) => Some("left out at the caller's wish"),
            check if self.policy.checks.left_out.contains(&check) => Some("the policy leaves it out"),
            _ => None,
        }
    }
}

/// The rooms a certification goes through.
#[derive(Clone, Copy)]
pub struct Rooms<'a> {
    /// Unpacked layers.
    pub store: &'a Store,
    /// Vulnerability data; without it the security check holds.
    pub database: Option<&'a Database>,
    /// The sandbox, or why there is none.
    pub runner: Result<&'a dyn EngineRunner, &'a assay_core::Fault>,
    /// The time.
    pub clock: &'a dyn Clock,
    /// New ids.
    pub ids: &'a dyn IdSource,
    /// Hears how it goes.
    pub progress: &'a dyn Progress,
    /// The image in the house's own store of blobs; the request's reference is then no more than its name. Without, the
    /// reference says where it is.
    pub stored: Option<StoredImage<'a>>,
}

/// An image in a store of blobs.
#[derive(Clone, Copy)]
pub struct StoredImage<'a> {
    /// The document it begins with.
    pub top: &'a TopDocument,
    /// Where its blobs are.
    pub blobs: &'a dyn Blobs,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Certified {
    /// The report.
    pub report: Report,
    /// The manifest byte for byte, when there is one.
    pub raw_manifest: Option<Vec<u8>>,
    /// The folder with what the runs left behind.
    pub evidence_dir: PathBuf,
}

/// Judges an image from end to end.
///
/// Refused when the request itself cannot be followed (unknown image, a policy that softens a fixed rule) or the world
/// fails before anything is known. Trouble within a check makes that check `errored` and the verdict inconclusive.
pub fn certify(request: &Request, rooms: Rooms<'_>) -> Result<Certified, Refused> {
    request.policy.validate()?;
    refuse_leaving_out_the_image(&request.without)?;
    let began = rooms.clock.now();
    let mut case = Case::of(request, rooms, open(request, rooms)?);
    case.judge();
    Ok(Certified {
        raw_manifest: case.raw_manifest(),
        report: finish::write(case, began),
        evidence_dir: request.evidence_dir.clone(),
    })
}

fn refuse_leaving_out_the_image(without: &BTreeSet<Check>) -> Result<(), Rejection> {
    if without.contains(&Check::Image) {
        return Err(Rejection::new(
            "check-not-optional",
            "the image check cannot be left out: nothing else can be judged without it",
        ));
    }
    Ok(())
}
