//! Codes of an authenticator app (RFC 6238): six digits that change every 30 seconds.

use qrcodegen::{QrCode, QrCodeEcc};
use serde::Serialize;
use sqlx::SqlitePool;
use totp_rs::{Builder, Secret, Totp, TotpError};

use crate::{failure::Failure, users::User};

/// What the authenticator app shows above its codes.
const ISSUER: &str = "actix-login example";

pub fn new_secret() -> Vec<u8> {
    Secret::generate().as_bytes().to_vec()
}

/// A code of the step before and after passes, too: clocks differ, and users type slowly.
pub fn of(user: &User, secret: &[u8]) -> Result<Totp, TotpError> {
    Builder::new()
        .with_secret(secret.to_vec())
        .with_account_name(&*user.name)
        .with_issuer(Some(ISSUER))
        .build()
}

/// Whether this is a code of the user that has not been used. If so, it is used now.
pub async fn use_code(pool: &SqlitePool, user: &User, code: &str) -> Result<bool, Failure> {
    let Some(secret) = &user.totp_secret else {
        return Ok(false);
    };
    let Some(step) = of(user, secret)?.check_current(code) else {
        return Ok(false);
    };
    // One statement, so that of two requests with the same code only one succeeds (RFC 6238, 5.2).
    let sql = "UPDATE users SET last_totp_step = ?1 WHERE id = ?2 AND last_totp_step < ?1";
    let result = sqlx::query(sql)
        .bind(step as i64)
        .bind(user.id)
        .execute(pool)
        .await?;
    Ok(result.rows_affected() == 1)
}

/// A QR code as an SVG path: part of the page, so no URL serves the secret.
#[derive(Serialize)]
pub struct QrPath {
    /// The width and height.
    size: i32,
    path: String,
}

impl QrPath {
    pub fn new(text: &str) -> Result<Self, Failure> {
        const MARGIN: i32 = 4;
        let code = QrCode::encode_text(text, QrCodeEcc::Medium)?;
        let mut path = String::new();
        for y in 0..code.size() {
            for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
                path.push_str(&format!("M{},{}h1v1h-1z", x + MARGIN, y + MARGIN));
            }
        }
        Ok(Self {
            size: code.size() + 2 * MARGIN,
            path,
        })
    }
}
