//! The routes of the recorded app.

use std::{mem, time::Duration};

use actix_login::{
    CurrentUser, FlashedMessages, LoginError, LoginOptions, LoginScope, NextUrl, confirm_login,
    fresh_login_required, login_fresh, login_remembered, login_required, login_user_with,
    logout_user, needs_refresh, unauthorized,
};
use actix_session::Session;
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result, get, route,
    web::{Data, Json, Query, ServiceConfig, scope},
};
use serde::Deserialize;

use super::{Config, Signals, User, Users, all_users};

impl Config {
    pub(super) fn pages(
        &self,
        users: &Users,
        signals: &Signals,
    ) -> impl FnOnce(&mut ServiceConfig) {
        let users = Data::new(users.clone());
        let signals = Data::new(signals.clone());
        let [first, second] = ["first", "second"].map(|name| {
            let scope = LoginScope::new();
            match self.scope_login_views.get(name) {
                Some(view) => scope.login_view(view),
                None => scope,
            }
        });
        move |app| {
            app.app_data(users)
                .app_data(signals)
                .service(plain)
                .service(username)
                .service(who)
                .service(is_fresh)
                .service(is_remembered)
                .service(login_as)
                .service(logout)
                .service(confirm)
                .service(secret)
                .service(needs_refresh_page)
                .service(protected)
                .service(very_protected)
                .service(scope("/first").wrap(first).service(protected))
                .service(scope("/second").wrap(second).service(protected))
                .service(flashes)
                .service(next)
                .service(set)
                .service(get_value)
                .service(take_signals)
                .service(delete)
                .service(deactivate)
                .service(reset)
                .service(login_page)
                .service(reauth_page);
        }
    }
}

/// As Python prints it.
fn python(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

#[get("/plain")]
async fn plain() -> impl Responder {
    "plain"
}

#[get("/username")]
async fn username(user: CurrentUser<User>) -> impl Responder {
    user.user_or_guest()
        .map_or_else(|| "Anonymous".to_owned(), |user| user.name.clone())
}

#[get("/who")]
async fn who(user: CurrentUser<User>) -> impl Responder {
    Json((
        user.is_authenticated(),
        user.is_active(),
        user.is_anonymous(),
        user.get_id(),
    ))
}

#[get("/is-fresh")]
async fn is_fresh(req: HttpRequest, _: CurrentUser<User>) -> Result<impl Responder> {
    Ok(python(login_fresh(&req).await?))
}

#[get("/is-remembered")]
async fn is_remembered(req: HttpRequest, _: CurrentUser<User>) -> Result<impl Responder> {
    Ok(python(login_remembered(&req).await?))
}

#[derive(Deserialize)]
struct LoginAs {
    id: String,
    remember: Option<String>,
    /// In seconds.
    duration: Option<u64>,
    force: Option<String>,
    stale: Option<String>,
}

#[get("/login-as")]
async fn login_as(
    req: HttpRequest,
    query: Query<LoginAs>,
    users: Data<Users>,
) -> Result<impl Responder> {
    let Some(user) = users.get(&query.id) else {
        return Ok("no such user");
    };
    let mut options = LoginOptions::new()
        .remember(query.remember.is_some())
        .force(query.force.is_some())
        .fresh(query.stale.is_none());
    if let Some(seconds) = query.duration {
        options = options.duration(Duration::from_secs(seconds));
    }
    match login_user_with(&req, &user, options).await {
        Err(LoginError::Inactive) => Ok(python(false)),
        logged_in => Ok(logged_in.map(|()| python(true))?),
    }
}

#[get("/logout")]
async fn logout(req: HttpRequest) -> Result<impl Responder> {
    logout_user(&req).await?;
    Ok(python(true))
}

#[get("/confirm-login")]
async fn confirm(req: HttpRequest) -> Result<impl Responder> {
    confirm_login(&req).await?;
    Ok("confirmed")
}

#[route("/secret", method = "GET", method = "POST")]
async fn secret(req: HttpRequest) -> HttpResponse {
    unauthorized(&req).await
}

#[get("/needs-refresh")]
async fn needs_refresh_page(req: HttpRequest) -> HttpResponse {
    needs_refresh(&req).await
}

#[route("/protected", method = "GET", method = "POST", method = "OPTIONS")]
#[login_required]
async fn protected() -> impl Responder {
    "Access Granted"
}

#[route("/very-protected", method = "GET", method = "POST", method = "OPTIONS")]
#[fresh_login_required]
async fn very_protected() -> impl Responder {
    "Access Granted"
}

#[get("/flashes")]
async fn flashes(flashes: FlashedMessages) -> impl Responder {
    let pairs = flashes
        .into_iter()
        .map(|flash| (flash.category, flash.message));
    Json(pairs.collect::<Vec<_>>())
}

#[get("/next")]
async fn next(next: NextUrl) -> impl Responder {
    next.unwrap_or("")
}

/// The app's own session key.
const APP_KEY: &str = "v";

#[derive(Deserialize)]
struct Value {
    v: String,
}

#[get("/set")]
async fn set(query: Query<Value>, session: Session) -> Result<impl Responder> {
    session.insert(APP_KEY, &query.v)?;
    Ok("set")
}

#[get("/get")]
async fn get_value(_: CurrentUser<User>, session: Session) -> Result<impl Responder> {
    let value = session.get::<String>(APP_KEY)?;
    Ok(value.unwrap_or_else(|| "-".to_owned()))
}

#[get("/signals")]
async fn take_signals(signals: Data<Signals>) -> impl Responder {
    Json(mem::take(&mut *signals.0.lock().unwrap()))
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

#[get("/users/delete")]
async fn delete(query: Query<Id>, users: Data<Users>) -> impl Responder {
    users.0.write().unwrap().remove(&query.id);
    "ok"
}

#[get("/users/deactivate")]
async fn deactivate(query: Query<Id>, users: Data<Users>) -> impl Responder {
    if let Some(user) = users.0.write().unwrap().get_mut(&query.id) {
        user.active = false;
    }
    "ok"
}

#[get("/reset")]
async fn reset(users: Data<Users>) -> impl Responder {
    *users.0.write().unwrap() = all_users();
    "ok"
}

#[get("/login", name = "login_page")]
async fn login_page() -> impl Responder {
    "login page"
}

#[get("/reauth")]
async fn reauth_page() -> impl Responder {
    "reauth page"
}
