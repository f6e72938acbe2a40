//! The database file: made and migrated at the start.

use std::{error::Error, path::Path};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

use crate::data_folder;

pub async fn open(folder: &Path) -> Result<SqlitePool, Box<dyn Error>> {
    let file = folder.join("permissions.db");
    // The files that SQLite lays beside it get its permissions.
    data_folder::create_file(&file)?;
    let file = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePool::connect_with(file).await?;
    sqlx::migrate!().run(&pool).await?;
    Ok(pool)
}
