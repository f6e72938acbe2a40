//! The yardstick: actix-session alone, with the id in it read by hand.

use actix_session::{Session, SessionMiddleware, storage::CookieSessionStore};
use actix_web::{
    HttpRequest, Result,
    cookie::Key,
    error::ErrorUnauthorized,
    get, post,
    web::{Data, ServiceConfig},
};

use crate::{Users, greeting};

/// As long as it takes for the cookie to end without padding, as actix-login's does for the first
/// users: reading the padding is four allocations, and says nothing of either.
const USER: &str = "uid";

/// The encrypted cookie that all apps on actix-web keep their sessions in.
pub fn middleware(key: Key) -> SessionMiddleware<CookieSessionStore> {
    SessionMiddleware::builder(CookieSessionStore::default(), key)
        .cookie_secure(false)
        .build()
}

pub fn configure(services: &mut ServiceConfig) {
    services.service(public).service(log_in).service(protected);
}

#[get("/public")]
async fn public() -> &'static str {
    "Hello!"
}

#[post("/login")]
async fn log_in(req: HttpRequest, session: Session, users: Data<Users>) -> Result<&'static str> {
    let user = users.asked_for(req.query_string()).await;
    let user = user.ok_or_else(|| ErrorUnauthorized("no such user"))?;
    session.renew();
    session.insert(USER, user.id)?;
    Ok("Logged in")
}

#[get("/protected")]
async fn protected(session: Session, users: Data<Users>) -> Result<String> {
    if let Some(id) = session.get::<u64>(USER)?
        && let Some(user) = users.find(id).await
    {
        return Ok(greeting(user));
    }
    Err(ErrorUnauthorized("not logged in"))
}
