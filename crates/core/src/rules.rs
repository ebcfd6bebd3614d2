//! The one place where findings become effects and effects a verdict: a policy, and the waivers that lift single
//! findings. Whoever judges, on a laptop or in the service, at once or again later, asks [`Rules`].

use jiff::Timestamp;

use crate::catalogue::Effect;
use crate::digest::Digest;
use crate::engine::EngineId;
use crate::finding::Finding;
use crate::outcome::{Check, Outcome, Verdict};
use crate::policy::Policy;
use crate::waiver::Waiver;

/// What waivers are held against: whose image it is, and by which digests it is known.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct WaiverSubject {
    /// The engine, when it is known and its id is one.
    pub engine: Option<EngineId>,
    /// Digest of the image manifest, and of the index it was pushed by.
    pub digests: Vec<Digest>,
}

/// By what findings are judged.
#[derive(Clone, Debug)]
pub struct Rules<'a> {
    /// What a broken rule leads to.
    pub policy: &'a Policy,
    /// Waivers, of whatever status and scope: each is held against subject and time before it lifts anything.
    pub waivers: &'a [Waiver],
    /// What is judged.
    pub subject: WaiverSubject,
    /// When.
    pub now: Timestamp,
}

/// What a finding leads to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Ruling<'a> {
    /// The effect that counts.
    pub effect: Effect,
    /// The waiver that lifted it, if one did.
    pub waiver: Option<&'a Waiver>,
}

impl<'a> Rules<'a> {
    /// The policy alone.
    pub fn of(policy: &'a Policy) -> Self {
        Self { policy, waivers: &[], subject: WaiverSubject::default(), now: Timestamp::UNIX_EPOCH }
    }

    /// What `finding` leads to. A waiver in force makes of it something worth knowing.
    pub fn ruling(&self, finding: &Finding) -> Ruling<'a> {
        let effect = self.policy.effect(finding);
        let lifting = |waiver: &&Waiver| waiver.lifts(finding, &self.subject, self.now);
        match self.waivers.iter().find(lifting) {
            Some(waiver) if effect > Effect::Info => Ruling { effect: Effect::Info, waiver: Some(waiver) },
            _ => Ruling { effect, waiver: None },
        }
    }

    /// What `finding` leads to, waivers considered.
    pub fn effect(&self, finding: &Finding) -> Effect {
        self.ruling(finding).effect
    }

    /// The verdict over all outcomes. Disapproval outranks doubt: what is proven wrong stays wrong, whatever else
    /// could not be seen. Doubt, an unfinished required check and a person's pending review all withhold approval.
    pub fn verdict<'b>(&self, outcomes: impl IntoIterator<Item = (Check, &'b Outcome)>) -> Verdict {
        let mut verdict = Verdict::Approved;
        for (check, outcome) in outcomes {
            for finding in outcome.findings() {
                match self.effect(finding) {
                    Effect::Invalid | Effect::Disapprove => return Verdict::Disapproved,
                    Effect::Hold | Effect::Review => verdict = Verdict::Inconclusive,
                    Effect::Warn | Effect::Info => {}
                }
            }
            if self.is_unfinished(check, outcome) {
                verdict = Verdict::Inconclusive;
            }
        }
        verdict
    }

    /// Whether a check that approval needs has not concluded (GOV-001).
    pub fn is_unfinished(&self, check: Check, outcome: &Outcome) -> bool {
        let checks = &self.policy.checks;
        match outcome {
            Outcome::Errored { .. } => checks.require(check),
            Outcome::Skipped { asked, .. } => checks.require(check) && !(*asked && checks.let_out(check)),
            Outcome::Passed { .. } | Outcome::Failed { .. } => false,
        }
    }
}
