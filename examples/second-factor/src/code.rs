//! The second factor: the code that completes a pending login.

use actix_login::{LoginError, NextUrl, PendingUser, flash, login_url};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result, get, post,
    web::{Data, Form, ServiceConfig},
};
use minijinja::context;
use serde::Deserialize;

use crate::{
    backup_codes,
    failure::Failure,
    pages, totp,
    users::{User, Users},
};

pub fn routes(config: &mut ServiceConfig) {
    config.service(code_page).service(check);
}

#[get("/login/code")]
async fn code_page(
    req: HttpRequest,
    user: PendingUser<User>,
    next: NextUrl,
) -> Result<impl Responder> {
    let values = context! { name => &user.name, next => next.get() };
    pages::render(&req, "code.html", values).await
}

#[derive(Deserialize)]
struct Code {
    code: String,
    #[serde(default)]
    next: NextUrl,
}

#[post("/login/code")]
async fn check(
    req: HttpRequest,
    user: PendingUser<User>,
    form: Form<Code>,
    users: Data<Users>,
) -> Result<HttpResponse> {
    let Code { code, next } = form.into_inner();
    let mut is_used = false;
    let check = async |user: &User| -> Result<bool, Failure> {
        is_used = use_code(&users, user, &code).await?;
        Ok(is_used)
    };
    let result = user.check_code(&req, check).await;
    if is_used && result.is_err() {
        // A concurrent request has completed this login with another code.
        backup_codes::give_back(&users.pool, &user, &code).await?;
    }
    match result {
        Ok(true) => Ok(pages::redirect(&req, next.unwrap_or("/account"))),
        Ok(false) => {
            flash(&req, "error", "That code is wrong, or was used before.");
            let back = login_url(&req, "/login/code", next.get())?;
            Ok(pages::redirect(&req, back))
        }
        Err(LoginError::TooManyAttempts) => pages::too_many_codes(&req).await,
        Err(error) => Err(error.into()),
    }
}

/// Whether this is an unused code of the authenticator app, or an unused backup code.
async fn use_code(users: &Users, user: &User, code: &str) -> Result<bool, Failure> {
    let code: String = code.split_whitespace().collect();
    if code.len() == 6 {
        totp::use_code(&users.pool, user, &code).await
    } else {
        backup_codes::use_code(&users.pool, user, &code).await
    }
}
