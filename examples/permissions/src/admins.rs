//! The administrators in the database: another kind of user, with another login.

use std::error::Error;

use actix_login::UserMixin;
use serde::Serialize;
use sqlx::{FromRow, SqlitePool};

use crate::{failure::Failure, passwords::Passwords};

#[derive(Clone, FromRow, Serialize, UserMixin)]
pub struct Admin {
    pub id: i64,
    pub name: String,
    #[user(session_auth_hash)]
    #[serde(skip)]
    pub password_hash: String,
}

pub struct Admins {
    pool: SqlitePool,
}

impl Admins {
    pub fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    pub async fn by_id(&self, id: i64) -> Result<Option<Admin>, sqlx::Error> {
        sqlx::query_as("SELECT * FROM admins WHERE id = ?")
            .bind(id)
            .fetch_optional(&self.pool)
            .await
    }

    pub async fn by_name(&self, name: &str) -> Result<Option<Admin>, Failure> {
        Ok(sqlx::query_as("SELECT * FROM admins WHERE name = ?")
            .bind(name)
            .fetch_optional(&self.pool)
            .await?)
    }

    /// Makes `admin` if there is no administrator, and returns the new password.
    pub async fn create_first(
        &self,
        passwords: &Passwords,
    ) -> Result<Option<String>, Box<dyn Error>> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM admins")
            .fetch_one(&self.pool)
            .await?;
        if count > 0 {
            return Ok(None);
        }
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        let password: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let hash = passwords.hash(password.clone()).await;
        let hash = hash.map_err(|failure| failure.to_string())?;
        sqlx::query("INSERT INTO admins (name, password_hash) VALUES ('admin', ?)")
            .bind(hash)
            .execute(&self.pool)
            .await?;
        Ok(Some(password))
    }
}
