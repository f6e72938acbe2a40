//! What differs between the databases.

use sqlx::{Database, Decode, Encode, Type, database::HasStatementCache, error::DatabaseError};

/// A database that [`SqlLoginStore`](super::SqlLoginStore) supports.
pub(super) trait Dialect: Database + HasStatementCache {
    /// Creates the table and its indexes, unless they exist.
    const MIGRATION: &'static str;

    /// Starts a transaction that writes.
    const BEGIN: &'static str;

    /// Statements that make a transaction wait for others that create the table.
    const LOCK_MIGRATION: &'static [&'static str];

    /// Statements that make a transaction wait for others that start logins of the user `$1`.
    const LOCK_USER: &'static [&'static str];

    /// Ends a query whose rows the same statement removes.
    const FOR_UPDATE: &'static str;

    /// The same, without the rows that another transaction is changing.
    const FOR_UPDATE_SKIP_LOCKED: &'static str;

    fn rows_affected(result: &Self::QueryResult) -> u64;

    /// Whether the database gave way to a concurrent transaction: nothing has taken effect, and the
    /// same may succeed now.
    fn is_conflict(error: &dyn DatabaseError) -> bool;
}

/// A type that columns of the database have.
pub(super) trait Value<DB: Database>:
    Type<DB> + for<'q> Encode<'q, DB> + for<'r> Decode<'r, DB>
{
}

impl<DB: Database, T> Value<DB> for T where
    T: Type<DB> + for<'q> Encode<'q, DB> + for<'r> Decode<'r, DB>
{
}
