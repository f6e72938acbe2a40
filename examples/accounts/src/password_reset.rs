//! A forgotten password: a mailed link leads to a new one, and ends all logins.

use actix_login::{CurrentUser, LoginManager, flash, logout_user};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result, get, post, rt,
    web::{Data, Form, Query, ServiceConfig},
};
use minijinja::context;
use serde::Deserialize;

use crate::{
    email::Email,
    failure::Failure,
    limits::Limits,
    links::{self, Purpose, Token, TokenQuery},
    mail::Mail,
    pages,
    passwords::{self, Passwords},
    users::{LinkResult, User, Users},
};

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(reset_page)
        .service(reset)
        .service(finish_page)
        .service(finish);
}

#[get("/reset")]
async fn reset_page(req: HttpRequest) -> Result<impl Responder> {
    pages::render(&req, "reset.html", context! {}).await
}

#[derive(Deserialize)]
struct Reset {
    email: String,
}

/// The response is the same for all addresses, and the rest happens after it.
#[post("/reset")]
async fn reset(
    req: HttpRequest,
    form: Form<Reset>,
    users: Data<Users>,
    mail: Data<Mail>,
    limits: Data<Limits>,
) -> Result<HttpResponse> {
    let email = Email::parse(&form.email).unwrap_or_default();
    if let Err(refusal) = limits.send_mail(&req, &email) {
        return pages::too_many(&req, refusal).await;
    }
    rt::spawn(async move {
        let _: Result<(), Failure> = send_link(&users, &mail, &email).await;
    });
    let text = "If this address has an account, we have sent a link there.";
    pages::message(&req, "Look into your mailbox", text).await
}

async fn send_link(users: &Users, mail: &Mail, email: &Email) -> Result<(), Failure> {
    let Some(user) = users.by_email(email).await? else {
        return Ok(());
    };
    let token = links::create(&users.pool, Purpose::ResetPassword, email, Some(user.id)).await?;
    let text = format!(
        "Open this page within 30 minutes to choose a new password:\n{}\nIf you did not ask for it, \
         do nothing.",
        mail.link(Purpose::ResetPassword, &token)
    );
    mail.send(email, "A new password", &text);
    Ok(())
}

#[get("/reset/finish")]
async fn finish_page(
    req: HttpRequest,
    query: Query<TokenQuery>,
    users: Data<Users>,
) -> Result<HttpResponse> {
    let token = &query.token;
    match links::find(&users.pool, Purpose::ResetPassword, token).await? {
        Some(link) => {
            let values = context! { token => token.as_str(), email => link.email };
            pages::render(&req, "finish_reset.html", values).await
        }
        None => pages::invalid_link(&req).await,
    }
}

#[derive(Deserialize)]
struct Finish {
    token: Token,
    password: String,
}

#[post("/reset/finish")]
async fn finish(
    req: HttpRequest,
    form: Form<Finish>,
    users: Data<Users>,
    passwords: Data<Passwords>,
    mail: Data<Mail>,
    // Loads the login of this browser while it still holds: it ends by the logout below, which needs no
    // other message.
    _: CurrentUser<User>,
) -> Result<HttpResponse> {
    let Finish { token, password } = form.into_inner();
    // A hash costs a lot, so it is for owners of a link alone.
    let link = links::find(&users.pool, Purpose::ResetPassword, &token).await?;
    if link.is_none() {
        return pages::invalid_link(&req).await;
    }
    if let Some(objection) = passwords::objection(&password) {
        flash(&req, "error", objection);
        let back = format!("{}?token={}", Purpose::ResetPassword.path(), token.as_str());
        return Ok(pages::redirect(&req, back));
    }
    let hash = passwords.hash(password).await?;
    let LinkResult::Done(user) = users.reset_password(&token, &hash).await? else {
        return pages::invalid_link(&req).await;
    };
    // The new hash has ended all logins. This takes them off the list.
    let login_manager = LoginManager::<User>::of(&req)?;
    login_manager.end_all_logins_of(&user.id).await?;
    // Also the one of this browser, if there is one, before it holds the message.
    logout_user(&req).await?;
    let text = "Your password was reset. If it was not you, reset it again.";
    mail.send(&user.email, "Your password was changed", text);
    flash(
        &req,
        "success",
        "Your password is changed. Please log in with it.",
    );
    Ok(pages::redirect(&req, "/login"))
}
