//! How running certifications go, for whoever watches. Only in memory: what counts stands in the report.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use assay_core::{BuildId, Clock, Progress, Step};
use jiff::Timestamp;
use serde::Serialize;

/// Stories kept; the oldest give way.
const MOST: usize = 256;
/// Characters of a note.
const LONGEST_NOTE: usize = 300;

/// A step of a certification.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Telling {
    /// Which.
    pub step: Step,
    /// Since when.
    pub started_at: Timestamp,
    /// Until when; nothing while it goes on.
    pub ended_at: Option<Timestamp>,
    /// Whether nothing in it failed; nothing while it goes on.
    pub good: Option<bool>,
    /// What was said last.
    pub note: Option<String>,
}

/// How one attempt goes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Story {
    /// Which attempt it is.
    pub attempt: u32,
    /// When it began.
    pub began_at: Timestamp,
    /// Its steps, in the order in which they began.
    pub steps: Vec<Telling>,
    /// Whether it is over.
    pub over: bool,
}

/// Is told of every change.
type Listener = Arc<dyn Fn(BuildId, &Story) + Send + Sync>;

/// The stories of all certifications that run or ran lately.
#[derive(Default)]
pub struct Live {
    stories: Mutex<BTreeMap<BuildId, Story>>,
    listeners: Mutex<Vec<Listener>>,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("stories", &self.lock().len()).finish()
    }
}

impl Live {
    /// The newest attempt at a build, when there was one lately.
    pub fn story(&self, build: BuildId) -> Option<Story> {
        self.lock().get(&build).cloned()
    }

    /// Tells `listener` of every change from now on. It is called from the threads that work and must not wait.
    pub fn listen(&self, listener: impl Fn(BuildId, &Story) + Send + Sync + 'static) {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::new(listener));
    }

    /// Follows an attempt at a build until the returned value is dropped.
    pub(super) fn follow<'a>(&'a self, build: BuildId, attempt: u32, clock: &'a dyn Clock) -> Following<'a> {
        let story = Story { attempt, began_at: clock.now(), steps: Vec::new(), over: false };
        let mut stories = self.lock();
        if stories.len() >= MOST {
            let oldest =
                stories.iter().filter(|(_, story)| story.over).min_by_key(|(_, story)| story.began_at);
            oldest.map(|(id, _)| *id).and_then(|id| stories.remove(&id));
        }
        stories.insert(build, story);
        drop(stories);
        Following { live: self, build, clock }
    }

    fn change(&self, build: BuildId, change: impl FnOnce(&mut Story)) {
        let mut stories = self.lock();
        let Some(story) = stories.get_mut(&build) else { return };
        change(story);
        let story = story.clone();
        drop(stories);
        let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner).clone();
        listeners.iter().for_each(|listener| listener(build, &story));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<BuildId, Story>> {
        self.stories.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hears the steps of one attempt.
pub(super) struct Following<'a> {
    live: &'a Live,
    build: BuildId,
    clock: &'a dyn Clock,
}

impl Following<'_> {
    /// The steps so far.
    pub(super) fn steps(&self) -> Vec<Telling> {
        self.live.story(self.build).map(|story| story.steps).unwrap_or_default()
    }

    fn at(&self, step: Step, change: impl FnOnce(&mut Telling)) {
        self.live.change(self.build, |story| {
            if let Some(telling) = story.steps.iter_mut().rev().find(|telling| telling.step == step) {
                change(telling);
            }
        });
    }
}

impl Drop for Following<'_> {
    fn drop(&mut self) {
        self.live.change(self.build, |story| story.over = true);
    }
}

impl Progress for Following<'_> {
    fn started(&self, step: Step) {
        let telling = Telling { step, started_at: self.clock.now(), ended_at: None, good: None, note: None };
        self.live.change(self.build, |story| story.steps.push(telling));
    }

    fn note(&self, step: Step, text: &str) {
        let text: String = text.chars().take(LONGEST_NOTE).collect();
        self.at(step, |telling| telling.note = Some(text));
    }

    fn finished(&self, step: Step, good: bool) {
        let now = self.clock.now();
        self.at(step, |telling| (telling.ended_at, telling.good) = (Some(now), Some(good)));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use assay_core::ManualClock;

    use super::*;

    #[test]
    fn watchers_see_steps_begin_and_end() {
        let (live, clock) = (Live::default(), ManualClock::at(Timestamp::UNIX_EPOCH));
        let heard = Arc::new(Mutex::new(0));
        let count = heard.clone();
        live.listen(move |_, _| *count.lock().unwrap() += 1);
        let build = BuildId(uuid::Uuid::from_u128(7));
        let following = live.follow(build, 2, &clock);
        following.started(Step::Layers);
        clock.advance(Duration::from_secs(3));
        following.note(Step::Layers, "layer 1 of 2");
        assert_eq!(live.story(build).unwrap().steps[0].note.as_deref(), Some("layer 1 of 2"));
        following.finished(Step::Layers, true);
        assert_eq!(following.steps().len(), 1);
        drop(following);
        let story = live.story(build).unwrap();
        assert_eq!((story.attempt, story.over, story.steps[0].good), (2, true, Some(true)));
        assert_eq!(story.steps[0].ended_at.unwrap().as_second(), 3);
        assert_eq!(*heard.lock().unwrap(), 4);
    }

    #[test]
    fn the_oldest_that_are_over_give_way() {
        let (live, clock) = (Live::default(), ManualClock::at(Timestamp::UNIX_EPOCH));
        let build = |number: usize| BuildId(uuid::Uuid::from_u128(number as u128));
        let running = live.follow(build(0), 1, &clock);
        for number in 1..=MOST {
            clock.advance(Duration::from_secs(1));
            drop(live.follow(build(number), 1, &clock));
        }
        assert!(live.story(build(0)).is_some() && live.story(build(1)).is_none());
        assert!(live.story(build(2)).is_some());
        drop(running);
    }
}
