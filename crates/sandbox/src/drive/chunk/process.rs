//! The process webhook: every exercise, as often as planned, with the retries of the protocol.

use std::time::Duration;

use assay_core::Fault;
use assay_core::run::{Answer, Exchange, Exercise, ExerciseKind};

use super::bodies::BodyFile;
use super::form::Form;
use super::{Bodies, Call};
use crate::drive::Scene;
use crate::drive::http::{self, Failure, Reply, Request, Target};

/// Calls for one input at most (engine-protocol.md §2, "Retry").
const CALLS: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How long the end of a crashing process may take to be known.
const CRASHING: Duration = Duration::from_millis(250);
/// Tells the driver to let the engine fetch the chunk itself.
const NO_CHUNK: &str = "VERITONE_DISABLE_CHUNK_DOWNLOAD";

/// Sends all and tells of each. What can no longer be sent is told too.
pub(super) fn send_all(
    scene: Scene<'_>,
    call: &Call<'_>,
    target: &Target,
    exercises: &[Exercise],
) -> Result<Vec<Exchange>, Fault> {
    let deadline = scene.clock.elapsed().saturating_add(scene.plan.timing.work);
    let mut sender = Sender { scene, target, deadline };
    let mut bodies = Bodies::new(&scene.plan.evidence_dir);
    let chunk = !scene.plan.process.env.iter().any(|(name, value)| name == NO_CHUNK && value == "true");
    let mut exchanges = Vec::new();
    for (index, exercise) in exercises.iter().enumerate() {
        scene.recorder.working_on(Some(&exercise.name));
        let form = Form::new(call, exercise, index, chunk);
        let input = chunk.then_some(&*exercise.input);
        for repetition in 0..exercise.times.max(1) {
            let exchange = sender.exchange(exercise, repetition, &form, input, bodies.next())?;
            bodies.charge(&exchange.answer);
            exchanges.push(exchange);
        }
    }
    scene.recorder.working_on(None);
    Ok(exchanges)
}

struct Sender<'a> {
    scene: Scene<'a>,
    target: &'a Target,
    deadline: Duration,
}

/// One call's outcome and its time.
struct Called {
    outcome: Result<Reply, Failure>,
    micros: u64,
}

impl Called {
    /// Whether the peer went away, as a dying process does.
    fn hung_up(&self) -> bool {
        matches!(&self.outcome, Err(failure) if !matches!(failure, Failure::TimedOut(_) | Failure::Malformed(_)))
    }

    /// 200 with or without a body, and 204, are answers; anything else is tried again.
    fn settled(&self) -> bool {
        matches!(&self.outcome, Ok(reply) if matches!(reply.status, 200 | 204))
    }
}

impl Sender<'_> {
    fn exchange(
        &mut self,
        exercise: &Exercise,
        repetition: u32,
        form: &Form,
        input: Option<&[u8]>,
        mut body: BodyFile,
    ) -> Result<Exchange, Fault> {
        let at_ms = self.scene.recorder.now_ms();
        let most = if exercise.kind == ExerciseKind::Sample { CALLS } else { 1 };
        let (mut calls, mut last, mut pause) = (0, None, FIRST_PAUSE);
        let reason = loop {
            if let Some(reason) = self.hindrance() {
                break reason;
            }
            body.clear();
            let called = self.call(form, input, &mut body);
            calls += 1;
            if called.hung_up() {
                self.let_it_die();
            }
            let over = called.settled() || calls == most;
            last = Some(called);
            if over {
                break String::new();
            }
            std::thread::sleep(pause.min(self.left()));
            pause = (pause * 2).min(LONGEST_PAUSE);
        };
        let file = body.close()?;
        let micros = last.as_ref().map_or(0, |called| called.micros);
        Ok(Exchange {
            exercise: exercise.name.clone(),
            kind: exercise.kind,
            mime: exercise.mime.clone(),
            input_bytes: exercise.input.len() as u64,
            duration_ms: exercise.duration_ms,
            repetition,
            at_ms,
            calls,
            micros,
            answer: last.map_or(Answer::NotSent { reason }, |called| answer(called.outcome, file)),
        })
    }

    /// A connection ends before its process does. The next input must not be blamed for what this one did.
    fn let_it_die(&self) {
        let until = self.scene.clock.elapsed().saturating_add(CRASHING);
        while self.scene.engine.alive() && self.scene.clock.elapsed() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Why nothing more can be sent.
    fn hindrance(&self) -> Option<String> {
        if !self.scene.engine.alive() {
            return Some("the engine had ended".into());
        }
        self.left().is_zero().then(|| "the time for all inputs was used up".into())
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_sub(self.scene.clock.elapsed())
    }

    fn call(&self, form: &Form, input: Option<&[u8]>, body: &mut BodyFile) -> Called {
        let content_type = form.content_type();
        let parts = form.body(input);
        let most = body.most;
        let request = Request { method: "POST", content_type: Some(&content_type), body: &parts, most };
        let limit = self.scene.plan.timing.request.min(self.left());
        let began = self.scene.clock.elapsed();
        let outcome = http::call(self.scene.namespace, self.scene.clock, self.target, &request, limit, body);
        let took = self.scene.clock.elapsed().saturating_sub(began);
        Called { outcome, micros: u64::try_from(took.as_micros()).unwrap_or(u64::MAX) }
    }
}

fn answer(outcome: Result<Reply, Failure>, body: Option<String>) -> Answer {
    match outcome {
        Ok(Reply { status, content_type, received }) => {
            Answer::Response { status, content_type, body, bytes: received.bytes, cut: received.cut }
        }
        Err(failure) => Answer::Broken { reason: failure.to_string() },
    }
}
