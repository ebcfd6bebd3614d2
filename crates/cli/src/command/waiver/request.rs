//! `assay waiver request`

use assay_app::Refused;
use assay_app::waiver::{self, NewWaiver};
use assay_core::waiver::{Narrowing, WaiverScope};
use assay_core::{Actor, Code, Digest, EngineId, OrgId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::installation::Installation;
use crate::terminal;

#[derive(clap::Args, Debug)]
pub(crate) struct Request {
    /// Rule, such as SEC-002
    #[arg(long)]
    code: Code,
    /// For every build of this engine
    #[arg(long, value_name = "ID", required_unless_present = "digest")]
    engine: Option<Uuid>,
    /// For this image alone
    #[arg(long, conflicts_with = "engine")]
    digest: Option<Digest>,
    /// Whose, where an image is named
    #[arg(long, value_name = "ID", requires = "digest")]
    org: Option<i64>,
    /// Why the finding may be tolerated, and what will mend it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Last day, or time of the end
    #[arg(long, value_name = "DATE|TIME", value_parser = expiry)]
    expires: Timestamp,
    /// Who asks; whoever asks cannot grant
    #[arg(long = "for", value_name = "EMAIL")]
    on_behalf_of: Option<String>,
    #[command(flatten)]
    narrowing: NarrowingFlags,
}

#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Which findings of the rule (all, when nothing is said)")]
struct NarrowingFlags {
    /// About this package, with or without a version
    #[arg(long, value_name = "PURL")]
    package: Option<String>,
    /// About this file of the image
    #[arg(long)]
    path: Option<String>,
    /// At this place of a document
    #[arg(long, value_name = "JSON-POINTER")]
    pointer: Option<String>,
    /// That mention this word, such as a CVE
    #[arg(long, value_name = "WORD")]
    mentions: Option<String>,
    /// This very finding, by the fingerprint in the report
    #[arg(long)]
    fingerprint: Option<String>,
}

fn expiry(text: &str) -> Result<Timestamp, String> {
    waiver::expiry(text).map_err(|rejection| {
        let hint = rejection.hint.clone().map(|hint| format!("; {hint}")).unwrap_or_default();
        format!("{rejection}{hint}")
    })
}

impl Request {
    pub(super) fn run(self, installation: &Installation) -> Result<(), Refused> {
        let Some(scope) = self.scope() else { return Ok(()) };
        let new = NewWaiver {
            code: self.code,
            narrowing: self.narrowing.narrowing(),
            scope,
            org: self.org.map(OrgId),
            reason: self.reason,
            expires_at: self.expires,
            on_behalf_of: self.on_behalf_of,
        };
        let waiver = waiver::request(&installation.service, &Actor::operator(), &new)?;
        terminal::print(&format!("{}\n", waiver.id))
    }

    /// One of the two is there: clap has seen to it.
    fn scope(&self) -> Option<WaiverScope> {
        let engine = self.engine.map(|id| WaiverScope::Engine(EngineId(id)));
        engine.or_else(|| self.digest.clone().map(WaiverScope::Digest))
    }
}

impl NarrowingFlags {
    fn narrowing(self) -> Narrowing {
        Narrowing {
            package: self.package,
            path: self.path,
            pointer: self.pointer,
            mentions: self.mentions,
            fingerprint: self.fingerprint,
        }
    }
}
