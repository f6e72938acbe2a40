//! Logging in and out, and showing the password again before other logins are ended.

use actix_login::{
    AuthenticatedUser, NextUrl, anonymous_required, confirm_login, flash, login_required,
    login_url, login_user, logout_user,
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
    #[serde(default)]
    next: NextUrl,
}

/// A real app limits how often a password may be tried, as the example `accounts` does; on several
/// machines with a count that they share.
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
    login_user(&req, &user).await?;
    Ok(pages::redirect(&req, form.next.unwrap_or("/account")))
}

/// A POST: another site can make a browser follow a link, and so send a GET.
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
    if passwords.check(user, form.password).await?.is_none() {
        flash(&req, "error", "That is not the right password.");
        let back = login_url(&req, "/confirm", form.next.get())?;
        return Ok(pages::redirect(&req, back));
    }
    confirm_login(&req).await?;
    Ok(pages::redirect(&req, form.next.unwrap_or("/account")))
}
