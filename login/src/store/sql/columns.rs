//! How the fields of a login are stored in columns.

use sqlx::Error;

use crate::timestamp::Timestamp;

/// Databases have no unsigned integers. A larger number becomes the largest one.
pub(super) fn to_column(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn from_column(column: i64) -> Result<u64, Error> {
    u64::try_from(column).map_err(malformed)
}

pub(super) fn time_to_column(time: Timestamp) -> i64 {
    to_column(time.as_secs())
}

/// The largest number stands for the last point in time: a deadline of `Duration::MAX` means none.
pub(super) fn time_from_column(column: i64) -> Result<Timestamp, Error> {
    if column == i64::MAX {
        return Ok(Timestamp::from_secs(u64::MAX));
    }
    from_column(column).map(Timestamp::from_secs)
}

/// PostgreSQL stores no NUL in a text. No header contains one.
pub(super) fn to_text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

pub(super) fn malformed(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Decode(format!("a malformed active login: {error}").into())
}
