//! The users in the database. PostgreSQL may hang, so each query is bounded: a request must end.

use actix_login::UserMixin;
use serde::Serialize;
use sqlx::{FromRow, PgPool};

use crate::{bounded::bounded, failure::Failure};

#[derive(Clone, FromRow, Serialize, UserMixin)]
pub struct User {
    pub id: i64,
    pub name: String,
    #[serde(skip)]
    #[user(session_auth_hash)]
    pub password_hash: String,
}

pub struct Users {
    pool: PgPool,
}

impl Users {
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// An error is a response 500, and no user who is not found: that would be a logout.
    pub async fn by_id(&self, id: i64) -> Result<Option<User>, anyhow::Error> {
        let query = sqlx::query_as("SELECT * FROM users WHERE id = $1").bind(id);
        Ok(bounded(query.fetch_optional(&self.pool)).await??)
    }

    pub async fn by_name(&self, name: &str) -> Result<Option<User>, Failure> {
        let query = sqlx::query_as("SELECT * FROM users WHERE name = $1").bind(name);
        Ok(bounded(query.fetch_optional(&self.pool)).await??)
    }

    /// Returns `None` if the name is taken.
    pub async fn create(&self, name: &str, password_hash: &str) -> Result<Option<User>, Failure> {
        let sql = "INSERT INTO users (name, password_hash) VALUES ($1, $2) \
                   ON CONFLICT (name) DO NOTHING RETURNING *";
        let query = sqlx::query_as(sql).bind(name).bind(password_hash);
        Ok(bounded(query.fetch_optional(&self.pool)).await??)
    }
}
