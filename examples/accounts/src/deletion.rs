//! The end of an account.

use actix_login::{AuthenticatedUser, LoginManager, flash, fresh_login_required, logout_user};
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
    config.service(delete_page).service(delete);
}

#[get("/account/delete")]
#[fresh_login_required]
async fn delete_page(req: HttpRequest) -> Result<impl Responder> {
    pages::render(&req, "delete.html", context! {}).await
}

#[post("/account/delete")]
#[fresh_login_required]
async fn delete(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    users: Data<Users>,
) -> Result<impl Responder> {
    // The account first: without it, no other login works any more, nor can one begin.
    users.delete(user.id).await?;
    let login_manager = LoginManager::<User>::of(&req)?;
    login_manager.end_all_logins_of(&user.id).await?;
    logout_user(&req).await?;
    flash(&req, "success", "Your account is deleted.");
    Ok(pages::redirect(&req, "/"))
}
