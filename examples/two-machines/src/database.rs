//! The PostgreSQL that all machines share: migrated at the start, and cleaned once an hour.

use std::{
    error::Error,
    time::{Duration, SystemTime},
};

use actix_login::store::{LoginStore, SqlLoginStore};
use actix_web::rt::time::interval;
use sqlx::{PgPool, postgres::PgPoolOptions};

use crate::config::NEEDS_POSTGRES;

pub async fn open(url: &str) -> Result<PgPool, Box<dyn Error>> {
    let pool = PgPoolOptions::new()
        .acquire_timeout(Duration::from_secs(2))
        .connect(url)
        .await
        .map_err(|error| format!("{error}: {NEEDS_POSTGRES}"))?;
    // Machines that start at once wait for each other here.
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
