//! Sign-up: the address first, and the account once a mailed link has proved it.
//!
//! The page says the same whether or not the address has an account: only its mailbox learns that.

use actix_login::{anonymous_required, flash, login_user};
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
    profile,
    users::{LinkResult, Users},
};

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(sign_up_page)
        .service(sign_up)
        .service(finish_page)
        .service(finish);
}

#[get("/sign-up")]
#[anonymous_required("/account")]
async fn sign_up_page(req: HttpRequest) -> Result<impl Responder> {
    pages::render(&req, "sign_up.html", context! {}).await
}

#[derive(Deserialize)]
struct SignUp {
    email: String,
}

#[post("/sign-up")]
async fn sign_up(
    req: HttpRequest,
    form: Form<SignUp>,
    users: Data<Users>,
    mail: Data<Mail>,
    limits: Data<Limits>,
) -> Result<HttpResponse> {
    let Some(email) = Email::parse(&form.email) else {
        flash(&req, "error", "That is no e-mail address.");
        return Ok(pages::redirect(&req, "/sign-up"));
    };
    if let Err(refusal) = limits.send_mail(&req, &email) {
        return pages::too_many(&req, refusal).await;
    }
    // What depends on the account does not delay the response: its time would tell, too.
    rt::spawn(async move {
        let _: Result<(), Failure> = send_link(&users, &mail, &email).await;
    });
    pages::message(
        &req,
        "Look into your mailbox",
        "We have sent you a link to go on.",
    )
    .await
}

async fn send_link(users: &Users, mail: &Mail, email: &Email) -> Result<(), Failure> {
    if users.by_email(email).await?.is_some() {
        let text = format!(
            "Somebody, perhaps you, wanted to sign up with this address. You have an account \
             already: {}\nIf you have forgotten the password: {}",
            mail.page("/login"),
            mail.page("/reset"),
        );
        mail.send(email, "You have an account", &text);
        return Ok(());
    }
    let token = links::create(&users.pool, Purpose::SignUp, email, None).await?;
    let text = format!(
        "Open this page within 30 minutes to finish your sign-up:\n{}",
        mail.link(Purpose::SignUp, &token)
    );
    mail.send(email, "Welcome", &text);
    Ok(())
}

#[get("/sign-up/finish")]
async fn finish_page(
    req: HttpRequest,
    query: Query<TokenQuery>,
    users: Data<Users>,
) -> Result<HttpResponse> {
    let token = &query.token;
    match links::find(&users.pool, Purpose::SignUp, token).await? {
        Some(link) => {
            let values = context! { token => token.as_str(), email => link.email };
            pages::render(&req, "finish_sign_up.html", values).await
        }
        None => pages::invalid_link(&req).await,
    }
}

#[derive(Deserialize)]
struct Finish {
    token: Token,
    name: String,
    password: String,
}

#[post("/sign-up/finish")]
async fn finish(
    req: HttpRequest,
    form: Form<Finish>,
    users: Data<Users>,
    passwords: Data<Passwords>,
) -> Result<HttpResponse> {
    let Finish {
        token,
        name,
        password,
    } = form.into_inner();
    // A hash costs a lot, so it is for owners of a link alone.
    if links::find(&users.pool, Purpose::SignUp, &token)
        .await?
        .is_none()
    {
        return pages::invalid_link(&req).await;
    }
    let name = name.trim();
    let objection = passwords::objection(&password).or_else(|| profile::objection(name));
    if let Some(objection) = objection {
        flash(&req, "error", objection);
        let back = format!("{}?token={}", Purpose::SignUp.path(), token.as_str());
        return Ok(pages::redirect(&req, back));
    }
    let hash = passwords.hash(password).await?;
    match users.sign_up(&token, name, &hash).await? {
        LinkResult::Done(user) => {
            login_user(&req, &user).await?;
            flash(&req, "success", "Welcome! Your account is ready.");
            Ok(pages::redirect(&req, "/account"))
        }
        LinkResult::EmailTaken | LinkResult::Invalid => pages::invalid_link(&req).await,
    }
}
