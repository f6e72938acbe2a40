//! Login and user-session management for actix-web.

#![cfg_attr(docsrs, feature(doc_cfg))]

// The derive and the attributes name this crate by its own name, also in its own tests.
extern crate self as actix_login;

mod authorization;
mod builder;
pub mod config;
mod context;
mod current_user;
mod encoding;
mod error;
mod events;
mod flash;
mod flask_cookie;
mod guard;
mod identifier;
mod keys;
mod loader;
mod login;
mod manager;
mod middleware;
mod record;
mod redirect;
mod refusal;
mod remember;
mod remember_cookie;
mod resolve;
mod scope;
mod session;
mod settings;
mod token;
mod user;
mod view;

pub use self::{
    authorization::Authorization,
    builder::LoginManagerBuilder,
    config::SESSION_KEYS,
    context::LoginSource,
    current_user::{AuthenticatedUser, CurrentUser},
    error::{ConfigError, LoginError},
    events::LoginEvent,
    flash::{Flash, FlashedMessages, flash},
    flask_cookie::{decode_cookie, encode_cookie},
    guard::Check,
    identifier::SessionProtection,
    loader::{HeaderLoader, LoaderAnswer, RequestLoader, UserLoader},
    login::{
        LoginOptions, confirm_login, login_fresh, login_remembered, login_source, login_user,
        login_user_with, logout_user, refresh_session_auth,
    },
    manager::LoginManager,
    redirect::{Next, is_safe_redirect},
    refusal::{needs_refresh, unauthorized},
    remember_cookie::RememberCookie,
    scope::LoginScope,
    user::UserMixin,
    view::{login_url, login_url_with_field, make_next_param},
};

pub use actix_login_macros::{UserMixin, anonymous_required, fresh_login_required, login_required};

/// What the attributes and the derive expand to. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use std::borrow::Cow;

    pub use actix_web::{FromRequest, HttpRequest, HttpResponse, web::Payload};

    pub use crate::{
        guard::{
            Guard, Nearest, Of, anonymous_required, anonymous_required_of, fresh_login_required,
            fresh_login_required_of, guarded, login_required, login_required_of,
        },
        user::AuthHashSource,
    };

    /// The bytes of a `#[user(session_auth_hash)]` field.
    pub fn auth_hash<T: AuthHashSource + ?Sized>(value: &T) -> Option<Cow<'_, [u8]>> {
        value.auth_hash()
    }
}
