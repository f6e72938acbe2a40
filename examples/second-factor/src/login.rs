//! The first factor: logging in with the password, and showing it again before critical pages.

use actix_login::{
    AuthenticatedUser, LoginError, LoginOptions, NextUrl, anonymous_required, begin_login,
    confirm_login, flash, login_required, login_url, login_user_with, logout_user,
};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result, get, post,
    web::{Data, Form, ServiceConfig},
};
use minijinja::context;
use serde::Deserialize;

use crate::{
    pages,
    passwords::Passwords,
    users::{User, Users},
};

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(login_page)
        .service(login)
        .service(logout)
        .service(confirm_page)
        .service(confirm);
}

#[get("/login")]
#[anonymous_required("/account")]
async fn login_page(req: HttpRequest, next: NextUrl) -> Result<impl Responder> {
    pages::render(&req, "login.html", context! { next => next.get() }).await
}

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
    // A ticked checkbox sends `remember=on`; an empty one sends nothing.
    remember: Option<String>,
    #[serde(default)]
    next: NextUrl,
}

/// A real app limits how often a password may be tried, as the example `accounts` does.
#[post("/login")]
async fn login(
    req: HttpRequest,
    form: Form<Credentials>,
    users: Data<Users>,
    passwords: Data<Passwords>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let user = users.by_name(&form.name).await?;
    let Some(user) = passwords.check(user, form.password).await? else {
        flash(&req, "error", "That is not the right name and password.");
        let back = login_url(&req, "/login", form.next.get())?;
        return Ok(pages::redirect(&req, back));
    };
    let options = LoginOptions::new().remember(form.remember.is_some());
    if user.totp_secret.is_some() {
        return ask_for_code(&req, &user, options, &form.next).await;
    }
    login_user_with(&req, &user, options).await?;
    Ok(pages::redirect(&req, form.next.unwrap_or("/account")))
}

/// The password was right, and the code is due. The user is not logged in yet.
async fn ask_for_code(
    req: &HttpRequest,
    user: &User,
    options: LoginOptions,
    next: &NextUrl,
) -> Result<HttpResponse> {
    match begin_login(req, user, options).await {
        Ok(()) => {
            let page = login_url(req, "/login/code", next.get())?;
            Ok(pages::redirect(req, page))
        }
        Err(LoginError::TooManyAttempts) => pages::too_many_codes(req).await,
        Err(error) => Err(error.into()),
    }
}

/// A POST: another site can make a browser follow a link, and so send a GET. It ends a pending login,
/// too.
#[post("/logout")]
async fn logout(req: HttpRequest) -> Result<HttpResponse> {
    logout_user(&req).await?;
    Ok(pages::redirect(&req, "/"))
}

#[get("/confirm")]
#[login_required]
async fn confirm_page(req: HttpRequest, next: NextUrl) -> Result<impl Responder> {
    pages::render(&req, "confirm.html", context! { next => next.get() }).await
}

#[derive(Deserialize)]
struct Confirmation {
    password: String,
    #[serde(default)]
    next: NextUrl,
}

/// Whoever has a second factor shows both: a pending login beside the current one.
#[post("/confirm")]
#[login_required]
async fn confirm(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    form: Form<Confirmation>,
    passwords: Data<Passwords>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let user = Some(user.into_inner());
    let Some(user) = passwords.check(user, form.password).await? else {
        flash(&req, "error", "That is not the right password.");
        let back = login_url(&req, "/confirm", form.next.get())?;
        return Ok(pages::redirect(&req, back));
    };
    if user.totp_secret.is_some() {
        return ask_for_code(&req, &user, LoginOptions::new(), &form.next).await;
    }
    confirm_login(&req).await?;
    Ok(pages::redirect(&req, form.next.unwrap_or("/account")))
}
