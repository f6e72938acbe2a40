//! Where the user is logged in. Ending a login needs a fresh one, and so does the page: after a refused
//! POST, the browser comes back with a GET.

use actix_login::{
    LoginError, LoginId, active_logins, end_login, end_other_logins, flash, fresh_login_required,
};
use actix_web::{
    HttpRequest, Responder, Result, get, post,
    web::{Form, ServiceConfig},
};
use minijinja::{context, value::Serde};
use serde::Deserialize;

use crate::pages;

pub fn routes(config: &mut ServiceConfig) {
    config.service(logins_page).service(end).service(end_others);
}

#[get("/account/logins")]
#[fresh_login_required]
async fn logins_page(req: HttpRequest) -> Result<impl Responder> {
    let logins = active_logins(&req).await?;
    pages::render(&req, "logins.html", context! { logins => Serde(logins) }).await
}

#[derive(Deserialize)]
struct Ended {
    id: LoginId,
}

#[post("/account/logins/end")]
#[fresh_login_required]
async fn end(req: HttpRequest, form: Form<Ended>) -> Result<impl Responder> {
    match end_login(&req, form.id).await {
        // It may have ended on its own.
        Ok(()) | Err(LoginError::NoSuchLogin) => {}
        Err(error) => return Err(error.into()),
    }
    flash(&req, "success", "The login has ended.");
    Ok(pages::redirect(&req, "/account/logins"))
}

#[post("/account/logins/end-others")]
#[fresh_login_required]
async fn end_others(req: HttpRequest) -> Result<impl Responder> {
    end_other_logins(&req).await?;
    flash(&req, "success", "All other logins have ended.");
    Ok(pages::redirect(&req, "/account/logins"))
}
