//! Signing up, logging in and out: for the pages.

use actix_login::{NextUrl, anonymous_required, flash, login_url, login_user, logout_user};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result, get, post,
    web::{Data, Form, ServiceConfig},
};
use minijinja::context;
use serde::Deserialize;
use sqlx::SqlitePool;

use crate::{
    pages,
    passwords::{self, Passwords},
    users,
};

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(sign_up_page)
        .service(sign_up)
        .service(login_page)
        .service(login)
        .service(logout);
}

#[get("/sign-up")]
#[anonymous_required("/")]
async fn sign_up_page(req: HttpRequest) -> Result<impl Responder> {
    pages::render(&req, "sign_up.html", context! {}).await
}

#[derive(Deserialize)]
struct SignUp {
    name: String,
    password: String,
}

#[post("/sign-up")]
async fn sign_up(
    req: HttpRequest,
    form: Form<SignUp>,
    pool: Data<SqlitePool>,
    passwords: Data<Passwords>,
) -> Result<HttpResponse> {
    let SignUp { name, password } = form.into_inner();
    let objection = objection(&name).or_else(|| passwords::objection(&password));
    if let Some(objection) = objection {
        flash(&req, "error", objection);
        return Ok(pages::redirect(&req, "/sign-up"));
    }
    let hash = passwords.hash(password).await?;
    let Some(user) = users::create(&pool, &name, &hash).await? else {
        flash(&req, "error", "That name is taken.");
        return Ok(pages::redirect(&req, "/sign-up"));
    };
    login_user(&req, &user).await?;
    Ok(pages::redirect(&req, "/"))
}

#[get("/login")]
#[anonymous_required("/")]
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

/// A real app limits how often a password may be tried, as the example `accounts` does.
#[post("/login")]
async fn login(
    req: HttpRequest,
    form: Form<Credentials>,
    pool: Data<SqlitePool>,
    passwords: Data<Passwords>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let user = users::by_name(&pool, &form.name).await?;
    if let Some(user) = passwords.check(user, form.password).await? {
        login_user(&req, &user).await?;
        return Ok(pages::redirect(&req, form.next.unwrap_or("/")));
    }
    flash(&req, "error", "That is not the right name and password.");
    let back = login_url(&req, "/login", form.next.get())?;
    Ok(pages::redirect(&req, back))
}

/// A POST: another site can make a browser follow a link, and so send a GET.
#[post("/logout")]
async fn logout(req: HttpRequest) -> Result<HttpResponse> {
    logout_user(&req).await?;
    Ok(pages::redirect(&req, "/"))
}

/// What is wrong with a name, for its owner. Without a colon it fits into Basic.
fn objection(name: &str) -> Option<&'static str> {
    let fits = (1..=40).contains(&name.len());
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (!fits || !is_plain).then_some("A name has up to 40 letters (a to z) and digits.")
}
