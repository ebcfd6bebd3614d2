//! The ready webhook.

use std::time::Duration;

use assay_core::run::Readiness;

use crate::drive::Scene;
use crate::drive::http::{self, Reply, Request, Target};

/// The platform asks once a second. Asking sooner at first costs a fast engine nothing of our time.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// For one answer. A question asked in time gets a second for its answer even when the time is nearly up.
const PATIENCE: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(5);
/// Kept of a refusal's text, in bytes.
const TOLD: u64 = 500;

/// Asks until the webhook says 200 or 500, the engine ends, or the time is up.
pub(super) fn wait(scene: Scene<'_>, target: &Target) -> Readiness {
    let deadline = scene.clock.elapsed().saturating_add(scene.plan.timing.ready);
    let mut pause = FIRST_PAUSE;
    loop {
        if !scene.engine.alive() {
            return Readiness::Exited;
        }
        let left = deadline.saturating_sub(scene.clock.elapsed());
        let last = match ask(scene, target, left.clamp(*PATIENCE.start(), *PATIENCE.end())) {
            Ok((200, _)) => return Readiness::Ready { after_ms: scene.recorder.now_ms() },
            Ok((500, body)) => return Readiness::Refused { body },
            Ok((status, _)) => status.to_string(),
            Err(failure) => failure,
        };
        let left = deadline.saturating_sub(scene.clock.elapsed());
        if left.is_zero() {
            return Readiness::TimedOut { last };
        }
        std::thread::sleep(pause.min(left));
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
}

/// Asks once.
pub(super) fn is_ready(scene: Scene<'_>, target: &Target) -> bool {
    matches!(ask(scene, target, *PATIENCE.end()), Ok((200, _)))
}

fn ask(scene: Scene<'_>, target: &Target, limit: Duration) -> Result<(u16, String), String> {
    let request = Request { method: "GET", content_type: None, body: &[], most: TOLD };
    let mut text = Vec::new();
    let reply = http::call(scene.namespace, scene.clock, target, &request, limit, &mut text);
    reply
        .map(|Reply { status, .. }| (status, String::from_utf8_lossy(&text).into_owned()))
        .map_err(|failure| failure.to_string())
}
