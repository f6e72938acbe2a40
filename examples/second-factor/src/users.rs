//! The users in the database.

use std::borrow::Cow;

use actix_login::UserMixin;
use serde::Serialize;
use sqlx::{FromRow, SqlitePool};

use crate::{backup_codes::BackupCodes, failure::Failure};

#[derive(Clone, FromRow, Serialize)]
pub struct User {
    pub id: i64,
    pub name: String,
    #[serde(skip)]
    pub password_hash: String,
    #[serde(skip)]
    pub totp_secret: Option<Vec<u8>>,
    #[serde(skip)]
    pub new_totp_secret: Option<Vec<u8>>,
}

impl UserMixin for User {
    type Id = i64;
    const NAME: &'static str = "User";

    fn get_id(&self) -> i64 {
        self.id
    }

    /// When the second factor is set up, all other logins end: they have shown only a password.
    fn session_auth_hash(&self) -> Option<Cow<'_, [u8]>> {
        let mut hash = self.password_hash.clone().into_bytes();
        hash.extend(self.totp_secret.iter().flatten());
        Some(hash.into())
    }
}

pub struct Users {
    pub pool: SqlitePool,
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

    /// Returns `None` if the name is taken.
    pub async fn create(&self, name: &str, password_hash: &str) -> Result<Option<User>, Failure> {
        let sql = "INSERT INTO users (name, password_hash) VALUES (?, ?) \
                   ON CONFLICT (name) DO NOTHING RETURNING *";
        Ok(sqlx::query_as(sql)
            .bind(name)
            .bind(password_hash)
            .fetch_optional(&self.pool)
            .await?)
    }

    /// Stores a secret that counts once a code has confirmed it.
    pub async fn begin_enrolment(&self, id: i64, secret: &[u8]) -> Result<(), Failure> {
        sqlx::query("UPDATE users SET new_totp_secret = ? WHERE id = ? AND totp_secret IS NULL")
            .bind(secret)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Makes the new secret the second factor. The code of this step has confirmed it, and is used up.
    /// Returns `None` if a concurrent request was faster.
    pub async fn finish_enrolment(
        &self,
        user: &User,
        step: u64,
        codes: &BackupCodes,
    ) -> Result<Option<User>, Failure> {
        let mut transaction = self.pool.begin().await?;
        let sql = "UPDATE users \
                   SET totp_secret = new_totp_secret, new_totp_secret = NULL, last_totp_step = ? \
                   WHERE id = ? AND new_totp_secret = ? RETURNING *";
        let changed = sqlx::query_as(sql)
            .bind(step as i64)
            .bind(user.id)
            .bind(&user.new_totp_secret)
            .fetch_optional(&mut *transaction)
            .await?;
        if changed.is_some() {
            codes.store(&mut transaction, user.id).await?;
        }
        transaction.commit().await?;
        Ok(changed)
    }

    pub async fn remove_second_factor(&self, id: i64) -> Result<User, Failure> {
        let mut transaction = self.pool.begin().await?;
        BackupCodes::none().store(&mut transaction, id).await?;
        let user = sqlx::query_as("UPDATE users SET totp_secret = NULL WHERE id = ? RETURNING *")
            .bind(id)
            .fetch_one(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(user)
    }
}
