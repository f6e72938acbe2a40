//! The same app with actix-login, by its defaults.

use actix_login::{
    AuthenticatedUser, ConfigError, LoginManager, LoginManagerBuilder, LoginOptions,
    login_required, login_user_with,
};
use actix_web::{
    HttpRequest, Result,
    cookie::Key,
    error::ErrorUnauthorized,
    get, post,
    web::{Data, ServiceConfig},
};

use crate::{User, Users, greeting};

/// The manager to wrap around the app, next to the session's middleware.
pub fn manager(key: &Key, users: &Data<Users>) -> Result<LoginManager<User>, ConfigError> {
    builder(key, users).build()
}

/// The manager before it is built.
pub fn builder(key: &Key, users: &Data<Users>) -> LoginManagerBuilder<User> {
    let users = users.clone();
    LoginManager::builder(key.master())
        .shared_user_loader(async move |id: u64| users.find(id).await.cloned())
        .login_view("/login")
}

pub fn configure(services: &mut ServiceConfig) {
    services.service(public).service(log_in).service(protected);
}

/// The same without a guard: the extractor alone asks for the user.
pub fn configure_unguarded(services: &mut ServiceConfig) {
    services.service(log_in).service(unguarded);
}

#[get("/public")]
async fn public() -> &'static str {
    "Hello!"
}

#[post("/login")]
async fn log_in(req: HttpRequest, users: Data<Users>) -> Result<&'static str> {
    let user = users.asked_for(req.query_string()).await;
    let user = user.ok_or_else(|| ErrorUnauthorized("no such user"))?;
    let remember = req.query_string().ends_with("remember");
    login_user_with(&req, &**user, LoginOptions::new().remember(remember)).await?;
    Ok("Logged in")
}

#[get("/protected")]
#[login_required]
async fn protected(user: AuthenticatedUser<User>) -> String {
    greeting(&user)
}

#[get("/protected")]
async fn unguarded(user: AuthenticatedUser<User>) -> String {
    greeting(&user)
}
