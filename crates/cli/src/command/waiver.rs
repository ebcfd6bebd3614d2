//! `assay waiver …`

use assay_app::Refused;
use assay_app::waiver::{self, NewWaiver, Rejudged};
use assay_core::waiver::{Narrowing, WaiverFilter, WaiverScope, WaiverStatus};
use assay_core::{Actor, Clock, Code, Digest, EngineId, OrgId, WaiverId};
use clap::Subcommand;
use jiff::Timestamp;
use uuid::Uuid;

use super::Global;
use super::form::{Form, everything};
use crate::exit::Exit;
use crate::installation::Installation;
use crate::render::table::Table;
use crate::system::SystemClock;
use crate::terminal::{self, escape};

const EXAMPLES: &str = "\
Examples:
  assay waiver request --code SEC-002 --engine 62f6f0ee-1111-4222-8333-444455556666 \\
      --mentions CVE-2026-1234 --reason \"not reachable\" --expires 2027-01-31 --for dev@example.org
  assay waiver list --status requested
  assay waiver grant 0199c0de-0000-7000-8000-000000000001
  assay waiver revoke 0199c0de-0000-7000-8000-000000000001 --reason \"an exploit is out\"";

/// What can be done with waivers.
#[derive(Subcommand, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) enum Waiver {
    /// Ask that a finding be tolerated for a time
    Request(Box<Request>),
    /// Grant a waiver; builds that wait for a person are judged again
    Grant(Grant),
    /// Refuse a waiver that was asked for
    Refuse(Decline),
    /// Take a granted waiver back; builds that wait for a person are judged again
    Revoke(Decline),
    /// List waivers, newest first
    List(List),
}

#[derive(clap::Args, Debug)]
pub(super) struct Request {
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

#[derive(clap::Args, Debug)]
pub(super) struct Grant {
    /// Id of the waiver
    id: Uuid,
    /// What is to be said about it
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
}

#[derive(clap::Args, Debug)]
pub(super) struct Decline {
    /// Id of the waiver
    id: Uuid,
    /// Why; the requester reads it
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

#[derive(clap::Args, Debug)]
pub(super) struct List {
    /// Of this organization alone
    #[arg(long, value_name = "ID")]
    org: Option<i64>,
    /// In this status: requested, granted, refused, revoked
    #[arg(long, value_parser = status)]
    status: Option<WaiverStatus>,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

fn expiry(text: &str) -> Result<Timestamp, String> {
    waiver::expiry(text).map_err(|rejection| {
        let hint = rejection.hint.clone().map(|hint| format!("; {hint}")).unwrap_or_default();
        format!("{rejection}{hint}")
    })
}

fn status(text: &str) -> Result<WaiverStatus, String> {
    WaiverStatus::named(text).ok_or_else(|| "write requested, granted, refused or revoked".into())
}

impl Waiver {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Refused> {
        let installation = Installation::open(&global.folder()?)?;
        match self {
            Self::Request(request) => request.run(&installation)?,
            Self::Grant(grant) => grant.run(&installation)?,
            Self::Refuse(refuse) => refuse.refuse(&installation)?,
            Self::Revoke(revoke) => revoke.revoke(&installation)?,
            Self::List(list) => list.run(&installation)?,
        }
        Ok(Exit::Good)
    }
}

impl Request {
    fn run(self, installation: &Installation) -> Result<(), Refused> {
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

impl Grant {
    fn run(self, installation: &Installation) -> Result<(), Refused> {
        let (service, id) = (&installation.service, WaiverId(self.id));
        let (waiver, rejudged) = waiver::grant(service, &Actor::operator(), id, self.comment.as_deref())?;
        terminal::print(&format!("granted until {}\n{}", waiver.expires_at, followed(&rejudged)))
    }
}

impl Decline {
    fn refuse(self, installation: &Installation) -> Result<(), Refused> {
        waiver::refuse(&installation.service, &Actor::operator(), WaiverId(self.id), &self.reason)?;
        terminal::print("refused\n")
    }

    fn revoke(self, installation: &Installation) -> Result<(), Refused> {
        let (service, id) = (&installation.service, WaiverId(self.id));
        let (_, rejudged) = waiver::revoke(service, &Actor::operator(), id, &self.reason)?;
        terminal::print(&format!("revoked\n{}", followed(&rejudged)))
    }
}

fn followed(rejudged: &[Rejudged]) -> String {
    let line = |one: &Rejudged| {
        format!("build {} was judged again: {:?} → {:?}\n", one.number, one.before, one.after).to_lowercase()
    };
    rejudged.iter().map(line).collect()
}

impl List {
    fn run(self, installation: &Installation) -> Result<(), Refused> {
        let filter =
            WaiverFilter { org: self.org.map(OrgId), status: self.status, ..WaiverFilter::default() };
        let waivers = everything(|page| waiver::list(&installation.service, &Actor::operator(), &filter, page))?;
        self.format.print(&waivers, |waivers| table(waivers))
    }
}

fn table(waivers: &[assay_core::Waiver]) -> String {
    let now = SystemClock::new().now();
    let mut table = Table::new(0, &["id", "rule", "for", "state", "until", "asked by", "reason"]);
    for waiver in waivers {
        table.row(vec![
            waiver.id.to_string(),
            waiver.code.to_string(),
            scope(waiver),
            waiver.state(now).into(),
            waiver.expires_at.strftime("%Y-%m-%d").to_string(),
            escape::line(&waiver.requester.name),
            escape::cut(&waiver.reason, 40),
        ]);
    }
    table.text()
}

fn scope(waiver: &assay_core::Waiver) -> String {
    let scope = match &waiver.scope {
        WaiverScope::Engine(engine) => format!("engine {engine}"),
        WaiverScope::Digest(digest) => format!("image {}", digest.short()),
    };
    match waiver.narrowing.phrase() {
        narrowing if narrowing.is_empty() => scope,
        narrowing => format!("{scope}, {}", escape::line(&narrowing)),
    }
}
