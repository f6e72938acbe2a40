//! The tokens of scripts. The database has only their digests, so a copy of it opens nothing.

use actix_login::{Authorization, UserMixin};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::{FromRow, SqlitePool};

use crate::{database::now, failure::Failure};

/// It lets people and secret scanners recognize a token that has leaked.
const PREFIX: &str = "notes_";
const MAX_PER_USER: i64 = 20;
/// The last use is recorded this often, in seconds: a script may send many requests.
const USE_INTERVAL: i64 = 60;

/// A script with a token: the "user" of the API.
#[derive(Clone, FromRow, UserMixin)]
pub struct ApiClient {
    /// The id of the token.
    pub id: i64,
    pub user_id: i64,
    pub user_name: String,
}

/// What the page shows of a token.
#[derive(FromRow, Serialize)]
pub struct TokenInfo {
    id: i64,
    label: String,
    created_at: i64,
    last_used_at: Option<i64>,
}

/// The client of an `Authorization` header: `Bearer TOKEN`, or `Basic` with the user's name and the token.
/// The password of the user opens no API: it would lie in scripts, and could be guessed.
pub async fn client(pool: &SqlitePool, header: &str) -> Result<Option<ApiClient>, sqlx::Error> {
    match Authorization::parse(header) {
        Some(Authorization::Bearer(token)) => by_token(pool, token).await,
        Some(Authorization::Basic { user, password }) => {
            let client = by_token(pool, &password).await?;
            Ok(client.filter(|client| client.user_name.eq_ignore_ascii_case(&user)))
        }
        _ => Ok(None),
    }
}

/// It looks up the digest: how long that takes does not tell how much of a guess is right.
async fn by_token(pool: &SqlitePool, token: &str) -> Result<Option<ApiClient>, sqlx::Error> {
    let Some(random) = token.strip_prefix(PREFIX) else {
        return Ok(None);
    };
    let sql = "SELECT tokens.id, user_id, users.name AS user_name \
               FROM tokens JOIN users ON users.id = user_id WHERE digest = ?";
    let client: Option<ApiClient> = sqlx::query_as(sql)
        .bind(digest(random))
        .fetch_optional(pool)
        .await?;
    if let Some(client) = &client {
        let sql = "UPDATE tokens SET last_used_at = ?1 \
                   WHERE id = ?2 AND coalesce(last_used_at, 0) <= ?1 - ?3";
        sqlx::query(sql)
            .bind(now())
            .bind(client.id)
            .bind(USE_INTERVAL)
            .execute(pool)
            .await?;
    }
    Ok(client)
}

/// Returns the new token, which cannot be shown again. `None` if the user has too many.
pub async fn create(
    pool: &SqlitePool,
    user_id: i64,
    label: &str,
) -> Result<Option<String>, Failure> {
    let mut random = [0; 32];
    getrandom::fill(&mut random)?;
    let random = URL_SAFE_NO_PAD.encode(random);
    let sql = "INSERT INTO tokens (user_id, digest, label, created_at) SELECT ?1, ?2, ?3, ?4 \
               WHERE (SELECT count(*) FROM tokens WHERE user_id = ?1) < ?5";
    let result = sqlx::query(sql)
        .bind(user_id)
        .bind(digest(&random))
        .bind(label)
        .bind(now())
        .bind(MAX_PER_USER)
        .execute(pool)
        .await?;
    Ok((result.rows_affected() == 1).then(|| format!("{PREFIX}{random}")))
}

pub async fn list(pool: &SqlitePool, user_id: i64) -> Result<Vec<TokenInfo>, Failure> {
    Ok(
        sqlx::query_as("SELECT * FROM tokens WHERE user_id = ? ORDER BY id")
            .bind(user_id)
            .fetch_all(pool)
            .await?,
    )
}

/// Revokes a token of this user.
pub async fn revoke(pool: &SqlitePool, user_id: i64, id: i64) -> Result<(), Failure> {
    sqlx::query("DELETE FROM tokens WHERE id = ? AND user_id = ?")
        .bind(id)
        .bind(user_id)
        .execute(pool)
        .await?;
    Ok(())
}

/// A fast hash is enough: 256 random bits cannot be guessed.
fn digest(random: &str) -> Vec<u8> {
    Sha256::digest(random).to_vec()
}
