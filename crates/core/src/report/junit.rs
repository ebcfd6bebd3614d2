//! JUnit XML as test dashboards read it: a suite per check, a case per rule with findings, one case for a clean check.

use std::collections::BTreeMap;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::catalogue::{Code, Effect};
use crate::report::{Report, ReportedFinding, Stage};

/// The report as JUnit XML.
pub fn junit(report: &Report) -> std::io::Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut suites = BytesStart::new("testsuites");
    suites.push_attribute(("name", printable(&report.image).as_str()));
    xml.write_event(Event::Start(suites))?;
    for stage in &report.stages {
        suite(&mut xml, report, stage)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
    String::from_utf8(xml.into_inner()).map_err(std::io::Error::other)
}

type Xml = Writer<Vec<u8>>;

fn suite(xml: &mut Xml, report: &Report, stage: &Stage) -> std::io::Result<()> {
    let mut cases: BTreeMap<Code, Vec<&ReportedFinding>> = BTreeMap::new();
    for reported in report.findings.iter().filter(|reported| reported.stage == stage.name) {
        cases.entry(reported.finding.code).or_default().push(reported);
    }
    let failures = cases.values().filter(|found| found.iter().any(|one| fails(one))).count();
    let errored = stage.status == "errored";
    let skipped = stage.status == "skipped";
    let waived = cases.values().filter(|found| is_waived(found)).count();
    let count = cases.len() + usize::from(cases.is_empty() || errored || skipped);

    let mut suite = BytesStart::new("testsuite");
    for (key, value) in [
        ("name", stage.name.name().to_owned()),
        ("tests", count.to_string()),
        ("failures", failures.to_string()),
        ("errors", usize::from(errored).to_string()),
        ("skipped", (usize::from(skipped) + waived).to_string()),
    ] {
        suite.push_attribute((key, value.as_str()));
    }
    xml.write_event(Event::Start(suite))?;
    if errored || skipped || cases.is_empty() {
        whole_check(xml, stage)?;
    }
    for (code, found) in cases {
        rule_case(xml, stage, code, &found)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuite")))
}

fn whole_check(xml: &mut Xml, stage: &Stage) -> std::io::Result<()> {
    open_case(xml, stage, stage.name.name())?;
    if let Some(fault) = &stage.fault {
        text_element(xml, "error", &fault.to_string(), fault.hint.as_deref().unwrap_or_default())?;
    } else if let Some(reason) = &stage.reason {
        text_element(xml, "skipped", reason, "")?;
    }
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

fn rule_case(xml: &mut Xml, stage: &Stage, code: Code, found: &[&ReportedFinding]) -> std::io::Result<()> {
    open_case(xml, stage, code.as_str())?;
    let told: Vec<String> = found
        .iter()
        .map(|one| {
            format!(
                "{}\n  expected: {}\n  fix: {}",
                one.finding.observed, one.finding.expected, one.finding.fix
            )
        })
        .collect();
    if let Some(first) = found.iter().find(|one| fails(one)) {
        text_element(xml, "failure", &first.finding.observed, &told.join("\n"))?;
    } else if let Some(waiver) = found.iter().find_map(|one| one.waiver.as_ref()) {
        let message = format!("waived by {} until {}: {}", waiver.approver, waiver.expires_at, waiver.reason);
        text_element(xml, "skipped", &message, "")?;
        text_element(xml, "system-out", "", &told.join("\n"))?;
    } else {
        text_element(xml, "system-out", "", &told.join("\n"))?;
    }
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

fn open_case(xml: &mut Xml, stage: &Stage, name: &str) -> std::io::Result<()> {
    let mut case = BytesStart::new("testcase");
    case.push_attribute(("classname", format!("assay.{}", stage.name.name()).as_str()));
    case.push_attribute(("name", name));
    xml.write_event(Event::Start(case))
}

fn text_element(xml: &mut Xml, tag: &str, message: &str, text: &str) -> std::io::Result<()> {
    let mut element = BytesStart::new(tag);
    if !message.is_empty() {
        element.push_attribute(("message", printable(message).as_str()));
    }
    xml.write_event(Event::Start(element))?;
    xml.write_event(Event::Text(BytesText::new(&printable(text))))?;
    xml.write_event(Event::End(BytesEnd::new(tag)))
}

fn fails(reported: &ReportedFinding) -> bool {
    reported.effect >= Effect::Review
}

/// Whether nothing but waivers keeps the rule from failing; dashboards show such a case as skipped.
fn is_waived(found: &[&ReportedFinding]) -> bool {
    !found.iter().any(|one| fails(one)) && found.iter().any(|one| one.waiver.is_some())
}

/// XML 1.0 has no way to write most control characters.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }).collect()
}
