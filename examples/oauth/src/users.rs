//! The users in the database, and which of them somebody at the provider is.

use actix_login::UserMixin;
use serde::Serialize;
use sqlx::{FromRow, Sqlite, SqlitePool, Transaction};

use crate::{failure::Failure, identity::Identity};

#[derive(Clone, FromRow, Serialize, UserMixin)]
pub struct User {
    pub id: i64,
    pub name: String,
    /// A verified address.
    pub email: Option<String>,
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

    /// The user whom the provider has named, who may be a new one. `None` if their address belongs to
    /// somebody else.
    pub async fn of_identity(&self, identity: &Identity) -> Result<Option<User>, Failure> {
        // It writes at once, so that two first logins of a person make one account.
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(user) = known(&mut transaction, identity).await? {
            return Ok(Some(user));
        }
        let owner = owner_of_email(&mut transaction, identity).await?;
        let user = match owner {
            Some(owner) => owner,
            None => create(&mut transaction, identity).await?,
        };
        let linked = link(&mut transaction, identity, &user).await?;
        if linked {
            transaction.commit().await?;
        }
        Ok(linked.then_some(user))
    }

    pub async fn delete(&self, id: i64) -> Result<(), Failure> {
        sqlx::query("DELETE FROM users WHERE id = ?")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

async fn known(
    transaction: &mut Transaction<'_, Sqlite>,
    identity: &Identity,
) -> Result<Option<User>, Failure> {
    let sql = "SELECT users.* FROM users JOIN identities ON user_id = id \
               WHERE issuer = ? AND subject = ?";
    Ok(sqlx::query_as(sql)
        .bind(&identity.issuer)
        .bind(&identity.subject)
        .fetch_optional(&mut **transaction)
        .await?)
}

/// The address is one that the provider has verified. Without one, nobody is found: `NULL = NULL` is not
/// true.
async fn owner_of_email(
    transaction: &mut Transaction<'_, Sqlite>,
    identity: &Identity,
) -> Result<Option<User>, Failure> {
    Ok(sqlx::query_as("SELECT * FROM users WHERE email = ?")
        .bind(&identity.verified_email)
        .fetch_optional(&mut **transaction)
        .await?)
}

async fn create(
    transaction: &mut Transaction<'_, Sqlite>,
    identity: &Identity,
) -> Result<User, Failure> {
    let sql = "INSERT INTO users (name, email) VALUES (?, ?) RETURNING *";
    Ok(sqlx::query_as(sql)
        .bind(&identity.name)
        .bind(&identity.verified_email)
        .fetch_one(&mut **transaction)
        .await?)
}

/// Whether it could be done: not if the user is somebody else at this provider. Then the provider has
/// given the address to another person.
async fn link(
    transaction: &mut Transaction<'_, Sqlite>,
    identity: &Identity,
    user: &User,
) -> Result<bool, Failure> {
    let sql = "INSERT INTO identities (issuer, subject, user_id) VALUES (?, ?, ?) \
               ON CONFLICT (user_id, issuer) DO NOTHING";
    let result = sqlx::query(sql)
        .bind(&identity.issuer)
        .bind(&identity.subject)
        .bind(user.id)
        .execute(&mut **transaction)
        .await?;
    Ok(result.rows_affected() == 1)
}
