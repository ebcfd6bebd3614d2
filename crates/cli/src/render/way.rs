//! The build's way through the service, in a report that was downloaded there.

use std::time::Duration;

use assay_core::report::{Approval, Elapsed, Lifecycle, Report};
use jiff::Timestamp;

use super::paragraph::folded;
use super::table::Table;
use crate::terminal::escape;
use crate::terminal::style::{BOLD, DIM, NAME, painted};

/// Nothing when the report tells no way.
pub(super) fn text(report: &Report) -> String {
    let Some(way) = &report.lifecycle else { return String::new() };
    let title =
        format!("Build {} of {}: {}", way.number, escape::line(&way.engine_name), report.build_status);
    let mut text = format!("{}\n", painted(BOLD, &title));
    if let Some(reason) = &way.reason {
        text.push_str(&format!("  {}\n", folded(reason, 2)));
    }
    if let Some(approval) = &report.approval {
        text.push_str(&format!("  {}\n", folded(&approved(approval), 2)));
    }
    text + &stations(way) + &happenings(way) + &troubles(way)
}

fn approved(approval: &Approval) -> String {
    let how = if approval.automatic { "automatically" } else { "by" };
    let who = if approval.automatic { "" } else { &approval.by };
    let why = approval.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("approved {how} {who} on {}{why}", moment(approval.at)).replace("  ", " ")
}

/// How long it stood where.
fn stations(way: &Lifecycle) -> String {
    let mut table = Table::new(2, &[]);
    for one in &way.elapsed {
        table.row(vec![
            place(one),
            spoken(one.milliseconds),
            painted(DIM, if one.to.is_none() { "until now" } else { "" }),
        ]);
    }
    table.text()
}

fn place(one: &Elapsed) -> String {
    match &one.stage {
        Some(stage) => format!("{} ({stage})", one.status),
        None => one.status.clone(),
    }
}

fn happenings(way: &Lifecycle) -> String {
    let mut table = Table::new(2, &[]);
    for one in &way.events {
        table.row(vec![
            painted(DIM, &moment(one.at)),
            one.name.clone(),
            escape::line(&one.actor),
            escape::cut(one.reason.as_deref().unwrap_or_default(), 60),
        ]);
    }
    table.text()
}

/// Work that is not done: what holds the build up.
fn troubles(way: &Lifecycle) -> String {
    let troubled = way.attempts.iter().filter_map(|one| Some((one, one.last_fault.as_ref()?)));
    let told = troubled.map(|(one, fault)| {
        let label = format!("{}: ", one.work);
        let text = format!("{fault} (attempt {} of {}, {})", one.attempts, one.max_attempts, one.state);
        format!("  {}{}\n", painted(NAME, &label), folded(&text, 2 + label.len()))
    });
    told.collect()
}

fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `3 d 4 h`, `12 min`, `340 ms`: the two largest units that matter.
fn spoken(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    match seconds {
        0 => crate::progress::spoken(Duration::from_millis(milliseconds)),
        1..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_two_units() {
        let told = [0, 1_500, 61_000, 7_260_000, 90_000_000].map(spoken);
        assert_eq!(told[1..], ["1 s", "1 min 1 s", "2 h 1 min", "1 d 1 h"]);
    }

    #[test]
    fn an_approval_says_who_and_when() {
        let at = "2026-11-23T12:00:00Z".parse().unwrap();
        let by =
            |automatic| Approval { by: "eva@example.org".into(), at, reason: Some("fine".into()), automatic };
        assert_eq!(approved(&by(false)), "approved by eva@example.org on 2026-11-23 12:00:00: fine");
        assert_eq!(approved(&by(true)), "approved automatically on 2026-11-23 12:00:00: fine");
    }
}
