//! A new e-mail address: the account gets it once a link that was mailed there is opened.

use actix_login::{AuthenticatedUser, flash, fresh_login_required};
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
    links::{self, Purpose, TokenQuery},
    mail::Mail,
    pages,
    users::{LinkResult, User, Users},
};

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(change_page)
        .service(change)
        .service(finish_page)
        .service(finish);
}

#[get("/account/email")]
#[fresh_login_required]
async fn change_page(req: HttpRequest) -> Result<impl Responder> {
    pages::render(&req, "change_email.html", context! {}).await
}

#[derive(Deserialize)]
struct NewEmail {
    email: String,
}

#[post("/account/email")]
#[fresh_login_required]
async fn change(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    form: Form<NewEmail>,
    users: Data<Users>,
    mail: Data<Mail>,
    limits: Data<Limits>,
) -> Result<HttpResponse> {
    let Some(email) = Email::parse(&form.email) else {
        flash(&req, "error", "That is no e-mail address.");
        return Ok(pages::redirect(&req, "/account/email"));
    };
    if let Err(refusal) = limits.send_mail(&req, &email) {
        return pages::too_many(&req, refusal).await;
    }
    // As in the sign-up, the response does not tell whether the address has an account.
    let id = user.id;
    rt::spawn(async move {
        let _: Result<(), Failure> = send_link(&users, &mail, &email, id).await;
    });
    let text = "We have sent a link to the new address. Until you open it, the old one stays.";
    pages::message(&req, "Look into your mailbox", text).await
}

async fn send_link(users: &Users, mail: &Mail, email: &Email, id: i64) -> Result<(), Failure> {
    if users.by_email(email).await?.is_some() {
        let text = "Somebody, perhaps you, wanted to use this address for another account. It has \
                    one already, so nothing was changed.";
        mail.send(email, "You have an account", text);
        return Ok(());
    }
    let token = links::create(&users.pool, Purpose::ChangeEmail, email, Some(id)).await?;
    let text = format!(
        "Open this page within 30 minutes to use this address for your account:\n{}",
        mail.link(Purpose::ChangeEmail, &token)
    );
    mail.send(email, "Your new address", &text);
    Ok(())
}

#[get("/account/email/finish")]
#[fresh_login_required]
async fn finish_page(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    query: Query<TokenQuery>,
    users: Data<Users>,
) -> Result<HttpResponse> {
    let token = &query.token;
    let link = links::find(&users.pool, Purpose::ChangeEmail, token).await?;
    match link.filter(|link| link.user_id == Some(user.id)) {
        Some(link) => {
            let values = context! { token => token.as_str(), email => link.email };
            pages::render(&req, "finish_email.html", values).await
        }
        None => pages::invalid_link(&req).await,
    }
}

#[post("/account/email/finish")]
#[fresh_login_required]
async fn finish(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    form: Form<TokenQuery>,
    users: Data<Users>,
    mail: Data<Mail>,
) -> Result<HttpResponse> {
    match users.change_email(user.id, &form.token).await? {
        LinkResult::Done(changed) => {
            let text = format!("The address of your account is now {}.", changed.email);
            mail.send(&user.email, "Your address was changed", &text);
            flash(&req, "success", "Your e-mail address is changed.");
            Ok(pages::redirect(&req, "/account"))
        }
        LinkResult::EmailTaken | LinkResult::Invalid => pages::invalid_link(&req).await,
    }
}
