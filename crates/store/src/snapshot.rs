//! Copies of the database made while others write.

use std::fs::File;
use std::path::Path;

use assay_core::{Fault, Refused, Rejection};
use rusqlite::OpenFlags;

use crate::codec::fault;
use crate::database::{connect, make_private};

/// Copies the database in `file` to `to`, as one transaction sees it. Nobody has to stop for it. What is made has reached
/// the disk when this returns.
pub(crate) fn copy(file: &Path, to: &Path) -> Result<(), Refused> {
    let doing = || format!("copying the database to `{}`", to.display());
    let connection = connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let target = to.to_str().ok_or_else(|| {
        Rejection::new("path-not-text", format!("`{}` is no path the database can write", to.display()))
    })?;
    make_private(to)?;
    connection.execute("VACUUM INTO ?1", [target]).map_err(|cause| fault(doing(), cause))?;
    File::open(to).and_then(|copy| copy.sync_all()).map_err(|cause| Fault::io(doing(), cause).into())
}

/// Looks through the whole file; returns what is wrong with it.
pub(crate) fn faults_of(file: &Path) -> Result<Vec<String>, Refused> {
    let connection = connect(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let failed = |cause| fault("examining the database".into(), cause);
    let mut statement = connection.prepare("PRAGMA integrity_check(20)").map_err(failed)?;
    let lines = statement.query_map([], |row| row.get(0)).map_err(failed)?;
    let lines: Vec<String> = lines.collect::<Result<_, _>>().map_err(failed)?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}
