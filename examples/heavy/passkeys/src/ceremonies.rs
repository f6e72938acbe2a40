//! Challenges on their way to a key and back. They are kept on the server, and the session has only the
//! id: a copied cookie does not bring back a challenge that was used.

use std::time::{SystemTime, UNIX_EPOCH};

use actix_session::Session;
use actix_web::error::ErrorBadRequest;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::SqlitePool;

use crate::failure::Failure;

/// How long a user may take to touch the key.
const LIFETIME: i64 = 5 * 60;

/// Anybody can begin a ceremony. With more at a time, the oldest end.
const MAX_CEREMONIES: i64 = 10_000;

/// Remembers what was asked. A ceremony of this session of the same kind that has not ended is void.
pub async fn begin<T: Serialize>(
    pool: &SqlitePool,
    session: &Session,
    kind: &str,
    state: &T,
) -> actix_web::Result<()> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(Failure::from)?;
    let id = format!("{:032x}", u128::from_ne_bytes(random));
    if let Some(old) = session.get::<String>(kind)? {
        remove(pool, &old).await?;
    }
    store(pool, &id, state).await?;
    session.insert(kind, id)?;
    Ok(())
}

/// Returns what was asked in this session, once.
pub async fn finish<T: DeserializeOwned>(
    pool: &SqlitePool,
    session: &Session,
    kind: &str,
) -> actix_web::Result<T> {
    let refusal = || ErrorBadRequest("Please begin again.");
    let id = session.remove_as::<String>(kind);
    let id = id.and_then(Result::ok).ok_or_else(refusal)?;
    let state = remove(pool, &id).await?.ok_or_else(refusal)?;
    Ok(serde_json::from_str(&state).map_err(Failure::from)?)
}

async fn store<T: Serialize>(pool: &SqlitePool, id: &str, state: &T) -> Result<(), Failure> {
    let sql = "DELETE FROM ceremonies WHERE expires_at <= ?1 OR id IN \
               (SELECT id FROM ceremonies ORDER BY expires_at DESC LIMIT -1 OFFSET ?2)";
    sqlx::query(sql)
        .bind(now())
        .bind(MAX_CEREMONIES)
        .execute(pool)
        .await?;
    sqlx::query("INSERT INTO ceremonies (id, state, expires_at) VALUES (?, ?, ?)")
        .bind(id)
        .bind(serde_json::to_string(state)?)
        .bind(now() + LIFETIME)
        .execute(pool)
        .await?;
    Ok(())
}

/// One statement, so that of two requests at once only one gets it.
async fn remove(pool: &SqlitePool, id: &str) -> Result<Option<String>, Failure> {
    let sql = "DELETE FROM ceremonies WHERE id = ? AND expires_at > ? RETURNING state";
    Ok(sqlx::query_scalar(sql)
        .bind(id)
        .bind(now())
        .fetch_optional(pool)
        .await?)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs() as i64)
}
