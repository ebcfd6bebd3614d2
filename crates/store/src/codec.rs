//! How our words are written in columns: times as microseconds since 1970, ids and digests as text, lists as JSON.

use std::str::FromStr;

use assay_core::{Digest, Fault, Refused, Rejection};
use jiff::Timestamp;
use rusqlite::types::Type;
use uuid::Uuid;

/// A fault of the database. A locked database may be free later.
pub(crate) fn fault(doing: String, cause: rusqlite::Error) -> Fault {
    let code = cause.sqlite_error_code();
    let busy = matches!(code, Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked));
    let fault = Fault::new("store", doing, cause);
    if busy { fault.retryable() } else { fault }
}

/// The same for a step within a transaction.
pub(crate) fn failed(doing: &'static str) -> impl Fn(rusqlite::Error) -> Refused {
    move |cause| fault(doing.to_owned(), cause).into()
}

/// A rejection when `cause` is a broken unique constraint, a fault otherwise.
pub(crate) fn unless_unique(
    doing: &'static str,
    taken: Rejection,
) -> impl FnOnce(rusqlite::Error) -> Refused {
    move |cause| {
        let unique = cause.sqlite_error().is_some_and(|error| {
            matches!(
                error.extended_code,
                rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            )
        });
        if unique { taken.into() } else { fault(doing.to_owned(), cause).into() }
    }
}

/// A time as it is stored.
pub(crate) fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// The column as a time.
pub(crate) fn time(row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    let stored: i64 = row.get(column)?;
    Timestamp::from_microsecond(stored).map_err(|cause| unreadable(Type::Integer, cause))
}

/// The column as a time that may be missing.
pub(crate) fn maybe_time(row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    let stored: Option<i64> = row.get(column)?;
    stored
        .map(|stored| Timestamp::from_microsecond(stored).map_err(|cause| unreadable(Type::Integer, cause)))
        .transpose()
}

/// The column as an id.
pub(crate) fn id(row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Result<Uuid> {
    parsed(row, column)
}

/// The column as an id that may be missing.
pub(crate) fn maybe_id(row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Result<Option<Uuid>> {
    let stored: Option<String> = row.get(column)?;
    stored.map(|text| text.parse().map_err(|cause| unreadable(Type::Text, cause))).transpose()
}

/// The column as a digest.
pub(crate) fn digest(row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Result<Digest> {
    parsed(row, column)
}

/// The text column as anything that can be read from text.
pub(crate) fn parsed<T>(row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Result<T>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let stored: String = row.get(column)?;
    stored.parse().map_err(|cause| unreadable(Type::Text, cause))
}

/// The text column as one of a closed set of words.
pub(crate) fn word<T>(
    row: &rusqlite::Row<'_>,
    column: &str,
    named: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let stored: String = row.get(column)?;
    named(&stored).ok_or_else(|| {
        let cause = std::io::Error::other(format!("`{stored}` is no word for column `{column}`"));
        unreadable(Type::Text, cause)
    })
}

/// The text column as JSON.
pub(crate) fn json<T: serde::de::DeserializeOwned>(
    row: &rusqlite::Row<'_>,
    column: &str,
) -> rusqlite::Result<T> {
    let stored: String = row.get(column)?;
    serde_json::from_str(&stored).map_err(|cause| unreadable(Type::Text, cause))
}

/// Something as JSON text for a column.
pub(crate) fn to_json(value: &impl serde::Serialize) -> Result<String, Refused> {
    serde_json::to_string(value).map_err(|cause| Fault::new("store", "writing JSON", cause).into())
}

/// A column that does not hold what it must.
pub(crate) fn unreadable(
    kind: Type,
    cause: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, kind, Box::new(cause))
}
