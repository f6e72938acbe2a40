//! The page of the account, and its end.

use actix_login::{AuthenticatedUser, flash, fresh_login_required, login_required, logout_user};
use actix_web::{
    HttpRequest, Responder, Result, get, post,
    web::{Data, ServiceConfig},
};
use minijinja::context;

use crate::{
    pages,
    users::{User, Users},
};

pub fn routes(config: &mut ServiceConfig) {
    config.service(account).service(delete_page).service(delete);
}

#[get("/account")]
#[login_required]
async fn account(req: HttpRequest) -> Result<impl Responder> {
    pages::render(&req, "account.html", context! {}).await
}

#[get("/account/delete")]
#[fresh_login_required]
async fn delete_page(req: HttpRequest) -> Result<impl Responder> {
    pages::render(&req, "delete.html", context! {}).await
}

/// In other browsers, the login of a user who is no longer found ends by itself.
#[post("/account/delete")]
#[fresh_login_required]
async fn delete(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    users: Data<Users>,
) -> Result<impl Responder> {
    users.delete(user.id).await?;
    logout_user(&req).await?;
    flash(&req, "success", "Your account is deleted.");
    Ok(pages::redirect(&req, "/"))
}
