//! The table of active logins, for each database.

/// The SQL that creates the table and its indexes in PostgreSQL: what
/// [`SqlLoginStore::create_table`](super::SqlLoginStore::create_table) runs.
#[cfg(feature = "postgres")]
pub(super) const POSTGRES: &str = "\
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

/// The SQL that creates the table and its indexes in SQLite: what
/// [`SqlLoginStore::create_table`](super::SqlLoginStore::create_table) runs.
#[cfg(feature = "sqlite")]
pub(super) const SQLITE: &str = "\
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
