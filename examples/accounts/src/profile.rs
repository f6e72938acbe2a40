//! The profile: what the account holds, and a new name.

use actix_login::{AuthenticatedUser, flash, login_required};
use actix_web::{
    HttpRequest, Responder, Result, get, post,
    web::{Data, Form, ServiceConfig},
};
use minijinja::context;
use serde::Deserialize;

use crate::{
    pages,
    users::{User, Users},
};

pub fn routes(config: &mut ServiceConfig) {
    config.service(profile_page).service(rename);
}

#[get("/account")]
#[login_required]
async fn profile_page(req: HttpRequest) -> Result<impl Responder> {
    pages::render(&req, "profile.html", context! {}).await
}

#[derive(Deserialize)]
struct NewName {
    name: String,
}

#[post("/account")]
#[login_required]
async fn rename(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    form: Form<NewName>,
    users: Data<Users>,
) -> Result<impl Responder> {
    let name = form.name.trim();
    match objection(name) {
        Some(objection) => flash(&req, "error", objection),
        None => {
            users.rename(user.id, name).await?;
            flash(&req, "success", "Your name is saved.");
        }
    }
    Ok(pages::redirect(&req, "/account"))
}

/// What is wrong with a name, for its owner.
pub fn objection(name: &str) -> Option<&'static str> {
    match name.chars().count() {
        0 => Some("Please enter a name."),
        1..=80 => None,
        _ => Some("A name has at most 80 characters."),
    }
}
