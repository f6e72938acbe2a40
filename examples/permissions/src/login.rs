//! Logging users in and out. A real app limits how often a password may be tried: see `accounts`.

use actix_login::{
    LoginError, NextUrl, anonymous_required, flash, login_url, login_user, logout_user,
};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result, get, post,
    web::{Data, Form, ServiceConfig},
};
use minijinja::context;
use serde::Deserialize;

use crate::{pages, passwords::Passwords, users::Users};

pub fn routes(config: &mut ServiceConfig) {
    config.service(login_page).service(login).service(logout);
}

#[get("/login")]
#[anonymous_required("/")]
async fn login_page(req: HttpRequest, next: NextUrl) -> Result<impl Responder> {
    pages::render(&req, "login.html", context! { next => next.get() }).await
}

#[derive(Deserialize)]
pub struct Credentials {
    pub name: String,
    pub password: String,
    #[serde(default)]
    pub next: NextUrl,
}

#[post("/login")]
async fn login(
    req: HttpRequest,
    form: Form<Credentials>,
    users: Data<Users>,
    passwords: Data<Passwords>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let user = users.by_name(&form.name).await?;
    let hash = user.as_ref().map(|user| &*user.password_hash);
    let is_right = passwords.check(hash, form.password).await?;
    let refusal = match user.filter(|_| is_right) {
        Some(user) => match login_user(&req, &user).await {
            Ok(()) => return Ok(pages::redirect(&req, form.next.unwrap_or("/"))),
            Err(LoginError::Inactive) => "Your account is suspended.",
            Err(error) => return Err(error.into()),
        },
        None => "That is not the right name and password.",
    };
    flash(&req, "error", refusal);
    let back = login_url(&req, "/login", form.next.get())?;
    Ok(pages::redirect(&req, back))
}

/// A POST: another site can make a browser follow a link, and so send a GET.
#[post("/logout")]
async fn logout(req: HttpRequest) -> Result<HttpResponse> {
    logout_user(&req).await?;
    Ok(pages::redirect(&req, "/login"))
}
