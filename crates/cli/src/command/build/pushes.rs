//! `assay build pushes`

use assay_app::Refused;
use assay_app::push::list;
use assay_core::push::UnattributedPush;
use assay_core::{Actor, OrgId};

use super::row::minute;
use crate::command::form::{Form, everything};
use crate::installation::Installation;
use crate::render::table::Table;
use crate::terminal::escape;

#[derive(clap::Args, Debug)]
pub(crate) struct Pushes {
    /// Of this organization
    #[arg(long, value_name = "ID")]
    org: Option<i64>,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

impl Pushes {
    pub(super) fn run(self, house: &Installation) -> Result<(), Refused> {
        let org = self.org.map(OrgId);
        let pushes = everything(|page| list(&house.service, &Actor::operator(), org, page))?;
        self.format.print(&pushes, |pushes| table(pushes))
    }
}

fn table(pushes: &[UnattributedPush]) -> String {
    let mut table = Table::new(0, &["pushed", "image", "by", "reason", "more"]);
    for push in pushes {
        table.row(vec![
            minute(push.at),
            escape::cut(&push.reference, 60),
            escape::cut(&push.pusher, 40),
            push.reason.name().into(),
            escape::line(&push.detail),
        ]);
    }
    table.text()
}
