//! The users in the database, and their keys.

use actix_login::UserMixin;
use serde::Serialize;
use sqlx::{FromRow, SqlitePool};
use webauthn_rs::prelude::{AuthenticationResult, Passkey, Uuid};

use crate::failure::Failure;

#[derive(Clone, FromRow, Serialize, UserMixin)]
pub struct User {
    pub id: i64,
    pub name: String,
    #[serde(skip)]
    pub handle: Vec<u8>,
}

/// A line of the list of keys.
#[derive(FromRow, Serialize)]
pub struct Key {
    pub id: String,
    pub name: String,
}

pub struct Users {
    pub pool: SqlitePool,
}

impl Users {
    pub async fn by_id(&self, id: i64) -> Result<Option<User>, sqlx::Error> {
        sqlx::query_as("SELECT * FROM users WHERE id = ?")
            .bind(id)
            .fetch_optional(&self.pool)
            .await
    }

    pub async fn by_handle(&self, handle: Uuid) -> Result<Option<User>, Failure> {
        Ok(sqlx::query_as("SELECT * FROM users WHERE handle = ?")
            .bind(handle.as_bytes().as_slice())
            .fetch_optional(&self.pool)
            .await?)
    }

    /// Returns `None` if the name or the key is taken.
    pub async fn create(
        &self,
        name: &str,
        handle: Uuid,
        key_name: &str,
        key: &Passkey,
    ) -> Result<Option<User>, Failure> {
        let mut transaction = self.pool.begin().await?;
        let sql = "INSERT INTO users (name, handle) VALUES (?, ?) \
                   ON CONFLICT DO NOTHING RETURNING *";
        let user: Option<User> = sqlx::query_as(sql)
            .bind(name)
            .bind(handle.as_bytes().as_slice())
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(user) = user else { return Ok(None) };
        let added = add_key(&mut transaction, user.id, key_name, key).await?;
        if !added {
            return Ok(None);
        }
        transaction.commit().await?;
        Ok(Some(user))
    }

    /// Returns `false` if the key is another user's.
    pub async fn add_key(&self, user: &User, name: &str, key: &Passkey) -> Result<bool, Failure> {
        let mut transaction = self.pool.begin().await?;
        let added = add_key(&mut transaction, user.id, name, key).await?;
        transaction.commit().await?;
        Ok(added)
    }

    pub async fn keys(&self, user: &User) -> Result<Vec<Key>, Failure> {
        let sql = "SELECT hex(credential_id) AS id, name FROM keys WHERE user_id = ? ORDER BY name";
        Ok(sqlx::query_as(sql)
            .bind(user.id)
            .fetch_all(&self.pool)
            .await?)
    }

    pub async fn passkeys(&self, user: &User) -> Result<Vec<Passkey>, Failure> {
        let keys: Vec<String> = sqlx::query_scalar("SELECT passkey FROM keys WHERE user_id = ?")
            .bind(user.id)
            .fetch_all(&self.pool)
            .await?;
        let keys = keys.iter().map(|key| serde_json::from_str(key));
        Ok(keys.collect::<Result<_, _>>()?)
    }

    /// Stores the signature counter: a copy of the key, whose counter is behind, is refused from now on.
    /// Returns `false` if the key was removed meanwhile.
    pub async fn key_was_used(
        &self,
        user: &User,
        result: &AuthenticationResult,
    ) -> Result<bool, Failure> {
        let mut keys = self.passkeys(user).await?;
        let key = keys
            .iter_mut()
            .find(|key| key.cred_id() == result.cred_id());
        let Some(key) = key else { return Ok(false) };
        key.update_credential(result);
        let sql = "UPDATE keys SET passkey = ? WHERE credential_id = ? AND user_id = ?";
        let updated = sqlx::query(sql)
            .bind(serde_json::to_string(key)?)
            .bind(key.cred_id().as_slice())
            .bind(user.id)
            .execute(&self.pool)
            .await?;
        Ok(updated.rows_affected() == 1)
    }

    /// Removes a key of the user, but not the last: nobody could log in any more.
    pub async fn remove_key(&self, user: &User, id: &str) -> Result<bool, Failure> {
        let sql = "DELETE FROM keys WHERE hex(credential_id) = ?1 AND user_id = ?2 \
                   AND (SELECT count(*) FROM keys WHERE user_id = ?2) > 1";
        let removed = sqlx::query(sql)
            .bind(id)
            .bind(user.id)
            .execute(&self.pool)
            .await?;
        Ok(removed.rows_affected() == 1)
    }
}

async fn add_key(
    connection: &mut sqlx::SqliteConnection,
    user_id: i64,
    name: &str,
    key: &Passkey,
) -> Result<bool, Failure> {
    let sql = "INSERT INTO keys (credential_id, user_id, name, passkey) VALUES (?, ?, ?, ?) \
               ON CONFLICT DO NOTHING";
    let added = sqlx::query(sql)
        .bind(key.cred_id().as_slice())
        .bind(user_id)
        .bind(name)
        .bind(serde_json::to_string(key)?)
        .execute(connection)
        .await?;
    Ok(added.rows_affected() == 1)
}
