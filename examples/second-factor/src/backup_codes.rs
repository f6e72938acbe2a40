//! Codes for a user whose phone is lost. Each can be used once; the database has only digests.

use sha2::{Digest, Sha256};
use sqlx::{Sqlite, SqlitePool, Transaction};
use totp_rs::Secret;

use crate::{failure::Failure, users::User};

const COUNT: usize = 8;
/// 120 bits: nobody finds a code to a digest, so no slow hash is needed (OWASP ASVS 5.0, 6.5.2).
const BYTES: usize = 15;

/// New codes, as they are shown to the user: `abcd-efgh-…`.
pub struct BackupCodes(pub Vec<String>);

impl BackupCodes {
    pub fn none() -> Self {
        Self(Vec::new())
    }

    pub fn generate() -> Result<Self, Failure> {
        let mut codes = Vec::new();
        for _ in 0..COUNT {
            let mut random = [0; BYTES];
            getrandom::fill(&mut random)?;
            let letters = Secret::from(random.to_vec()).to_base32().to_lowercase();
            let groups: Vec<String> = letters
                .chars()
                .collect::<Vec<_>>()
                .chunks(4)
                .map(String::from_iter)
                .collect();
            codes.push(groups.join("-"));
        }
        Ok(Self(codes))
    }

    pub async fn replace(&self, pool: &SqlitePool, user_id: i64) -> Result<(), Failure> {
        let mut transaction = pool.begin().await?;
        self.store(&mut transaction, user_id).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Puts these codes in the place of all earlier ones.
    pub async fn store(
        &self,
        transaction: &mut Transaction<'_, Sqlite>,
        user_id: i64,
    ) -> Result<(), Failure> {
        sqlx::query("DELETE FROM backup_codes WHERE user_id = ?")
            .bind(user_id)
            .execute(&mut **transaction)
            .await?;
        for code in &self.0 {
            sqlx::query("INSERT INTO backup_codes (user_id, digest) VALUES (?, ?)")
                .bind(user_id)
                .bind(digest(code))
                .execute(&mut **transaction)
                .await?;
        }
        Ok(())
    }
}

/// Whether this is a backup code of the user. If so, it is used now.
pub async fn use_code(pool: &SqlitePool, user: &User, code: &str) -> Result<bool, Failure> {
    set_used(pool, user, code, true).await
}

/// Makes a code good again whose login was not completed. Codes that were replaced stay away.
pub async fn give_back(pool: &SqlitePool, user: &User, code: &str) -> Result<(), Failure> {
    set_used(pool, user, code, false).await?;
    Ok(())
}

/// Returns whether that changed anything: of requests that overlap, one does.
async fn set_used(
    pool: &SqlitePool,
    user: &User,
    code: &str,
    is_used: bool,
) -> Result<bool, Failure> {
    let sql = "UPDATE backup_codes SET is_used = ?1 \
               WHERE user_id = ?2 AND digest = ?3 AND is_used <> ?1";
    let result = sqlx::query(sql)
        .bind(is_used)
        .bind(user.id)
        .bind(digest(code))
        .execute(pool)
        .await?;
    Ok(result.rows_affected() == 1)
}

pub async fn count(pool: &SqlitePool, user: &User) -> Result<i64, Failure> {
    let sql = "SELECT count(*) FROM backup_codes WHERE user_id = ? AND NOT is_used";
    Ok(sqlx::query_scalar(sql)
        .bind(user.id)
        .fetch_one(pool)
        .await?)
}

/// Spaces, dashes and the case do not matter.
fn digest(code: &str) -> Vec<u8> {
    let letters = code.chars().filter(|char| char.is_ascii_alphanumeric());
    let code: String = letters.map(|char| char.to_ascii_lowercase()).collect();
    Sha256::digest(code).to_vec()
}
