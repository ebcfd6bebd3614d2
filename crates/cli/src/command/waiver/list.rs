//! `assay waiver list`

use assay_app::Refused;
use assay_app::waiver;
use assay_core::waiver::{WaiverFilter, WaiverScope, WaiverStatus};
use assay_core::{Actor, Clock, OrgId};

use crate::command::form::{Form, everything};
use crate::installation::Installation;
use crate::render::table::Table;
use crate::system::SystemClock;
use crate::terminal::escape;

#[derive(clap::Args, Debug)]
pub(crate) struct List {
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

fn status(text: &str) -> Result<WaiverStatus, String> {
    WaiverStatus::named(text).ok_or_else(|| "write requested, granted, refused or revoked".into())
}

impl List {
    pub(super) fn run(self, installation: &Installation) -> Result<(), Refused> {
        let filter =
            WaiverFilter { org: self.org.map(OrgId), status: self.status, ..WaiverFilter::default() };
        let waivers =
            everything(|page| waiver::list(&installation.service, &Actor::operator(), &filter, page))?;
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
