//! The error of the store.

use std::{fmt, io};

use sqlx::Error;

/// An error of [`SqlLoginStore`](super::SqlLoginStore): the database can't be reached, or it reports an
/// error. It prints what sqlx says, and what to do if the table is missing.
#[derive(Debug)]
pub struct SqlStoreError(Error);

impl SqlStoreError {
    pub(super) fn timed_out() -> Self {
        let error = io::Error::new(
            io::ErrorKind::TimedOut,
            "the database did not reply in time",
        );
        Self(error.into())
    }

    fn is_missing_table(&self) -> bool {
        self.0.as_database_error().is_some_and(|error| {
            // PostgreSQL has a code for it. SQLite has none.
            error.code().as_deref() == Some("42P01") || error.message().starts_with("no such table")
        })
    }
}

impl From<Error> for SqlStoreError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for SqlStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)?;
        if self.is_missing_table() {
            f.write_str(
                ": call `SqlLoginStore::create_table` at the start of the app, or add \
                 its migration to yours",
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for SqlStoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}
