//! Signing up, and the page of the account, with the logins at all machines.

use actix_login::{
    active_logins, anonymous_required, client_address, end_other_logins, flash,
    fresh_login_required, login_required, login_user,
};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result, get, post,
    web::{Data, Form, ServiceConfig},
};
use minijinja::{context, value::Serde};
use serde::Deserialize;

use crate::{
    pages,
    passwords::{self, Passwords},
    users::Users,
};

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(account)
        .service(end_others)
        .service(sign_up_page)
        .service(sign_up);
}

#[get("/account")]
#[login_required]
async fn account(req: HttpRequest) -> Result<impl Responder> {
    let values = context! {
        logins => Serde(active_logins(&req).await?),
        address => client_address(&req).map(|address| address.to_string()),
    };
    pages::render(&req, "account.html", values).await
}

#[post("/account/end-others")]
#[fresh_login_required]
async fn end_others(req: HttpRequest) -> Result<impl Responder> {
    end_other_logins(&req).await?;
    flash(&req, "success", "All other logins have ended.");
    Ok(pages::redirect(&req, "/account"))
}

#[get("/sign-up")]
#[anonymous_required("/account")]
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
    users: Data<Users>,
    passwords: Data<Passwords>,
) -> Result<HttpResponse> {
    let SignUp { name, password } = form.into_inner();
    let objection = objection(&name).or_else(|| passwords::objection(&password));
    if let Some(objection) = objection {
        flash(&req, "error", objection);
        return Ok(pages::redirect(&req, "/sign-up"));
    }
    let hash = passwords.hash(password).await?;
    let Some(user) = users.create(&name, &hash).await? else {
        flash(&req, "error", "That name is taken.");
        return Ok(pages::redirect(&req, "/sign-up"));
    };
    login_user(&req, &user).await?;
    Ok(pages::redirect(&req, "/account"))
}

/// What is wrong with a name, for its owner.
fn objection(name: &str) -> Option<&'static str> {
    let fits = (1..=40).contains(&name.len());
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (!fits || !is_plain).then_some("A name has up to 40 letters (a to z) and digits.")
}
