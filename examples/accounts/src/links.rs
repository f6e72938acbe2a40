//! Links that are sent by mail: each works once, for 30 minutes, and for one purpose.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use sqlx::{FromRow, SqliteConnection, SqlitePool};

use crate::{database::now, email::Email, failure::Failure};

const LIFETIME: Duration = Duration::from_secs(30 * 60);

#[derive(Clone, Copy)]
pub enum Purpose {
    SignUp,
    ChangeEmail,
    ResetPassword,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::SignUp => "sign-up",
            Self::ChangeEmail => "change-email",
            Self::ResetPassword => "reset-password",
        }
    }

    /// The page that the link opens.
    pub fn path(self) -> &'static str {
        match self {
            Self::SignUp => "/sign-up/finish",
            Self::ChangeEmail => "/account/email/finish",
            Self::ResetPassword => "/reset/finish",
        }
    }
}

/// What a link stands for.
#[derive(FromRow)]
pub struct MailedLink {
    /// Where it was sent.
    pub email: String,
    /// Whose account it is for, if there is one.
    pub user_id: Option<i64>,
}

/// The secret of a link: 256 random bits. It has no `Debug`, so that it gets into no log.
///
/// The default is the token of a link that was cut off: it opens nothing.
#[derive(Default, Deserialize)]
pub struct Token(String);

/// The query of a link.
#[derive(Deserialize)]
pub struct TokenQuery {
    #[serde(default)]
    pub token: Token,
}

impl Token {
    fn generate() -> Result<Self, Failure> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(BASE64_URL_SAFE_NO_PAD.encode(bytes)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The database holds only this, so a copy of it opens no link. A random token needs no salt.
    fn digest(&self) -> Vec<u8> {
        Sha256::digest(&self.0).to_vec()
    }
}

/// Makes a link in place of an earlier one for the same.
pub async fn create(
    pool: &SqlitePool,
    purpose: Purpose,
    email: &Email,
    user_id: Option<i64>,
) -> Result<Token, Failure> {
    let token = Token::generate()?;
    let mut transaction = pool.begin().await?;
    sqlx::query("DELETE FROM mailed_links WHERE purpose = ? AND email = ? AND user_id IS ?")
        .bind(purpose.name())
        .bind(&**email)
        .bind(user_id)
        .execute(&mut *transaction)
        .await?;
    sqlx::query("INSERT INTO mailed_links VALUES (?, ?, ?, ?, ?)")
        .bind(token.digest())
        .bind(purpose.name())
        .bind(&**email)
        .bind(user_id)
        .bind(now().plus(LIFETIME).as_secs() as i64)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(token)
}

/// Reads a link without using it up: programs that check mails open links, too.
pub async fn find(
    pool: &SqlitePool,
    purpose: Purpose,
    token: &Token,
) -> Result<Option<MailedLink>, Failure> {
    let sql = "SELECT email, user_id FROM mailed_links \
               WHERE token_digest = ? AND purpose = ? AND expires_at > ?";
    Ok(sqlx::query_as(sql)
        .bind(token.digest())
        .bind(purpose.name())
        .bind(now().as_secs() as i64)
        .fetch_optional(pool)
        .await?)
}

/// Uses a link up. Of two requests at once only one gets it.
pub async fn take(
    connection: &mut SqliteConnection,
    purpose: Purpose,
    token: &Token,
) -> Result<Option<MailedLink>, Failure> {
    let sql = "DELETE FROM mailed_links \
               WHERE token_digest = ? AND purpose = ? AND expires_at > ? RETURNING email, user_id";
    Ok(sqlx::query_as(sql)
        .bind(token.digest())
        .bind(purpose.name())
        .bind(now().as_secs() as i64)
        .fetch_optional(connection)
        .await?)
}

/// Removes all links of a user: a new password or address makes them worthless to an intruder.
pub async fn remove_all_of(connection: &mut SqliteConnection, user_id: i64) -> Result<(), Failure> {
    sqlx::query("DELETE FROM mailed_links WHERE user_id = ?")
        .bind(user_id)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn remove_expired(pool: &SqlitePool) -> Result<(), Failure> {
    sqlx::query("DELETE FROM mailed_links WHERE expires_at <= ?")
        .bind(now().as_secs() as i64)
        .execute(pool)
        .await?;
    Ok(())
}
