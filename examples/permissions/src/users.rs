//! The users in the database.

use std::borrow::Cow;

use actix_login::UserMixin;
use serde::Serialize;
use sqlx::{FromRow, SqlitePool};

use crate::{failure::Failure, roles::Role};

#[derive(Clone, FromRow, Serialize)]
pub struct User {
    pub id: i64,
    pub name: String,
    #[serde(skip)]
    pub password_hash: String,
    pub role: Role,
    /// An administrator can suspend a user.
    pub is_active: bool,
    #[serde(skip)]
    suspensions: i64,
}

impl UserMixin for User {
    type Id = i64;
    const NAME: &'static str = "User";

    fn get_id(&self) -> i64 {
        self.id
    }

    fn is_active(&self) -> bool {
        self.is_active
    }

    /// A suspension ends the logins of the user. `is_active` alone would only stop them for its time.
    fn session_auth_hash(&self) -> Option<Cow<'_, [u8]>> {
        let hash = format!("{} {}", self.password_hash, self.suspensions);
        Some(hash.into_bytes().into())
    }
}

impl User {
    pub fn may_write_documents(&self) -> bool {
        match self.role {
            Role::Reader => false,
            Role::Author | Role::Editor => true,
        }
    }
}

pub struct Users {
    pool: SqlitePool,
}

impl Users {
    pub fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    pub async fn by_id(&self, id: i64) -> Result<Option<User>, sqlx::Error> {
        sqlx::query_as("SELECT * FROM users WHERE id = ?")
            .bind(id)
            .fetch_optional(&self.pool)
            .await
    }

    pub async fn by_name(&self, name: &str) -> Result<Option<User>, Failure> {
        Ok(sqlx::query_as("SELECT * FROM users WHERE name = ?")
            .bind(name)
            .fetch_optional(&self.pool)
            .await?)
    }

    pub async fn all(&self) -> Result<Vec<User>, Failure> {
        Ok(sqlx::query_as("SELECT * FROM users ORDER BY name")
            .fetch_all(&self.pool)
            .await?)
    }

    /// Returns `None` if the name is taken.
    pub async fn create(
        &self,
        name: &str,
        password_hash: &str,
        role: Role,
    ) -> Result<Option<User>, Failure> {
        let sql = "INSERT INTO users (name, password_hash, role) VALUES (?, ?, ?) \
                   ON CONFLICT (name) DO NOTHING RETURNING *";
        Ok(sqlx::query_as(sql)
            .bind(name)
            .bind(password_hash)
            .bind(role)
            .fetch_optional(&self.pool)
            .await?)
    }

    /// Whether there is such a user.
    pub async fn change(&self, id: i64, role: Role, is_active: bool) -> Result<bool, Failure> {
        let sql = "UPDATE users SET role = ?1, suspensions = suspensions + (is_active > ?2), \
                   is_active = ?2 WHERE id = ?3";
        let result = sqlx::query(sql)
            .bind(role)
            .bind(is_active)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(result.rows_affected() == 1)
    }
}
