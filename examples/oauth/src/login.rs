//! Logging in through the provider, and authenticating there again before critical pages.

use actix_login::{
    CurrentUser, LoginOptions, NextUrl, anonymous_required, confirm_login, flash, login_required,
    login_url, login_user_with, logout_user,
};
use actix_session::Session;
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result, get, post,
    web::{Data, Query, ServiceConfig},
};
use minijinja::context;
use serde::Deserialize;

use crate::{
    attempt::{Attempt, Purpose},
    openid::OpenId,
    pages,
    users::{User, Users},
};

/// The key in the session.
const ATTEMPT: &str = "attempt";

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(login_page)
        .service(begin_login)
        .service(confirm_page)
        .service(begin_confirmation)
        .service(callback)
        .service(logout);
}

/// It leads to the provider by a link: a form's redirect to another site would need its address in
/// `form-action`, and the addresses of all further redirects there.
#[get("/login")]
#[anonymous_required("/account")]
async fn login_page(
    req: HttpRequest,
    openid: Data<OpenId>,
    next: NextUrl,
) -> Result<impl Responder> {
    let values = context! {
        begin_url => login_url(&req, "/login/begin", next.get())?,
        provider => openid.host(),
    };
    pages::render(&req, "login.html", values).await
}

#[get("/login/begin")]
#[anonymous_required("/account")]
async fn begin_login(
    req: HttpRequest,
    session: Session,
    openid: Data<OpenId>,
    next: NextUrl,
) -> Result<HttpResponse> {
    begin(&req, &session, &openid, Purpose::Login, next).await
}

#[get("/confirm")]
#[login_required]
async fn confirm_page(
    req: HttpRequest,
    openid: Data<OpenId>,
    next: NextUrl,
) -> Result<impl Responder> {
    let values = context! {
        begin_url => login_url(&req, "/confirm/begin", next.get())?,
        provider => openid.host(),
    };
    pages::render(&req, "confirm.html", values).await
}

#[get("/confirm/begin")]
#[login_required]
async fn begin_confirmation(
    req: HttpRequest,
    session: Session,
    openid: Data<OpenId>,
    next: NextUrl,
) -> Result<HttpResponse> {
    begin(&req, &session, &openid, Purpose::Confirm, next).await
}

async fn begin(
    req: &HttpRequest,
    session: &Session,
    openid: &OpenId,
    purpose: Purpose,
    next: NextUrl,
) -> Result<HttpResponse> {
    let Ok((url, mut attempt)) = openid.begin(purpose).await else {
        let text = "The provider does not answer. Please try again later.";
        return again(req, purpose, &next, text);
    };
    attempt.next = next;
    session.insert(ATTEMPT, attempt)?;
    Ok(pages::redirect(req, url))
}

/// With a code, or with an error.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    state: String,
    code: Option<String>,
}

#[get("/login/callback")]
async fn callback(
    req: HttpRequest,
    session: Session,
    answer: Query<Answer>,
    openid: Data<OpenId>,
    users: Data<Users>,
    current: CurrentUser<User>,
) -> Result<HttpResponse> {
    let Answer { state, code } = answer.into_inner();
    let attempt = session.get::<Attempt>(ATTEMPT).ok().flatten();
    // Another answer, of an older attempt or of another site, leaves the attempt as it is.
    let Some(attempt) = attempt.filter(|attempt| attempt.is_answered_by(&state)) else {
        let text = "This login was not begun in this browser, or too long ago. Please try again.";
        return again(&req, Purpose::Login, &NextUrl::default(), text);
    };
    // Each attempt is answered once. A copy of the cookie still has it; then the provider knows that the
    // code is used.
    session.remove(ATTEMPT);
    let again = |text| again(&req, attempt.purpose, &attempt.next, text);
    let Some(code) = code else {
        return again("You have not logged in at the provider.");
    };
    let Ok(identity) = openid.finish(code, &attempt).await else {
        return again("The provider has not confirmed this login. Please try again.");
    };
    let Some(user) = users.of_identity(&identity).await? else {
        return again("Another account has your e-mail address.");
    };
    let is_fresh = attempt.has_authenticated(&identity);
    let confirms = attempt.purpose == Purpose::Confirm;
    match current.user() {
        Some(current) if confirms && current.id != user.id => {
            return again("That is somebody else. To change the account, log out first.");
        }
        Some(_) if confirms && !is_fresh => {
            return again("The provider has not asked who you are.");
        }
        Some(current) if current.id == user.id => {
            if is_fresh {
                confirm_login(&req).await?;
            }
        }
        // Whoever comes from a session at the provider is logged in, and not fresh. Otherwise a logout and
        // a login would spare a thief at the keyboard the confirmation.
        _ => login_user_with(&req, &user, LoginOptions::new().fresh(is_fresh)).await?,
    }
    Ok(pages::redirect(&req, attempt.next.unwrap_or("/account")))
}

/// Back to the page where the attempt has begun.
fn again(req: &HttpRequest, purpose: Purpose, next: &NextUrl, text: &str) -> Result<HttpResponse> {
    flash(req, "error", text);
    let page = match purpose {
        Purpose::Login => "/login",
        Purpose::Confirm => "/confirm",
    };
    Ok(pages::redirect(req, login_url(req, page, next.get())?))
}

/// A POST: another site can make a browser follow a link, and so send a GET. The session at the provider
/// stays.
#[post("/logout")]
async fn logout(req: HttpRequest) -> Result<HttpResponse> {
    logout_user(&req).await?;
    flash(&req, "message", "You are logged out.");
    Ok(pages::redirect(&req, "/"))
}
