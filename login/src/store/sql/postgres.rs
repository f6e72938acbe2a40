//! PostgreSQL.

use sqlx::{Postgres, error::DatabaseError, postgres::PgQueryResult};

use super::{dialect::Dialect, schema};

impl Dialect for Postgres {
    const MIGRATION: &'static str = schema::POSTGRES;

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
