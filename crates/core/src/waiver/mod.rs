//! A waiver: a finding that is known, looked at by two people, and tolerated for a time.

mod narrowing;
mod records;
mod status;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::account::{OrgId, UserId};
use crate::catalogue::Code;
use crate::digest::Digest;
use crate::engine::EngineId;
use crate::finding::Finding;
use crate::rejection::Rejection;
use crate::rules::WaiverSubject;

pub use narrowing::Narrowing;
pub use records::{WaiverFilter, Waivers};
pub use status::WaiverStatus;

/// The longest a waiver may last. What is to be tolerated for good belongs into a policy.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Most characters of a reason.
pub const LONGEST_REASON: usize = 2_000;

/// Names a waiver.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WaiverId(pub Uuid);

impl fmt::Display for WaiverId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a waiver is for: every build of an engine, or one image.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WaiverScope {
    /// Every build of this engine.
    Engine(EngineId),
    /// This image, of whatever engine.
    Digest(Digest),
}

impl fmt::Display for WaiverScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Engine(engine) => write!(f, "engine {engine}"),
            Self::Digest(digest) => digest.fmt(f),
        }
    }
}

/// Somebody who asked or decided.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Party {
    /// The user; nobody for whoever sits at the machine.
    pub user: Option<UserId>,
    /// For people: an e-mail address, or `operator`.
    pub name: String,
}

impl Party {
    /// Whether both are the same person. Without users their names decide.
    pub fn is(&self, other: &Self) -> bool {
        match (self.user, other.user) {
            (Some(one), Some(other)) => one == other,
            _ => self.name.eq_ignore_ascii_case(&other.name),
        }
    }
}

/// A waiver, asked for or decided.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiver {
    /// Its id.
    pub id: WaiverId,
    /// The organization of the engine.
    pub org: OrgId,
    /// The rule.
    pub code: Code,
    /// Which findings of the rule; all of them when nothing is said.
    pub narrowing: Narrowing,
    /// Which builds.
    pub scope: WaiverScope,
    /// Why it may be tolerated.
    pub reason: String,
    /// Who asked.
    pub requester: Party,
    /// When.
    pub requested_at: Timestamp,
    /// Who decided last.
    pub approver: Option<Party>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// What the decider said.
    pub decision: Option<String>,
    /// From this time on it lifts nothing.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub status: WaiverStatus,
}

impl Waiver {
    /// Whether it turns `finding` into something worth knowing: granted, not expired, of a rule that may be waived,
    /// and about this finding of this image.
    pub fn lifts(&self, finding: &Finding, subject: &WaiverSubject, now: Timestamp) -> bool {
        self.in_force(now)
            && self.covers(subject)
            && self.code == finding.code
            && self.narrowing.fits(finding)
    }

    /// Whether it may lift anything at this time.
    pub fn in_force(&self, now: Timestamp) -> bool {
        self.status == WaiverStatus::Granted && now < self.expires_at && self.code.rule().waivable
    }

    /// Whether it is about this image.
    pub fn covers(&self, subject: &WaiverSubject) -> bool {
        match &self.scope {
            WaiverScope::Engine(engine) => subject.engine == Some(*engine),
            WaiverScope::Digest(digest) => subject.digests.contains(digest),
        }
    }

    /// Where it stands as people see it: a granted one past its time is `expired`.
    pub fn state(&self, now: Timestamp) -> &'static str {
        match self.status {
            WaiverStatus::Granted if now >= self.expires_at => "expired",
            status => status.name(),
        }
    }

    /// Refuses a waiver that could never rightly be granted: of a fixed rule, without a reason, without an end.
    pub fn validate(&self, now: Timestamp) -> Result<(), Rejection> {
        if !self.code.rule().waivable {
            return Err(not_waivable(self.code));
        }
        if self.reason.trim().is_empty() || self.reason.chars().count() > LONGEST_REASON {
            return Err(Rejection::new(
                "reason-required",
                format!("a waiver needs a reason of at most {LONGEST_REASON} characters"),
            )
            .hint("say why the finding may be tolerated, and what will mend it"));
        }
        self.narrowing.validate()?;
        if self.expires_at <= now {
            return Err(Rejection::new(
                "waiver-expired",
                format!("the waiver would have expired already, at {}", self.expires_at),
            ));
        }
        if self.expires_at.duration_since(now) > LONGEST {
            return Err(Rejection::new("waiver-too-long", "a waiver lasts at most 366 days")
                .hint("choose an earlier end; what is to be tolerated for good belongs into a policy"));
        }
        Ok(())
    }

    /// Refuses `decider` as the one who grants: four eyes.
    pub fn refuse_own(&self, decider: &Party) -> Result<(), Rejection> {
        if self.requester.is(decider) {
            let message = format!("{} asked for this waiver and cannot grant it", decider.name);
            return Err(Rejection::new("own-waiver", message).hint("let another approver look at it"));
        }
        Ok(())
    }
}

/// The rejection of a waiver for a fixed rule.
pub fn not_waivable(code: Code) -> Rejection {
    Rejection::new("not-waivable", format!("{code} cannot be waived"))
        .hint("rules marked † in docs/checks.md hold for everybody; mend the engine")
}

#[cfg(test)]
mod tests;
