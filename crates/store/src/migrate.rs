//! The schema and its versions. A migration that was released is never edited; a newer one follows it.

use assay_core::{Refused, Rejection};
use rusqlite::Connection;

use crate::codec::fault;

/// One step of the schema: the files of `schema/` it is made of, in order.
type Migration = &'static [&'static str];

/// Every step, oldest first. The number of steps taken is kept in the file (`PRAGMA user_version`).
const MIGRATIONS: &[Migration] = &[&[
    include_str!("../schema/accounts.sql"),
    include_str!("../schema/engines.sql"),
    include_str!("../schema/documents.sql"),
    include_str!("../schema/work.sql"),
    include_str!("../schema/registry.sql"),
]];

/// Takes the steps that the file has not seen yet, each in a transaction.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), Refused> {
    let failed = |cause| fault("bringing the database's schema up to date".into(), cause);
    let taken: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    if taken > known {
        return Err(newer(taken, known).into());
    }
    for (version, migration) in (1..=known).zip(MIGRATIONS).skip(taken as usize) {
        let step = connection.transaction().map_err(failed)?;
        for sql in *migration {
            step.execute_batch(sql).map_err(failed)?;
        }
        step.pragma_update(None, "user_version", version).map_err(failed)?;
        step.commit().map_err(failed)?;
    }
    Ok(())
}

fn newer(taken: u32, ours: u32) -> Rejection {
    Rejection::new(
        "database-newer",
        format!("the database has schema version {taken}, this program knows up to version {ours}"),
    )
    .hint("use the release that wrote it, or a newer one")
}
