//! The schema and its versions. A migration that was released is never edited; a newer one follows it.

use assay_core::{Fault, Refused, Rejection};
use rusqlite::{Connection, TransactionBehavior};

use crate::codec::fault;

/// One step of the schema: the files of `schema/` it is made of, in order.
type Migration = &'static [&'static str];

/// Every step, oldest first. The number of steps taken is kept in the file (`PRAGMA user_version`).
const MIGRATIONS: &[Migration] = &[&[
    include_str!("../schema/accounts.sql"),
    include_str!("../schema/engines.sql"),
    include_str!("../schema/documents.sql"),
    include_str!("../schema/work.sql"),
    include_str!("../schema/policies.sql"),
    include_str!("../schema/waivers.sql"),
    include_str!("../schema/registry.sql"),
    include_str!("../schema/notices.sql"),
    include_str!("../schema/pushes.sql"),
]];

/// Takes the steps that the file has not seen yet, all in one transaction.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), Refused> {
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    let taken = taken(connection)?;
    if taken > known {
        return Err(newer(taken, known).into());
    }
    if taken == known {
        return Ok(());
    }
    // Whoever else has just opened the file waits here, and finds the steps taken.
    let steps = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    for (version, migration) in (1..=known).zip(MIGRATIONS).skip(self::taken(&steps)? as usize) {
        for sql in *migration {
            steps.execute_batch(sql).map_err(failed)?;
        }
        steps.pragma_update(None, "user_version", version).map_err(failed)?;
    }
    Ok(steps.commit().map_err(failed)?)
}

/// How many steps the file has seen.
fn taken(connection: &Connection) -> Result<u32, Refused> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?)
}

fn failed(cause: rusqlite::Error) -> Fault {
    fault("bringing the database's schema up to date".into(), cause)
}

fn newer(taken: u32, ours: u32) -> Rejection {
    Rejection::new(
        "database-newer",
        format!("the database has schema version {taken}, this program knows up to version {ours}"),
    )
    .hint("use the release that wrote it, or a newer one")
}
