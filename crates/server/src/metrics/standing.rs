//! How things stand at the moment: looked up when the page is asked for.

use assay_core::work::{WorkKind, WorkState};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

/// How things stand. What cannot be found out is left out of the page.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Standing {
    /// Rows of the queue by kind and state.
    pub work: Vec<(WorkKind, WorkState, u64)>,
    /// Seconds that the work of each kind that waits longest has been due.
    pub oldest: Vec<(WorkKind, i64)>,
    /// Workers alive.
    pub workers: Option<u64>,
    /// Upload sessions open.
    pub sessions: Option<u64>,
    /// Seconds since the advisories were current.
    pub advisories_age: Option<i64>,
    /// Bytes free on the data folder's disk, and its size.
    pub disk: Option<(u64, u64)>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct WorkLabels {
    kind: &'static str,
    state: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct KindLabel {
    kind: &'static str,
}

impl Standing {
    /// Puts the figures on the page.
    pub(super) fn register(&self, page: &mut Registry) {
        self.register_work(page);
        let mut figure = |name: &str, help: &str, unit: Option<Unit>, value: Option<i64>| {
            let Some(value) = value else { return };
            let gauge = Gauge::<i64>::default();
            gauge.set(value);
            match unit {
                Some(unit) => page.register_with_unit(name, help, unit, gauge),
                None => page.register(name, help, gauge),
            }
        };
        let signed = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        figure("workers", "Workers alive", None, self.workers.map(signed));
        figure("registry_upload_sessions", "Upload sessions open", None, self.sessions.map(signed));
        figure("advisories_age", "Age of the advisories", Some(Unit::Seconds), self.advisories_age);
        figure("disk_free", "Room left", Some(Unit::Bytes), self.disk.map(|(free, _)| signed(free)));
        figure("disk_size", "Size of the disk", Some(Unit::Bytes), self.disk.map(|(_, size)| signed(size)));
    }

    fn register_work(&self, page: &mut Registry) {
        let rows = Family::<WorkLabels, Gauge>::default();
        for (kind, state, count) in &self.work {
            let labels = WorkLabels { kind: kind.name(), state: state.name() };
            rows.get_or_create(&labels).set(i64::try_from(*count).unwrap_or(i64::MAX));
        }
        page.register("work", "Rows of the queue by kind and state", rows);
        let oldest = Family::<KindLabel, Gauge>::default();
        for (kind, seconds) in &self.oldest {
            oldest.get_or_create(&KindLabel { kind: kind.name() }).set(*seconds);
        }
        let help = "How long the work that waits longest has been due";
        page.register_with_unit("work_oldest", help, Unit::Seconds, oldest);
    }
}
