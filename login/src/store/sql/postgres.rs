//! PostgreSQL.

use sqlx::{Postgres, error::DatabaseError, postgres::PgQueryResult};

use super::dialect::Dialect;

/// The SQL that creates the table and its indexes in PostgreSQL: what
/// [`SqlLoginStore::create_table`](super::SqlLoginStore::create_table) runs.
pub(super) const MIGRATION: &str = "\
CREATE TABLE IF NOT EXISTS actix_login_logins (
    id TEXT COLLATE \"C\" PRIMARY KEY,
    user_key BYTEA NOT NULL,
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

impl Dialect for Postgres {
    const MIGRATION: &'static str = MIGRATION;

    // At a stricter level the transaction would not see what others commit while it waits for them.
    const BEGIN: &'static str = "BEGIN ISOLATION LEVEL READ COMMITTED";

    // Concurrent `IF NOT EXISTS` may fail.
    const LOCK_MIGRATION: &'static [&'static str] =
        &["SELECT pg_advisory_xact_lock(hashtextextended('actix_login_logins', 0))"];

    // The user may have no row yet, so that there is none to lock. The rows are locked in the order in
    // which `end_all` locks them: transactions wait for each other, and never in a circle.
    const LOCK_USER: &'static [&'static str] = &[
        "SELECT pg_advisory_xact_lock(hashtextextended('actix_login_logins' || encode($1, 'hex'), 0))",
        "SELECT id FROM actix_login_logins WHERE user_key = $1 ORDER BY id FOR UPDATE",
    ];

    const FOR_UPDATE: &'static str = " FOR UPDATE";

    const FOR_UPDATE_SKIP_LOCKED: &'static str = " FOR UPDATE SKIP LOCKED";

    fn rows_affected(result: &PgQueryResult) -> u64 {
        result.rows_affected()
    }

    fn is_conflict(error: &dyn DatabaseError) -> bool {
        // serialization_failure, deadlock_detected
        matches!(error.code().as_deref(), Some("40001" | "40P01"))
    }
}
