//! What a list costs does not grow with what is not asked for. Counted in steps of SQLite's machine and not in time, so
//! that the machine it runs on does not matter.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use assay_core::records::{ApiKeys, BuildFilter, Builds, Page, UserFilter, Users};
use assay_core::waiver::{WaiverFilter, Waivers};
use assay_core::work::WorkQueue;
use assay_core::{OrgId, Refused, Role};

use super::*;

const ALL: Page = Page { offset: 0, limit: 30 };
const ORG: Option<OrgId> = Some(OrgId(7));

/// Inserts `n` rows that nobody asks for, of the very organization where that is the trouble.
const BUILDS: &str = "INSERT INTO build (id, engine, org, number, repository, reference, status, stage, uploaded_at, modified_at) \
     SELECT printf('%032x', n), n, 7, 1, 'r', 'r', 'paused', 'none', n, n";
const USERS: &str = "INSERT INTO user (id, org, email, name, roles, password_hash, disabled, token_version, revised_at, created_at) \
     SELECT printf('%032x', n), 8, n, 'n', '[\"approver\"]', 'h', 0, 0, n, n";
const KEYS: &str = "INSERT INTO api_key (id, user, org, name, prefix, secret_hash, scopes, created_at) \
     SELECT printf('%032x', n), 'u', 8, 'n', n, x'00', '[]', n";
const WAIVERS: &str = "INSERT INTO waiver (id, org, code, narrowing, engine, reason, requester, requested_at, expires_at, status) \
     SELECT printf('%032x', n), 8, 'SEC-001', '{}', 'e', 'r', '{}', n, n, 'granted'";
const WORK: &str = "INSERT INTO work (kind, key, payload, state, attempts, max_attempts, queued_at, not_before, token, ended_at) \
     SELECT 'mail', n, 'null', 'done', 1, 1, n, n, 1, n";

type Ask = fn(&Records<'_>) -> Result<usize, Refused>;

fn waiting(records: &Records<'_>) -> Result<usize, Refused> {
    let filter = BuildFilter { org: ORG, awaiting_approval: true, ..BuildFilter::default() };
    records.builds(&filter, ALL).map(|builds| builds.len())
}

fn approvers(records: &Records<'_>) -> Result<usize, Refused> {
    let filter = UserFilter { org: ORG, role: Some(Role::Approver), disabled: false };
    records.users(&filter, ALL).map(|users| users.len())
}

fn keys(records: &Records<'_>) -> Result<usize, Refused> {
    records.keys(ORG, None, ALL).map(|keys| keys.len())
}

fn waivers(records: &Records<'_>) -> Result<usize, Refused> {
    records.waivers(&WaiverFilter { org: ORG, ..WaiverFilter::default() }, ALL).map(|waivers| waivers.len())
}

fn dead(records: &Records<'_>) -> Result<usize, Refused> {
    records.dead_work(WorkKind::Mail, 30).map(|work| work.len())
}

/// The steps it takes to ask, among `rows` rows that are not asked for.
fn steps(fill: &str, rows: u32, ask: Ask) -> u64 {
    let mut connection = Connection::open_in_memory().unwrap();
    crate::migrate::migrate(&mut connection).unwrap();
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    let numbers = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)";
    let (into, select) = fill.split_at(fill.find("SELECT").unwrap());
    connection.execute(&format!("{into}{numbers} {select} FROM numbers"), [rows]).unwrap();
    let steps = Arc::new(AtomicU64::new(0));
    let counted = steps.clone();
    let count = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        false
    };
    connection.progress_handler(1, Some(count)).unwrap();
    assert_eq!(ask(&Records::of(&connection)).unwrap(), 0);
    steps.load(Ordering::Relaxed)
}

#[test]
fn what_is_not_asked_for_costs_nothing() {
    let lists: [(&str, &str, Ask); 5] = [
        ("approvals", BUILDS, waiting),
        ("approvers", USERS, approvers),
        ("keys", KEYS, keys),
        ("waivers", WAIVERS, waivers),
        ("dead work", WORK, dead),
    ];
    let dear = lists.into_iter().filter_map(|(what, fill, ask)| {
        let (few, many) = (steps(fill, 10, ask), steps(fill, 1_000, ask));
        (many > few + 50).then(|| format!("{what}: {few} steps among 10 rows, {many} among 1000"))
    });
    assert_eq!(dear.collect::<Vec<_>>(), Vec::<String>::new());
}
