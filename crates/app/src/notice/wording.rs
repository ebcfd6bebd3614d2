//! The words of letters: what happened, what the reader has to do next, and what the service will do (lifecycle.md §4).

use assay_core::build::{BuildEvent, LifecycleEvent};
use assay_core::notice::{Alert, Audience};
use jiff::Timestamp;

use super::Occasion;

/// The mood of a letter, for its colour.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Tone {
    /// It went well.
    Good,
    /// Somebody has to do something.
    Waiting,
    /// It went badly.
    Bad,
}

/// What a letter says, in sentences.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Words {
    /// The mood.
    pub tone: Tone,
    /// One or two words: what it came to.
    pub verdict: &'static str,
    /// What happened, in one line; also the subject.
    pub headline: String,
    /// What happened, in a sentence or two.
    pub summary: String,
    /// Why, as a person or a check put it.
    pub reason: Option<String>,
    /// What the reader has to do next.
    pub next: Vec<String>,
    /// What the service will do, or has done.
    pub then: Vec<String>,
}

impl Words {
    fn new(tone: Tone, verdict: &'static str, headline: String, summary: String) -> Self {
        Self { tone, verdict, headline, summary, reason: None, next: Vec::new(), then: Vec::new() }
    }

    fn because(mut self, event: &LifecycleEvent) -> Self {
        self.reason = event.reason.clone().filter(|reason| !reason.trim().is_empty());
        self
    }

    fn next(mut self, next: &[&str]) -> Self {
        self.next = next.iter().map(|line| (*line).to_owned()).collect();
        self
    }

    fn then(mut self, then: &[&str]) -> Self {
        self.then = then.iter().map(|line| (*line).to_owned()).collect();
        self
    }

    /// The words of an alert.
    pub(super) fn of_alert(alert: &Alert) -> Self {
        let words = Self::new(Tone::Bad, "Needs attention", alert.title.clone(), alert.text.clone());
        Self { next: alert.hint.clone().into_iter().collect(), ..words }
    }
}

/// The words for a build's step.
pub(super) fn of(
    occasion: Occasion,
    audience: Audience,
    event: &LifecycleEvent,
    engine: &str,
    number: u32,
) -> Words {
    let build = format!("Build {number} of {engine}");
    match occasion {
        Occasion::IntakeFailed => intake_failed(&build).because(event),
        Occasion::CertificationFailed => certification_failed(&build).because(event),
        Occasion::AwaitingApproval => awaiting(&build, audience, is_held(event)),
        Occasion::Approved => approved(&build, event),
        Occasion::Disapproved => disapproved(&build, event).because(event),
        Occasion::Invalidated => invalidated(&build, event).because(event),
        Occasion::Recertify => recertify(&build).because(event),
        Occasion::Deployed => deployed(&build),
        Occasion::DeployFailed => deploy_failed(&build).because(event),
        Occasion::ApprovalReminder => reminder(&build, audience, event, "still waits for your decision"),
        Occasion::ApprovalOverdue => reminder(&build, audience, event, "is overdue for a decision"),
        Occasion::CertificationBroken => broken(&build).because(event),
    }
}

fn intake_failed(build: &str) -> Words {
    let summary = "Its image or its manifest breaks a rule of form, so it cannot be submitted.";
    Words::new(Tone::Bad, "Invalid", format!("{build} cannot be used"), summary.into())
        .next(&["Mend what stands against it.", "Push the image again; it becomes a new build."])
        .then(&[
            "This build stays on record as invalid and is not looked at again.",
            "Nothing that is live has changed.",
        ])
}

fn certification_failed(build: &str) -> Words {
    let summary = "The certification found something that the policy does not let pass.";
    Words::new(Tone::Bad, "Not approved", format!("{build} failed its certification"), summary.into())
        .next(&[
            "Mend what stands against it; each finding says how.",
            "Push the image again and submit the new build.",
        ])
        .then(&["This build stays on record as disapproved.", "Nothing that is live has changed."])
}

fn awaiting(build: &str, audience: Audience, held: bool) -> Words {
    let (verdict, summary) = if held {
        ("Needs a look", "The checks did not settle it: something has to be looked at by a person.")
    } else {
        ("Passed", "Every check that counts was passed. Now a person has to approve it.")
    };
    let what = if held { "needs a person's look" } else { "passed its certification" };
    let words = |headline: String| {
        let tone = if held || audience == Audience::Approver { Tone::Waiting } else { Tone::Good };
        Words::new(tone, verdict, headline, summary.into())
    };
    match audience {
        Audience::Developer => words(format!("{build} {what}"))
            .next(&["Nothing for now. When it is approved, deploy it."])
            .then(&[
                "The approvers have been told. They are reminded after 24 hours.",
                "You are told what they decide.",
            ]),
        Audience::Approver => words(format!("{build} waits for your decision"))
            .next(&[
                "Read the report.",
                "Approve it, or disapprove it with a reason that the developer can act on.",
            ])
            .then(&[
                "The developer is told what you decide, and deploys once you approve.",
                "You are reminded after 24 hours.",
            ]),
        Audience::Operator => words(format!("{build} {what} and waits for approval"))
            .next(&["Nothing, unless its organization has no approver of its own."])
            .then(&[
                "Its approvers have been told and are reminded after 24 hours.",
                "You are told when it is overdue.",
            ]),
    }
}

