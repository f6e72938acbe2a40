//! The database file: made and migrated at the start, and cleaned once an hour.

use std::{error::Error, path::Path, time::Duration, time::SystemTime};

use actix_login::store::{LoginStore, SqlLoginStore};
use actix_web::rt::time::interval;
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

use crate::data_folder;

pub async fn open(folder: &Path) -> Result<SqlitePool, Box<dyn Error>> {
    let file = folder.join("passkeys.db");
    // The files that SQLite lays beside it get its permissions.
    data_folder::create_file(&file)?;
    let file = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        // Shorter than the time-out of the store of logins, which is 2 seconds.
        .busy_timeout(Duration::from_secs(1));
    let pool = SqlitePool::connect_with(file).await?;
    sqlx::migrate!().run(&pool).await?;
    Ok(pool)
}

/// Removes expired logins. Requests add to them, so they may not grow for ever.
pub async fn remove_expired(logins: SqlLoginStore) {
    let mut hours = interval(Duration::from_secs(60 * 60));
    loop {
        hours.tick().await;
        if let Err(error) = logins.drop_ended(SystemTime::now().into()).await {
            tracing::error!("expired logins were not removed: {error}");
        }
    }
}
