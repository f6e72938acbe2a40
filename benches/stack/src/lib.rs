//! What these servers have in common: `<server> <storage>`, with the databases in `DATABASE_URL` and
//! `REDIS_URL`. The users are in PostgreSQL, and each page looks its user up there.

pub mod per_worker;

use std::{env, error::Error};

use actix_login::UserMixin;
pub use servers::{ADDRESS, announce};
use sqlx::{FromRow, PgPool, postgres::PgPoolOptions};

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How many connections each pool has.
pub const CONNECTIONS: u32 = 16;

#[derive(Debug, Clone, FromRow, UserMixin)]
pub struct User {
    pub id: i64,
    pub name: String,
}

/// What a protected page responds with.
pub fn greeting(user: &User) -> String {
    format!("Logged in as: {}", user.name)
}

/// The users' database, with a thousand users in it.
pub async fn users() -> Result<PgPool> {
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .connect(&setting("DATABASE_URL")?)
        .await?;
    sqlx::query("CREATE TABLE IF NOT EXISTS users (id bigint PRIMARY KEY, name text NOT NULL)")
        .execute(&pool)
        .await?;
    sqlx::query(
        "INSERT INTO users SELECT id, 'leafstorm ' || id FROM generate_series(1, 1000) AS id \
         ON CONFLICT DO NOTHING",
    )
    .execute(&pool)
    .await?;
    Ok(pool)
}

pub async fn find(users: &PgPool, id: i64) -> sqlx::Result<Option<User>> {
    sqlx::query_as("SELECT id, name FROM users WHERE id = $1")
        .bind(id)
        .fetch_optional(users)
        .await
}

/// The user whose `id` the query names.
pub fn asked_for(query: &str) -> Option<i64> {
    query.strip_prefix("id=")?.parse().ok()
}

/// The first argument: where sessions and logins are kept.
pub fn storage() -> String {
    env::args().nth(1).unwrap_or_default()
}

pub fn setting(name: &str) -> Result<String> {
    env::var(name).map_err(|_| format!("{name} is not set").into())
}
