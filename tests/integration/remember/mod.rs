//! The remember cookie.

mod cookie;
mod flask_cookies;
mod flask_logins;
mod key_rotation;
mod refresh;
mod refused;
mod scopes;