fn approved(build: &str, event: &LifecycleEvent) -> Words {
    let summary = if event.user.is_none() && is(event, BuildEvent::AutoApproved) {
        "It passed its certification, and the organization's rule approved it.".to_owned()
    } else {
        format!("{} approved it.", event.actor)
    };
    let words = Words::new(Tone::Good, "Approved", format!("{build} is approved"), summary)
        .next(&["Deploy it when you are ready."])
        .then(&[
            "On deploying, its image is copied to the runtime store and started once as a trial.",
            "Only when that went well does it take the place of the build that is live now.",
        ]);
    if is(event, BuildEvent::AutoApproved) { words } else { words.because(event) }
}

fn disapproved(build: &str, event: &LifecycleEvent) -> Words {
    let summary = format!("{} looked at it and did not approve it.", event.actor);
    Words::new(Tone::Bad, "Disapproved", format!("{build} was disapproved"), summary)
        .next(&["Mend what the reason names.", "Push the image again and submit the new build."])
        .then(&["This build stays on record as disapproved.", "Nothing that is live has changed."])
}

fn invalidated(build: &str, event: &LifecycleEvent) -> Words {
    let summary = format!("{} declared it unfit.", event.actor);
    Words::new(Tone::Bad, "Invalid", format!("{build} was declared invalid"), summary)
        .next(&["Mend what the reason names and push a new build."])
        .then(&["This build cannot be submitted, approved or deployed any more."])
}

fn recertify(build: &str) -> Words {
    let summary = "Its engine may reach less than before, so what was judged does not hold any more.";
    Words::new(Tone::Waiting, "Judge again", format!("{build} has to be certified again"), summary.into())
        .next(&["Submit it again."])
        .then(&["It is judged by the stricter rules as soon as it is submitted."])
}

fn deployed(build: &str) -> Words {
    let summary = "Its image is in the runtime store, it was started there and it answers.";
    Words::new(Tone::Good, "Deployed", format!("{build} is live"), summary.into())
        .next(&["Nothing. Pause it when it should take no more jobs."])
        .then(&[
            "New jobs go to this build.",
            "The build that was live before is paused and can be put back.",
        ])
}

fn deploy_failed(build: &str) -> Words {
    let summary = "It could not be copied to the runtime store, or did not start there.";
    Words::new(Tone::Bad, "Deploy failed", format!("{build} could not be deployed"), summary.into())
        .next(&["Look at the reason. Deploy it again, or push a build that mends it."])
        .then(&["Whatever was live before keeps running.", "It is not tried again by itself."])
}

fn reminder(build: &str, audience: Audience, event: &LifecycleEvent, what: &str) -> Words {
    let waited = waited(event).map(|hours| format!(" for {hours} hours")).unwrap_or_default();
    let summary = format!("Its certification is done, and it has waited for a person{waited}.");
    let words = Words::new(Tone::Waiting, "Waiting", format!("{build} {what}"), summary);
    let then = "An answer within 72 hours is what developers were promised.";
    match audience {
        Audience::Operator => words
            .next(&["See to it that its approvers answer, or decide in their place."])
            .then(&[then, "The approvers are told too."]),
        _ => words
            .next(&[
                "Read the report.",
                "Approve it, or disapprove it with a reason that the developer can act on.",
            ])
            .then(&[then, "The developer is told what you decide."]),
    }
}

fn broken(build: &str) -> Words {
    let summary =
        "Its certification broke as often as it is tried. That is trouble of ours, not the engine's.";
    Words::new(Tone::Bad, "Needs attention", format!("{build} cannot be judged"), summary.into())
        .next(&[
            "Mend what the reason names.",
            "Then have the certification tried again, or withdraw the build.",
        ])
        .then(&["The build stays pending. A fault of ours never counts against an engine."])
}

fn is_held(event: &LifecycleEvent) -> bool {
    is(event, BuildEvent::CertificationHeld)
}

/// Whether this is what happened; events of several causes share a name.
pub(super) fn is(event: &LifecycleEvent, cause: BuildEvent) -> bool {
    event.details.get("event").and_then(|event| event.as_str()) == Some(&cause.key())
}

/// Full hours since the waiting began.
fn waited(event: &LifecycleEvent) -> Option<i64> {
    let since: Timestamp = event.details.get("waitingSince")?.as_str()?.parse().ok()?;
    Some(event.at.duration_since(since).as_hours()).filter(|hours| *hours > 0)
}
