//! The behaviour of actix-login over HTTP, one module a topic.

mod support;

mod flask_login_cases;
mod login;
mod macros;
