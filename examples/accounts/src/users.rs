//! The users in the database.

use actix_login::UserMixin;
use serde::Serialize;
use sqlx::{FromRow, SqlitePool};

use crate::{
    database::now,
    email::Email,
    failure::Failure,
    links::{self, Purpose, Token},
};

#[derive(Clone, FromRow, Serialize, UserMixin)]
pub struct User {
    pub id: i64,
    pub email: String,
    pub name: String,
    /// When it changes, all logins of the user end.
    #[user(session_auth_hash)]
    #[serde(skip)]
    pub password_hash: String,
    pub created_at: i64,
}

pub struct Users {
    pub pool: SqlitePool,
}

/// What became of a mailed link.
pub enum LinkResult {
    Done(User),
    /// It was used before, has expired, or never existed.
    Invalid,
    /// Meanwhile another account has the address.
    EmailTaken,
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

    pub async fn by_email(&self, email: &Email) -> Result<Option<User>, Failure> {
        Ok(sqlx::query_as("SELECT * FROM users WHERE email = ?")
            .bind(&**email)
            .fetch_optional(&self.pool)
            .await?)
    }

    pub async fn sign_up(
        &self,
        token: &Token,
        name: &str,
        password_hash: &str,
    ) -> Result<LinkResult, Failure> {
        let mut transaction = self.pool.begin().await?;
        let Some(link) = links::take(&mut transaction, Purpose::SignUp, token).await? else {
            return Ok(LinkResult::Invalid);
        };
        let sql = "INSERT INTO users (email, name, password_hash, created_at) \
                   VALUES (?, ?, ?, ?) RETURNING *";
        let user = sqlx::query_as(sql)
            .bind(&link.email)
            .bind(name)
            .bind(password_hash)
            .bind(now().as_secs() as i64)
            .fetch_one(&mut *transaction)
            .await;
        finish(transaction, user).await
    }

    pub async fn rename(&self, id: i64, name: &str) -> Result<(), Failure> {
        sqlx::query("UPDATE users SET name = ? WHERE id = ?")
            .bind(name)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub async fn change_email(&self, id: i64, token: &Token) -> Result<LinkResult, Failure> {
        let mut transaction = self.pool.begin().await?;
        let link = links::take(&mut transaction, Purpose::ChangeEmail, token).await?;
        // A link of another user stays unused: without a commit nothing happens.
        let Some(link) = link.filter(|link| link.user_id == Some(id)) else {
            return Ok(LinkResult::Invalid);
        };
        links::remove_all_of(&mut transaction, id).await?;
        let user = sqlx::query_as("UPDATE users SET email = ? WHERE id = ? RETURNING *")
            .bind(&link.email)
            .bind(id)
            .fetch_one(&mut *transaction)
            .await;
        finish(transaction, user).await
    }

    pub async fn set_password(&self, id: i64, password_hash: &str) -> Result<User, Failure> {
        let mut transaction = self.pool.begin().await?;
        links::remove_all_of(&mut transaction, id).await?;
        let user = sqlx::query_as("UPDATE users SET password_hash = ? WHERE id = ? RETURNING *")
            .bind(password_hash)
            .bind(id)
            .fetch_one(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(user)
    }

    pub async fn reset_password(
        &self,
        token: &Token,
        password_hash: &str,
    ) -> Result<LinkResult, Failure> {
        let mut transaction = self.pool.begin().await?;
        let link = links::take(&mut transaction, Purpose::ResetPassword, token).await?;
        let Some(id) = link.and_then(|link| link.user_id) else {
            return Ok(LinkResult::Invalid);
        };
        links::remove_all_of(&mut transaction, id).await?;
        let user = sqlx::query_as("UPDATE users SET password_hash = ? WHERE id = ? RETURNING *")
            .bind(password_hash)
            .bind(id)
            .fetch_one(&mut *transaction)
            .await;
        finish(transaction, user).await
    }

    pub async fn delete(&self, id: i64) -> Result<(), Failure> {
        sqlx::query("DELETE FROM users WHERE id = ?")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

async fn finish(
    transaction: sqlx::Transaction<'_, sqlx::Sqlite>,
    user: Result<User, sqlx::Error>,
) -> Result<LinkResult, Failure> {
    match user {
        Ok(user) => {
            transaction.commit().await?;
            Ok(LinkResult::Done(user))
        }
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            Ok(LinkResult::EmailTaken)
        }
        Err(error) => Err(error.into()),
    }
}
