//! An API beside pages: the same handlers in an API scope and outside of it.

use actix_login::{
    AuthenticatedUser, Authorization, CurrentUser, LoginManager, LoginManagerBuilder, LoginOptions,
    LoginScope, LoginSource, RememberCookie, confirm_login, flash, fresh_login_required,
    login_required, login_source, login_user_with,
};
use actix_session::Session;
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result,
    web::{self, Json, ServiceConfig},
};
use serde_json::json;

use crate::{
    serve,
    support::{
        Browser, Response, SECRET, TestApp, cookie_session,
        pages::{User, load, pages},
    },
};

async fn source(user: CurrentUser<User>, req: HttpRequest) -> Result<impl Responder> {
    let source = login_source(&req).await?;
    assert_eq!(user.source(), source);
    let text = match source {
        Some(LoginSource::Session) => "session",
        Some(LoginSource::RememberCookie) => "remember cookie",
        Some(LoginSource::Request) => "request",
        _ => "nobody",
    };
    Ok(format!(
        "{text} {:?} fresh: {}",
        user.get_id(),
        user.is_fresh()
    ))
}

async fn write(req: HttpRequest, session: Session) -> Result<impl Responder> {
    session.insert("cart", "melon")?;
    flash(&req, "info", "written");
    Ok("written")
}

#[login_required]
async fn guarded(user: AuthenticatedUser<User>) -> impl Responder {
    Json(json!({ "id": user.id }))
}

#[fresh_login_required]
async fn fresh() -> impl Responder {
    "fresh"
}

#[login_required(check = is_first)]
async fn for_the_first() -> impl Responder {
    "for the first"
}

fn is_first(user: &User) -> bool {
    user.id == 1
}

async fn confirm(req: HttpRequest) -> Result<impl Responder> {
    confirm_login(&req).await?;
    Ok("confirmed")
}

async fn remember(req: HttpRequest) -> Result<impl Responder> {
    let options = LoginOptions::new().remember(true);
    login_user_with(&req, &User::from(1), options).await?;
    Ok("logged in")
}

/// The same handlers in an API scope and beside it.
fn handlers(config: &mut ServiceConfig) {
    config
        .route("/source", web::get().to(source))
        .route("/write", web::post().to(write))
        .route("/guarded", web::get().to(guarded))
        .route("/fresh", web::get().to(fresh))
        .route("/first", web::get().to(for_the_first))
        .route("/confirm", web::post().to(confirm));
}

pub fn api_and_pages(config: &mut ServiceConfig) {
    let scope = LoginScope::new()
        .login_required()
        .unauthorized_handler(async |_: &HttpRequest| {
            HttpResponse::Unauthorized().json(json!({ "error": "log in first" }))
        });
    config
        .configure(pages::<User>)
        .route("/remember", web::post().to(remember))
        .service(web::scope("/api").configure(handlers).wrap(scope))
        .configure(handlers);
}

/// The user of a `Bearer` token: `key-` and the id.
pub fn by_bearer(value: &str) -> Option<User> {
    match Authorization::parse(value)? {
        Authorization::Bearer(token) => load(token.strip_prefix("key-")?.parse().ok()?),
        _ => None,
    }
}

type Builder = LoginManagerBuilder<User>;

pub fn builder() -> Builder {
    LoginManager::<User>::builder(SECRET)
        .user_loader(async |id: u64| load(id))
        .login_view("/login")
        .refresh_view("/refresh")
        .remember_cookie(RememberCookie::new().secure(false))
}

pub fn api() -> Builder {
    builder().request_loader(async |req: &HttpRequest| {
        by_bearer(req.headers().get("Authorization")?.to_str().ok()?)
    })
}

pub fn app(builder: Builder) -> TestApp {
    let manager = builder.build().unwrap();
    serve!(api_and_pages, manager.clone(), cookie_session())
}

pub fn send(browser: &mut Browser, method: &str, page: &str, authorization: &str) -> Response {
    browser
        .request(method, page)
        .header("Authorization", authorization)
        .send()
}

pub fn ask(browser: &mut Browser, page: &str, authorization: &str) -> String {
    send(browser, "GET", page, authorization).body
}

/// The user for the `Basic` example of RFC 7617, or for a `Bearer` token.
pub async fn by_password(value: &str) -> Option<User> {
    match Authorization::parse(value)? {
        Authorization::Basic { user, password } => {
            (user == "Aladdin" && password == "open sesame").then(|| User::from(7))
        }
        Authorization::Bearer(token) => (token == "lamp").then(|| User::from(8)),
        _ => None,
    }
}
