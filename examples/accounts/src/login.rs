//! Logging in and out, and authenticating again.

use actix_login::{
    AuthenticatedUser, LoginOptions, NextUrl, anonymous_required, confirm_login, flash,
    login_required, login_url, login_user_with, logout_user,
};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result, get, post,
    web::{Data, Form, ServiceConfig},
};
use minijinja::context;
use serde::Deserialize;

use crate::{
    email::Email,
    limits::Limits,
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
    email: String,
    password: String,
    // A ticked checkbox sends `remember=on`; an empty one sends nothing.
    remember: Option<String>,
    #[serde(default)]
    next: NextUrl,
}

#[post("/login")]
async fn login(
    req: HttpRequest,
    form: Form<Credentials>,
    users: Data<Users>,
    passwords: Data<Passwords>,
    limits: Data<Limits>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    // What is no address belongs to no user, and gets the response of an unknown one.
    let email = Email::parse(&form.email).unwrap_or_default();
    if let Err(refusal) = limits.try_password(&req, &email) {
        return pages::too_many(&req, refusal).await;
    }
    let user = users.by_email(&email).await?;
    if let Some(user) = passwords.check(user, form.password).await? {
        let options = LoginOptions::new().remember(form.remember.is_some());
        login_user_with(&req, &user, options).await?;
        return Ok(pages::redirect(&req, form.next.unwrap_or("/account")));
    }
    flash(
        &req,
        "error",
        "That is not the right e-mail address and password.",
    );
    Ok(pages::redirect(
        &req,
        login_url(&req, "/login", form.next.get())?,
    ))
}

/// A POST: another site can make a browser follow a link, and so send a GET.
#[post("/logout")]
async fn logout(req: HttpRequest) -> Result<HttpResponse> {
    logout_user(&req).await?;
    flash(&req, "message", "You are logged out.");
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

#[post("/confirm")]
#[login_required]
async fn confirm(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    form: Form<Confirmation>,
    passwords: Data<Passwords>,
    limits: Data<Limits>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    // A thief of the session may guess here, too.
    let email = Email::parse(&user.email).unwrap_or_default();
    if let Err(refusal) = limits.try_password(&req, &email) {
        return pages::too_many(&req, refusal).await;
    }
    let user = passwords
        .check(Some(user.into_inner()), form.password)
        .await?;
    if user.is_some() {
        confirm_login(&req).await?;
        return Ok(pages::redirect(&req, form.next.unwrap_or("/account")));
    }
    flash(&req, "error", "That is not the right password.");
    Ok(pages::redirect(
        &req,
        login_url(&req, "/confirm", form.next.get())?,
    ))
}
