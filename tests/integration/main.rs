//! The behaviour of actix-login over HTTP, one module a topic.

mod support;

#[cfg(unix)]
mod chromium;
mod flask_login_cases;
mod login;
mod macros;
