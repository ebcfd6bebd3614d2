//! Who does the work.

use std::sync::Arc;

use assay_app::Refused;
use assay_app::pipeline::{Done, Judge, Order};
use assay_app::work::{StopFlag, WorkerOptions, Workers};
use assay_core::Progress;
use assay_core::work::WorkKind;
use assay_server::Site;

use super::rooms::Rooms;
use super::{outgoing, pipeline};
use crate::config::Config;

/// Starts the workers. `address` is how people reach the service; what certifications come to is counted at `site`.
pub(super) fn hire(
    rooms: &Rooms,
    config: &Config,
    address: &str,
    site: &Arc<Site>,
    crash_at: Option<String>,
) -> Result<Workers, Refused> {
    let work = &config.work;
    let many = |number: u32| usize::try_from(number).unwrap_or(1);
    let concurrency = [
        (WorkKind::Intake, many(work.intake)),
        (WorkKind::Fetch, many(work.fetch)),
        (WorkKind::Certification, many(work.certification)),
        (WorkKind::Deploy, many(work.deploy)),
        (WorkKind::Mail, many(work.mail)),
        (WorkKind::Webhook, many(work.webhook)),
    ];
    let options = WorkerOptions {
        concurrency: concurrency.into(),
        grace: config.limits.grace,
        // The lock on the data folder sees to that.
        alone: true,
        ..WorkerOptions::default()
    };
    let mut handlers = Vec::from(outgoing::handlers(rooms, config, address)?);
    let mut pipeline = pipeline::pipeline(rooms, config, crash_at)?;
    pipeline.judge = Arc::new(Counted { judge: pipeline.judge, site: site.clone() });
    handlers.extend(pipeline.handlers());
    Workers::start(rooms.service.clone(), handlers, rooms.bell.clone(), options)
}

/// A judge whose verdicts are counted, with the time they took.
struct Counted {
    judge: Arc<dyn Judge>,
    site: Arc<Site>,
}

impl Judge for Counted {
    fn carry_out(&self, order: &Order, progress: &dyn Progress, stop: &StopFlag) -> Result<Done, Refused> {
        let begun = self.site.clock.elapsed();
        let done = self.judge.carry_out(order, progress, stop)?;
        if let Done::Certified(certified) = &done {
            let took = self.site.clock.elapsed().saturating_sub(begun);
            self.site.metrics.certified(certified.report.verdict, took);
        }
        Ok(done)
    }
}
