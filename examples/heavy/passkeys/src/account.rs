//! The page of the account, with its keys.

use actix_login::{
    AuthenticatedUser, anonymous_required, flash, fresh_login_required, login_required,
};
use actix_web::{
    HttpRequest, Responder, Result, get, post,
    web::{Data, Form, ServiceConfig},
};
use minijinja::{context, value::Serde};
use serde::Deserialize;

use crate::{
    pages,
    users::{User, Users},
};

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(sign_up_page)
        .service(account)
        .service(new_key_page)
        .service(remove_key);
}

#[get("/sign-up")]
#[anonymous_required("/account")]
async fn sign_up_page(req: HttpRequest) -> Result<impl Responder> {
    pages::render(&req, "sign_up.html", context! {}).await
}

#[get("/account")]
#[login_required]
async fn account(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    users: Data<Users>,
) -> Result<impl Responder> {
    let keys = users.keys(&user).await?;
    pages::render(&req, "account.html", context! { keys => Serde(keys) }).await
}

#[get("/account/keys/new")]
#[fresh_login_required]
async fn new_key_page(req: HttpRequest) -> Result<impl Responder> {
    pages::render(&req, "new_key.html", context! {}).await
}

#[derive(Deserialize)]
struct Removed {
    id: String,
}

#[post("/account/keys/remove")]
#[fresh_login_required]
async fn remove_key(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    form: Form<Removed>,
    users: Data<Users>,
) -> Result<impl Responder> {
    match users.remove_key(&user, &form.id).await? {
        true => flash(&req, "success", "The key is removed."),
        false => flash(&req, "error", "The last key stays: it is your only way in."),
    }
    Ok(pages::redirect(&req, "/account"))
}
