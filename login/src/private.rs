//! What the attributes and the derive expand to. It is not for use by hand.

pub use std::borrow::Cow;

pub use actix_web::{FromRequest, HttpResponse};

pub use crate::guard::{
    handler::{RawRequest, guarded, unreached},
    rule::{
        Guard, Nearest, Of, anonymous_required, anonymous_required_of, fresh_login_required,
        fresh_login_required_of, login_required, login_required_of,
    },
};
use crate::user::AuthHashSource;

/// The bytes of a `#[user(session_auth_hash)]` field.
pub fn auth_hash<T: AuthHashSource + ?Sized>(value: &T) -> Option<Cow<'_, [u8]>> {
    value.auth_hash()
}
