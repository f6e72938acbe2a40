//! Where refused requests are redirected: the views, the `next` they get, and which host is
//! trusted.

mod circles;
mod computed_views;
mod hosts;
mod next;
mod page_after_login;
mod scripts;
mod views;

use actix_login::{
    LoginManagerBuilder, LoginOptions, fresh_login_required, login_required, login_user_with,
};
use actix_web::{
    HttpRequest, Responder, Result,
    web::{self, ServiceConfig},
};

use crate::{
    serve,
    support::{
        Response, TestApp, cookie_session,
        pages::{User, builder, pages},
    },
};

async fn page() -> impl Responder {
    "page"
}

#[login_required]
async fn guarded() -> impl Responder {
    "guarded"
}

#[fresh_login_required]
async fn fresh() -> impl Responder {
    "fresh"
}

async fn stale_login(req: HttpRequest) -> Result<impl Responder> {
    login_user_with(&req, &User::from(1), LoginOptions::new().fresh(false)).await?;
    Ok("logged in")
}

/// All paths but those of the login pages are guarded.
fn guarded_pages(config: &mut ServiceConfig) {
    let sign_in = web::resource("/sign-in").name("users.login").get(page);
    let reauthenticate = web::resource("/reauthenticate")
        .name("accounts.reauthenticate")
        .get(page);
    config
        .configure(pages::<User>)
        .service(web::scope("/accounts").service((sign_in, reauthenticate)))
        .route("/stale-login", web::post().to(stale_login))
        .route("/fresh", web::get().to(fresh))
        .external_resource("sso", "https://accounts.example/login")
        .default_service(web::to(guarded));
}

type Builder = LoginManagerBuilder<User>;

fn app(change: impl FnOnce(Builder) -> Builder) -> TestApp {
    let manager = change(builder()).build().unwrap();
    serve!(guarded_pages, manager.clone(), cookie_session())
}

/// Where an anonymous request for `target` is redirected.
fn sent_to(app: &TestApp, target: &str) -> String {
    location(&app.browser().get(target))
}

fn location(response: &Response) -> String {
    assert_eq!(response.status, 302, "{response:?}");
    response.location().unwrap().to_owned()
}

/// Where a request with a stale login is redirected.
fn sent_to_refresh(app: &TestApp) -> String {
    let mut browser = app.browser();
    browser.post("/stale-login", "");
    location(&browser.get("/fresh?x=1"))
}

fn origin(app: &TestApp) -> String {
    format!("http://{}", app.address())
}

/// Encoded as in a query.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
