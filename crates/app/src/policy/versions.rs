//! Policies as kept: finding one, making a new version, listing and comparing them.

use assay_core::ledger::{Transaction, read, write};
use assay_core::policy::{PolicyName, PolicyVersion};
use assay_core::{Actor, Digest, Fault, OrgId, Policy, Refused, Rejection, Role, Scope};

use super::{document, shipped};
use crate::Service;

/// The most characters of a comment.
const LONGEST_COMMENT: usize = 1_000;

/// The version of this name.
///
/// # Errors
/// `policy-not-found`; faults of the store.
pub fn version(records: &dyn Transaction, name: &PolicyName) -> Result<PolicyVersion, Refused> {
    let found = match shipped::find(name) {
        Some(version) => Some(version),
        None => records.policy(name)?,
    };
    found.ok_or_else(|| not_found(name).into())
}

/// The policy of this name, with the number it is kept under.
///
/// # Errors
/// `policy-not-found`; faults of the store.
pub fn named(records: &dyn Transaction, name: &PolicyName) -> Result<Policy, Refused> {
    let version = version(records, name)?;
    let policy = document::parse(&version.name, &version.document);
    // It was sound when it was kept; an older document must not fail for a newer program's stricter reading in silence.
    let policy = policy.map_err(|cause| {
        Fault::new("policy", format!("reading the policy {}@{}", version.name, version.number), cause)
    })?;
    Ok(Policy { number: version.number, name: version.name, ..policy })
}

/// The policy that the organization's builds are judged by: the newest of the name it has chosen, or the version it has
/// pinned.
///
/// # Errors
/// Faults of the store; one when the chosen policy is gone, which the records forbid.
pub fn of_org(records: &dyn Transaction, org: OrgId) -> Result<Policy, Refused> {
    let chosen = records.organization(org)?.map(|org| org.settings).unwrap_or_default().policy;
    let lost = |cause: &dyn std::fmt::Display| {
        Fault::new("policy", format!("finding the policy of organization {org}"), cause)
            .hint("choose one that is there with `assay policy use`")
    };
    let name: PolicyName = chosen.parse().map_err(|cause| lost(&cause))?;
    named(records, &name).map_err(|refused| match refused {
        Refused::Rejection(rejection) => lost(&rejection).into(),
        fault @ Refused::Fault(_) => fault,
    })
}

/// Keeps `text` as a new version of the policy it names. Those who run the installation may.
///
/// # Errors
/// `not-allowed`; `policy-name-reserved`; `policy-unchanged`; `policy-number-taken` when the document gives itself another
/// number than the next; whatever [`document::parse`] refuses.
pub fn create(service: &Service, actor: &Actor, text: &str, comment: &str) -> Result<PolicyVersion, Refused> {
    operate(actor)?;
    let policy = document::parse("document", text)?;
    let name = own_name(&policy)?;
    if comment.chars().count() > LONGEST_COMMENT {
        let message = format!("a comment has at most {LONGEST_COMMENT} characters");
        return Err(Rejection::new("comment-too-long", message).into());
    }
    let now = service.now();
    write(&*service.ledger, |records| {
        let newest = records.policy(&name)?;
        refuse_unchanged(newest.as_ref(), text)?;
        let number = newest.map_or(1, |newest| newest.number + 1);
        refuse_number(text, number)?;
        let version = PolicyVersion {
            name: name.name.clone(),
            number,
            document: text.into(),
            digest: Digest::sha256(text.as_bytes()),
            created_at: Some(now),
            author: actor.name.clone(),
            comment: comment.into(),
        };
        records.insert_policy(&version)?;
        Ok(version)
    })
}

/// Every version there is, by name, newest first.
///
/// # Errors
/// `not-allowed`; faults of the store.
pub fn list(service: &Service, actor: &Actor) -> Result<Vec<PolicyVersion>, Refused> {
    may_read(actor)?;
    let mut all: Vec<PolicyVersion> = shipped::all().collect();
    all.extend(read(&*service.ledger, |records| records.policies())?);
    all.sort_by(|one, other| (&one.name, other.number).cmp(&(&other.name, one.number)));
    Ok(all)
}

/// One version and what it says.
///
/// # Errors
/// `policy-not-found`; `not-allowed`; faults of the store.
pub fn show(service: &Service, actor: &Actor, name: &PolicyName) -> Result<(PolicyVersion, Policy), Refused> {
    may_read(actor)?;
    read(&*service.ledger, |records| Ok((version(records, name)?, named(records, name)?)))
}

/// Refuses whoever does not run the installation: a policy decides about others' engines.
pub(super) fn operate(actor: &Actor) -> Result<(), Rejection> {
    if actor.is(Role::Admin, OrgId::OPERATORS) && actor.may(Scope::Admin) {
        return Ok(());
    }
    Err(Rejection::new("not-allowed", "only an admin of the operators may do this")
        .hint("policies are made and chosen by those who run the installation"))
}

/// Policies are no secret: whoever is judged by them may read them.
pub(super) fn may_read(actor: &Actor) -> Result<(), Rejection> {
    if actor.may(Scope::Read) {
        return Ok(());
    }
    Err(Rejection::new("not-allowed", "this key may not be used for reading"))
}

fn own_name(policy: &Policy) -> Result<PolicyName, Rejection> {
    if shipped::is_reserved(&policy.name) {
        let message =
            format!("the name `{}` belongs to the policies that come with the program", policy.name);
        return Err(Rejection::new("policy-name-reserved", message)
            .hint("give the document a name of its own: `name = \"house\"`"));
    }
    let name: PolicyName =
        policy.name.parse().map_err(|cause| Rejection::new("malformed-policy-name", format!("{cause}")))?;
    match name.number {
        None => Ok(name),
        Some(_) => Err(Rejection::new("malformed-policy-name", "a policy's name holds no number")
            .hint("numbers are given when the document is kept")),
    }
}

fn refuse_unchanged(newest: Option<&PolicyVersion>, text: &str) -> Result<(), Rejection> {
    match newest.filter(|newest| newest.document == text) {
        None => Ok(()),
        Some(same) => {
            let message = format!("`{}@{}` says exactly this already", same.name, same.number);
            Err(Rejection::new("policy-unchanged", message))
        }
    }
}

fn refuse_number(text: &str, next: u32) -> Result<(), Rejection> {
    match document::own_number(text).filter(|own| *own != i64::from(next)) {
        None => Ok(()),
        Some(own) => Err(Rejection::new(
            "policy-number-taken",
            format!("the document gives itself the number {own}, but the next one is {next}"),
        )
        .hint("leave `number` out: it is given when the document is kept")),
    }
}

fn not_found(name: &PolicyName) -> Rejection {
    Rejection::new("policy-not-found", format!("there is no policy `{name}`"))
        .hint("`assay policy list` shows those there are")
        .data(serde_json::json!({ "objectId": name.to_string(), "objectType": "Policy" }))
}
