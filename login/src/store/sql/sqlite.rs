//! SQLite.

use sqlx::{Sqlite, error::DatabaseError, sqlite::SqliteQueryResult};

use super::{dialect::Dialect, schema};

/// The result codes of SQLite for a database, and for a table, that another connection locks.
const BUSY: i32 = 5;
const LOCKED: i32 = 6;

impl Dialect for Sqlite {
    const MIGRATION: &'static str = schema::SQLITE;

    // A transaction that begins by reading can't wait for the right to write: it fails if another one
    // has written meanwhile.
    const BEGIN: &'static str = "BEGIN IMMEDIATE";

    // There is one writing transaction at a time.
    const LOCK_MIGRATION: &'static [&'static str] = &[];
    const LOCK_USER: &'static [&'static str] = &[];
    const FOR_UPDATE: &'static str = "";
    const FOR_UPDATE_SKIP_LOCKED: &'static str = "";

    fn rows_affected(result: &SqliteQueryResult) -> u64 {
        result.rows_affected()
    }

    fn is_conflict(error: &dyn DatabaseError) -> bool {
        // The extended codes have more in their upper bytes.
        let code = error.code().and_then(|code| code.parse::<i32>().ok());
        matches!(code.map(|code| code & 0xff), Some(BUSY | LOCKED))
    }
}
