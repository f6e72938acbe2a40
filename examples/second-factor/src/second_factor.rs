//! Setting the second factor up and removing it. All of it needs a fresh login.

use actix_login::{AuthenticatedUser, flash, fresh_login_required, refresh_session_auth};
use actix_web::{
    HttpRequest, HttpResponse, Result, get, post,
    web::{Data, Form, ServiceConfig},
};
use minijinja::{context, value::Serde};
use serde::Deserialize;

use crate::{
    backup_codes::BackupCodes,
    failure::Failure,
    pages,
    totp::{self, QrPath},
    users::{User, Users},
};

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(begin)
        .service(enrolment_page)
        .service(finish)
        .service(new_backup_codes)
        .service(remove);
}

#[post("/second-factor/begin")]
#[fresh_login_required]
async fn begin(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    users: Data<Users>,
) -> Result<HttpResponse> {
    users.begin_enrolment(user.id, &totp::new_secret()).await?;
    Ok(pages::redirect(&req, "/second-factor"))
}

#[get("/second-factor")]
#[fresh_login_required]
async fn enrolment_page(req: HttpRequest, user: AuthenticatedUser<User>) -> Result<HttpResponse> {
    let Some(secret) = &user.new_totp_secret else {
        return Ok(pages::redirect(&req, "/account"));
    };
    let totp = totp::of(&user, secret).map_err(Failure::from)?;
    let url = totp.to_url().map_err(Failure::from)?;
    let qr = QrPath::new(&url)?;
    let values = context! { url, qr => Serde(qr), secret => totp.secret().to_base32() };
    pages::render(&req, "enrolment.html", values).await
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

/// The code proves that the authenticator app has the secret. Without it a user could be locked out.
#[post("/second-factor")]
#[fresh_login_required]
async fn finish(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    form: Form<Code>,
    users: Data<Users>,
) -> Result<HttpResponse> {
    let Some(secret) = &user.new_totp_secret else {
        return Ok(pages::redirect(&req, "/account"));
    };
    let code: String = form.code.split_whitespace().collect();
    let totp = totp::of(&user, secret).map_err(Failure::from)?;
    let Some(step) = totp.check_current(&code) else {
        flash(&req, "error", "That is not the right code.");
        return Ok(pages::redirect(&req, "/second-factor"));
    };
    let codes = BackupCodes::generate()?;
    let Some(changed) = users.finish_enrolment(&user, step, &codes).await? else {
        return Ok(pages::redirect(&req, "/account"));
    };
    // The new second factor ends all logins. This keeps the current one.
    refresh_session_auth(&req, &changed).await?;
    pages::render(&req, "backup_codes.html", context! { codes => codes.0 }).await
}

#[post("/second-factor/backup-codes")]
#[fresh_login_required]
async fn new_backup_codes(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    users: Data<Users>,
) -> Result<HttpResponse> {
    if user.totp_secret.is_none() {
        return Ok(pages::redirect(&req, "/account"));
    }
    let codes = BackupCodes::generate()?;
    codes.replace(&users.pool, user.id).await?;
    pages::render(&req, "backup_codes.html", context! { codes => codes.0 }).await
}

#[post("/second-factor/remove")]
#[fresh_login_required]
async fn remove(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    users: Data<Users>,
) -> Result<HttpResponse> {
    let changed = users.remove_second_factor(user.id).await?;
    refresh_session_auth(&req, &changed).await?;
    flash(&req, "success", "The password is enough again.");
    Ok(pages::redirect(&req, "/account"))
}
