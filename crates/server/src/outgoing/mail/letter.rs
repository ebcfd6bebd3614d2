//! A message becomes a letter: subject, text and HTML. Whatever others wrote is cut and cleaned here, and escaped by the
//! template.

use askama::Template;
use assay_app::notice::{Findings, Letter, Matter, Message, Tone};
use assay_core::notice::Audience;
use assay_core::report::ReportedFinding;
use assay_core::{BuildId, Fault, Place};

use super::super::Links;
use super::super::text::{self, Piece};

/// Characters of a subject at most.
const SUBJECT: usize = 140;
/// Characters of a sentence at most.
const SENTENCE: usize = 400;
/// Characters of a reason at most; people may write several lines.
const REASON: usize = 2000;

/// A letter in its two forms.
pub(super) struct Rendered {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

/// What the templates show.
#[derive(Clone)]
struct View {
    tone: &'static str,
    verdict: &'static str,
    headline: String,
    summary: String,
    reason: Vec<String>,
    facts: Vec<Fact>,
    checks: Vec<CheckView>,
    findings: Vec<FindingView>,
    findings_title: &'static str,
    more: String,
    next: Vec<Sentence>,
    then: Vec<Sentence>,
    report: Option<String>,
    home: String,
    because: &'static str,
}

/// Foreign or own words, whole and in pieces.
#[derive(Clone)]
struct Sentence {
    plain: String,
    pieces: Vec<Piece>,
}

impl Sentence {
    fn of(text: &str, most: usize) -> Self {
        let plain = text::line(text, most);
        Self { pieces: text::pieces(&plain), plain }
    }
}

#[derive(Clone)]
struct Fact {
    name: &'static str,
    value: String,
    code: bool,
}

#[derive(Clone)]
struct CheckView {
    name: String,
    status: String,
}

#[derive(Clone)]
struct FindingView {
    code: String,
    observed: Sentence,
    expected: Sentence,
    place: String,
    fix: Sentence,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html(View);

#[derive(Template)]
#[template(path = "mail/letter.txt", escape = "none")]
struct Text(View);

/// The letter that tells `message`.
pub(super) fn render(message: &Message, links: &Links) -> Result<Rendered, Fault> {
    let broken = |cause: &dyn std::fmt::Display| Fault::new("bug", "writing a letter", cause);
    let letter = message.letter.as_ref().ok_or_else(|| broken(&"the message has no words for people"))?;
    let view = view(message, letter, links);
    Ok(Rendered {
        subject: text::line(&letter.words.headline, SUBJECT),
        text: Text(view.clone()).render().map_err(|cause| broken(&cause))?,
        html: Html(view).render().map_err(|cause| broken(&cause))?,
    })
}

fn view(message: &Message, letter: &Letter, links: &Links) -> View {
    let words = &letter.words;
    let findings = letter.findings.as_ref();
    View {
        tone: tone(words.tone),
        verdict: words.verdict,
        headline: text::line(&words.headline, SUBJECT),
        summary: text::block(&words.summary, REASON),
        reason: lines(words.reason.as_deref().unwrap_or_default()),
        facts: facts(message, letter),
        checks: findings.map(checks).unwrap_or_default(),
        findings: findings.map(|findings| findings.top.iter().map(finding).collect()).unwrap_or_default(),
        findings_title: if words.tone == Tone::Bad { "What stands against it" } else { "What to look at" },
        more: findings.map(more).unwrap_or_default(),
        next: cleaned(&words.next),
        then: cleaned(&words.then),
        report: reported(message).map(|build| links.report(build)),
        home: links.home().to_owned(),
        because: because(letter.audience),
    }
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Waiting => "wait",
        Tone::Bad => "bad",
    }
}

fn facts(message: &Message, letter: &Letter) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut fact = |name, value: &str, code| {
        if !value.is_empty() {
            facts.push(Fact { name, value: text::line(value, SENTENCE), code });
        }
    };
    if let Matter::Step(told) = &message.matter {
        fact("Engine", &told.engine, false);
        if let Some(build) = &told.build {
            fact("Build", &build.number.to_string(), false);
            fact("Image", &build.reference, true);
            fact("Digest", &build.digest.as_ref().map(ToString::to_string).unwrap_or_default(), true);
        }
        fact("Organization", &letter.organization, false);
    }
    if let Some(findings) = &letter.findings {
        fact("Policy", &findings.policy, true);
    }
    fact("When", &message.at.strftime("%-d %B %Y, %H:%M UTC").to_string(), false);
    facts
}

fn checks(findings: &Findings) -> Vec<CheckView> {
    let view = |(name, status): &(String, String)| CheckView {
        name: text::line(name, 40),
        status: text::line(status, 40),
    };
    findings.checks.iter().map(view).collect()
}

fn finding(reported: &ReportedFinding) -> FindingView {
    let finding = &reported.finding;
    FindingView {
        code: finding.code.to_string(),
        observed: Sentence::of(&finding.observed, SENTENCE),
        expected: Sentence::of(&finding.expected, SENTENCE),
        place: text::line(&place(&finding.place), SENTENCE),
        fix: Sentence::of(&finding.fix, SENTENCE),
    }
}

fn place(place: &Place) -> String {
    let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
    let time = place.at_ms.map(|at| format!("{at} ms after its start"));
    [
        place.document.as_ref().map(|document| format!("{document}{line}")),
        place.pointer.clone().filter(|pointer| !pointer.is_empty()),
        place.path.clone(),
        place.package.clone(),
        place.process.clone(),
        time,
        place.input.as_ref().map(|input| format!("input {input}")),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(" · ")
}

/// What is not shown, in one sentence.
fn more(findings: &Findings) -> String {
    let vulnerabilities: Vec<String> = findings
        .vulnerabilities
        .iter()
        .rev()
        .filter(|(_, count)| **count > 0)
        .map(|(severity, count)| format!("{count} {}", text::line(severity, 20).to_lowercase()))
        .collect();
    let mut parts = Vec::new();
    if findings.more > 0 {
        parts.push(format!("{} more {} against it", findings.more, plural(findings.more, "stands", "stand")));
    }
    if findings.warnings > 0 {
        parts.push(format!("{} {}", findings.warnings, plural(findings.warnings, "warning", "warnings")));
    }
    if !vulnerabilities.is_empty() {
        parts.push(format!("known vulnerabilities: {}", vulnerabilities.join(", ")));
    }
    let also = if findings.top.is_empty() { "" } else { " also" };
    if parts.is_empty() { String::new() } else { format!("The report{also} tells: {}.", parts.join("; ")) }
}

fn plural(count: usize, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

fn reported(message: &Message) -> Option<BuildId> {
    match &message.matter {
        Matter::Step(told) => told.event.build.filter(|_| told.report.is_some()),
        Matter::Alert(_) | Matter::Ping => None,
    }
}

fn because(audience: Audience) -> &'static str {
    match audience {
        Audience::Developer => {
            "you pushed or submitted this build, or are named in the testing detail of its engine"
        }
        Audience::Approver => "you approve builds of this organization",
        Audience::Operator => "you look after this installation",
    }
}

fn lines(block: &str) -> Vec<String> {
    text::block(block, REASON).lines().map(str::to_owned).collect()
}

fn cleaned(sentences: &[String]) -> Vec<Sentence> {
    sentences.iter().map(|one| Sentence::of(one, REASON)).collect()
}
