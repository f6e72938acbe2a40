//! The pages on which a user makes and revokes tokens. They need a session: no token makes another one.

use actix_login::{AuthenticatedUser, flash, login_required};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result, get, post,
    web::{Data, Form, ServiceConfig},
};
use minijinja::{context, value::Serde};
use serde::Deserialize;
use sqlx::SqlitePool;

use crate::{pages, tokens, users::User};

pub fn routes(config: &mut ServiceConfig) {
    config.service(tokens_page).service(create).service(revoke);
}

#[get("/tokens")]
#[login_required]
async fn tokens_page(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    pool: Data<SqlitePool>,
) -> Result<impl Responder> {
    let tokens = tokens::list(&pool, user.id).await?;
    pages::render(&req, "tokens.html", context! { tokens => Serde(tokens) }).await
}

#[derive(Deserialize)]
struct NewToken {
    label: String,
}

#[post("/tokens")]
#[login_required]
async fn create(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    form: Form<NewToken>,
    pool: Data<SqlitePool>,
) -> Result<HttpResponse> {
    let label = form.label.trim();
    if !(1..=80).contains(&label.chars().count()) {
        flash(&req, "error", "Please say in 80 characters what it is for.");
        return Ok(pages::redirect(&req, "/tokens"));
    }
    let Some(token) = tokens::create(&pool, user.id, label).await? else {
        flash(&req, "error", "You have too many tokens: revoke one.");
        return Ok(pages::redirect(&req, "/tokens"));
    };
    pages::render(&req, "new_token.html", context! { token }).await
}

#[derive(Deserialize)]
struct Revocation {
    id: i64,
}

#[post("/tokens/revoke")]
#[login_required]
async fn revoke(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    form: Form<Revocation>,
    pool: Data<SqlitePool>,
) -> Result<HttpResponse> {
    tokens::revoke(&pool, user.id, form.id).await?;
    flash(&req, "success", "The token is revoked.");
    Ok(pages::redirect(&req, "/tokens"))
}
