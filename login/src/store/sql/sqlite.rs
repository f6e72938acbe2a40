//! SQLite.

use sqlx::{Sqlite, error::DatabaseError, sqlite::SqliteQueryResult};

use super::dialect::Dialect;

/// The SQL that creates the table and its indexes in SQLite: what
/// [`SqlLoginStore::create_table`](super::SqlLoginStore::create_table) runs.
pub(super) const MIGRATION: &str = "\
CREATE TABLE IF NOT EXISTS actix_login_logins (
    id TEXT PRIMARY KEY NOT NULL,
    user_key BLOB NOT NULL,
    started_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL,
    remembered BOOLEAN NOT NULL,
    generation BIGINT NOT NULL,
    last_confirmed_generation BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    cookie_confirmed_at BIGINT
);
CREATE INDEX IF NOT EXISTS actix_login_logins_user ON actix_login_logins (user_key);
CREATE INDEX IF NOT EXISTS actix_login_logins_expiry ON actix_login_logins (expires_at);
";

/// The result codes of SQLite for a database, and for a table, that another connection locks.
const BUSY: i32 = 5;
const LOCKED: i32 = 6;

impl Dialect for Sqlite {
    const MIGRATION: &'static str = MIGRATION;

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
