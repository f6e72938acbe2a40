//! The remember cookie.

mod cookie;
mod flask_cookies;
mod key_rotation;
mod refresh;
mod refused;
mod scopes;
