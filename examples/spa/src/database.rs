//! The database file: made and migrated at the start, and cleaned once an hour.

use std::{error::Error, path::Path, time::Duration};

use actix_login::{
    Timestamp,
    store::{LoginStore, SqlLoginStore},
};
use actix_web::rt::time::interval;
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

use crate::data_folder;

pub async fn open(folder: &Path) -> Result<SqlitePool, Box<dyn Error>> {
    let file = folder.join("spa.db");
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

/// Removes the logins that have expired, once an hour.
pub async fn remove_expired(logins: SqlLoginStore) {
    let mut hours = interval(Duration::from_secs(60 * 60));
    loop {
        hours.tick().await;
        let now = Timestamp::from(std::time::SystemTime::now());
        if let Err(error) = logins.drop_ended(now).await {
            tracing::error!("expired logins were not removed: {error}");
        }
    }
}
