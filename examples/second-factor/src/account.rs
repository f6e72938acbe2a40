//! Signing up, and the page of the account.

use actix_login::{AuthenticatedUser, anonymous_required, flash, login_required, login_user};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result, get, post,
    web::{Data, Form, ServiceConfig},
};
use minijinja::context;
use serde::Deserialize;

use crate::{
    backup_codes, pages,
    passwords::{self, Passwords},
    users::{User, Users},
};

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(account)
        .service(sign_up_page)
        .service(sign_up);
}

#[get("/account")]
#[login_required]
async fn account(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    users: Data<Users>,
) -> Result<impl Responder> {
    let values = context! {
        has_second_factor => user.totp_secret.is_some(),
        backup_codes => backup_codes::count(&users.pool, &user).await?,
    };
    pages::render(&req, "account.html", values).await
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
