//! Waivers in a file, so that a laptop judges by those the service would judge by.

use assay_core::waiver::{Narrowing, Party, WaiverScope, WaiverStatus};
use assay_core::{Code, Digest, EngineId, OrgId, Rejection, Waiver, WaiverId};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use uuid::Uuid;

/// A file of waivers: `[[waiver]]` for each.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    #[serde(default)]
    waiver: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Entry {
    id: Option<Uuid>,
    code: Code,
    engine: Option<Uuid>,
    digest: Option<Digest>,
    package: Option<String>,
    path: Option<String>,
    pointer: Option<String>,
    mentions: Option<String>,
    fingerprint: Option<String>,
    reason: String,
    requester: String,
    approver: String,
    expires: String,
}

/// Reads a file of waivers, all of them granted. Those that have expired are read too; they lift nothing.
///
/// # Errors
/// `malformed-settings`; `not-waivable`, `own-waiver`, `reason-required`, `malformed-waiver`.
pub fn parse(name: &str, text: &str) -> Result<Vec<Waiver>, Rejection> {
    let file: File = toml::from_str(text).map_err(|cause| {
        let message = format!("the waivers `{name}` cannot be understood: {}", cause.to_string().trim_end());
        Rejection::new("malformed-settings", message)
            .hint("docs/policies.md shows what a file of waivers looks like")
    })?;
    let read = file.waiver.into_iter().zip(1_u128..);
    read.map(|(entry, position)| waiver(entry, position)).collect()
}

fn waiver(entry: Entry, position: u128) -> Result<Waiver, Rejection> {
    let party = |name: &str| Party { user: None, name: name.trim().to_owned() };
    let scope = match (entry.engine, entry.digest) {
        (Some(engine), None) => WaiverScope::Engine(EngineId(engine)),
        (None, Some(digest)) => WaiverScope::Digest(digest),
        _ => {
            let message = format!("the waiver for {} needs either `engine` or `digest`", entry.code);
            return Err(Rejection::new("malformed-waiver", message));
        }
    };
    let waiver = Waiver {
        id: WaiverId(entry.id.unwrap_or(Uuid::from_u128(position))),
        org: OrgId::OPERATORS,
        code: entry.code,
        narrowing: Narrowing {
            package: entry.package,
            path: entry.path,
            pointer: entry.pointer,
            mentions: entry.mentions,
            fingerprint: entry.fingerprint,
        },
        scope,
        reason: entry.reason,
        requester: party(&entry.requester),
        requested_at: Timestamp::UNIX_EPOCH,
        approver: Some(party(&entry.approver)),
        decided_at: None,
        decision: None,
        expires_at: expiry(&entry.expires)?,
        status: WaiverStatus::Granted,
    };
    // As of the moment before its end, so that an expired one is no error: it is told in the report.
    let before_its_end = waiver.expires_at.checked_sub(1.second()).unwrap_or(Timestamp::MIN);
    waiver.validate(before_its_end)?;
    waiver.refuse_own(&party(&entry.approver))?;
    Ok(waiver)
}

/// The time that `2027-01-31` (to the end of that day, UTC) or `2027-01-31T12:00:00Z` names.
///
/// # Errors
/// `malformed-time`.
pub fn expiry(text: &str) -> Result<Timestamp, Rejection> {
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let end = |day: Date| day.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok();
    let zoned = text.parse().ok().and_then(end);
    zoned.map(|zoned| zoned.timestamp()).ok_or_else(|| {
        Rejection::new(
            "malformed-time",
            format!("`{}` is no time", text.chars().take(60).collect::<String>()),
        )
        .hint("write `2027-01-31` or `2027-01-31T12:00:00Z`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [[waiver]]
        code = "SEC-002"
        engine = "62f6f0ee-1111-4222-8333-444455556666"
        mentions = "CVE-2026-1234"
        reason = "not reachable: the engine opens no such file"
        requester = "dev@example.org"
        approver = "approver@example.org"
        expires = "2027-01-31"
    "#;

    fn code(text: &str) -> &'static str {
        parse("w.toml", text).unwrap_err().code
    }

    #[test]
    fn a_file_holds_granted_waivers() {
        let waivers = parse("w.toml", GOOD).unwrap();
        assert_eq!(waivers.len(), 1);
        assert_eq!(waivers[0].expires_at.to_string(), "2027-02-01T00:00:00Z");
        assert_eq!(waivers[0].narrowing.mentions.as_deref(), Some("CVE-2026-1234"));
        assert_eq!(parse("w.toml", "").unwrap(), []);
    }

    #[test]
    fn a_file_has_to_keep_the_rules_of_the_service() {
        assert_eq!(code(&GOOD.replace("SEC-002", "NET-008")), "not-waivable");
        assert_eq!(code(&GOOD.replace("approver@", "DEV@")), "own-waiver");
        assert_eq!(code(&GOOD.replace("engine = ", "# ")), "malformed-waiver");
        assert_eq!(code(&GOOD.replace("2027-01-31", "soon")), "malformed-time");
        assert_eq!(code(&GOOD.replace("mentions", "mention")), "malformed-settings");
        assert_eq!(
            code(&GOOD.replace("not reachable: the engine opens no such file", " ")),
            "reason-required"
        );
    }
}
