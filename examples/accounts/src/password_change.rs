//! A new password. The guard has asked for the old one, or the user has just logged in with it.

use actix_login::{
    AuthenticatedUser, end_other_logins, flash, fresh_login_required, refresh_session_auth,
};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result, get, post,
    web::{Data, Form, ServiceConfig},
};
use minijinja::context;
use serde::Deserialize;

use crate::{
    mail::Mail,
    pages,
    passwords::{self, Passwords},
    users::{User, Users},
};

pub fn routes(config: &mut ServiceConfig) {
    config.service(change_page).service(change);
}

#[get("/account/password")]
#[fresh_login_required]
async fn change_page(req: HttpRequest) -> Result<impl Responder> {
    pages::render(&req, "change_password.html", context! {}).await
}

#[derive(Deserialize)]
struct NewPassword {
    password: String,
}

#[post("/account/password")]
#[fresh_login_required]
async fn change(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    form: Form<NewPassword>,
    users: Data<Users>,
    passwords: Data<Passwords>,
    mail: Data<Mail>,
) -> Result<HttpResponse> {
    if let Some(objection) = passwords::objection(&form.password) {
        flash(&req, "error", objection);
        return Ok(pages::redirect(&req, "/account/password"));
    }
    let hash = passwords.hash(form.into_inner().password).await?;
    let changed = users.set_password(user.id, &hash).await?;
    // The new hash ends all logins. This keeps the current one, and the list forgets the others.
    refresh_session_auth(&req, &changed).await?;
    end_other_logins(&req).await?;
    let text = "Your password was changed. If it was not you, reset it.";
    mail.send(&user.email, "Your password was changed", text);
    flash(
        &req,
        "success",
        "Your password is changed. All other logins have ended.",
    );
    Ok(pages::redirect(&req, "/account"))
}
