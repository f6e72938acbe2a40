//! The users, in the database.

use actix_login::UserMixin;
use serde::Serialize;
use sqlx::{FromRow, SqlitePool};

use crate::failure::Failure;

/// How many characters a status has at most.
pub const MAX_STATUS: usize = 100;

#[derive(Clone, FromRow, Serialize, UserMixin)]
pub struct User {
    pub id: i64,
    pub name: String,
    #[user(session_auth_hash)]
    #[serde(skip)]
    pub password_hash: String,
    /// What the user is doing.
    pub status: String,
}

pub async fn by_id(pool: &SqlitePool, id: i64) -> Result<Option<User>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM users WHERE id = ?")
        .bind(id)
        .fetch_optional(pool)
        .await
}

pub async fn by_name(pool: &SqlitePool, name: &str) -> Result<Option<User>, Failure> {
    Ok(sqlx::query_as("SELECT * FROM users WHERE name = ?")
        .bind(name)
        .fetch_optional(pool)
        .await?)
}

/// Returns `None` if the name is taken.
pub async fn create(
    pool: &SqlitePool,
    name: &str,
    password_hash: &str,
) -> Result<Option<User>, Failure> {
    let sql = "INSERT INTO users (name, password_hash) VALUES (?, ?) \
               ON CONFLICT (name) DO NOTHING RETURNING *";
    Ok(sqlx::query_as(sql)
        .bind(name)
        .bind(password_hash)
        .fetch_optional(pool)
        .await?)
}

pub async fn set_status(pool: &SqlitePool, user: &User, status: &str) -> Result<(), Failure> {
    sqlx::query("UPDATE users SET status = ? WHERE id = ?")
        .bind(status)
        .bind(user.id)
        .execute(pool)
        .await?;
    Ok(())
}
