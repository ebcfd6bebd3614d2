//! IMG-009: how old the newest package record is. The number of missing updates takes the distribution's own archive,
//! which is not asked here, and the finding says so.

use assay_core::{Code, Finding};
use assay_image::{Node, View};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::base::Base;
use super::file;

/// Times up to here (two days after 1970) are what reproducible builds write for "no time".
const NO_TIME: i64 = 2 * 86_400;

/// Where package managers keep records whose time of change is the time of installation.
const RECORDS: [&str; 5] =
    ["/var/lib/dpkg/info", "/var/lib/dpkg/status.d", "/lib/apk/db", "/var/lib/rpm", "/usr/lib/sysimage/rpm"];

/// A remark on the age of the base system; nothing for an image from scratch.
pub(super) fn judge(view: &View, base: &Base, now: Timestamp) -> Option<Finding> {
    if *base == Base::None {
        return None;
    }
    let records = RECORDS.iter().flat_map(|folder| view.below(folder));
    let (what, newest) = match newest(records) {
        Some(found) => ("newest package record", found),
        None => ("newest file", newest(view.iter())?),
    };
    let (path, node) = newest;
    let changed = Timestamp::from_second(node.mtime).ok()?;
    let day = changed.to_zoned(TimeZone::UTC).date();
    let days = now.duration_since(changed).as_secs() / 86_400;
    let observed = format!(
        "the {what} is of {day}, {days} day(s) before this certification; how many updates are missing was not counted"
    );
    let finding = Finding::info(Code::IMG_009, observed, "a base system rebuilt within weeks");
    Some(finding.at(file(view, path)))
}

fn newest<'a>(nodes: impl Iterator<Item = (&'a str, &'a Node)>) -> Option<(&'a str, &'a Node)> {
    nodes.filter(|(_, node)| node.is_file() && node.mtime > NO_TIME).max_by_key(|(_, node)| node.mtime)
}
