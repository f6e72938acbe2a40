//! The secret, the cookie names and the session middleware that most tests share.

use actix_session::{SessionMiddleware, storage::CookieSessionStore};
use actix_web::cookie::Key;

/// The secret of all managers that need no particular one.
pub const SECRET: [u8; 64] = [7; 64];

/// The name of actix-session's cookie.
pub const SESSION: &str = "id";
/// The name of the remember cookie.
pub const REMEMBER: &str = "remember_token";

/// actix-session's middleware with the cookie store, as most apps have it.
pub fn cookie_session() -> SessionMiddleware<CookieSessionStore> {
    SessionMiddleware::builder(CookieSessionStore::default(), Key::from(&SECRET))
        .cookie_secure(false)
        .build()
}
