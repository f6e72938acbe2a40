//! The behaviour of actix-login over HTTP, one module a topic.

mod logs;
mod pages;
mod store;
mod support;

#[cfg(unix)]
mod chromium;
mod flask_login_cases;
mod guarded_handlers;
mod guards;
mod headers;
mod loading;
mod login;
mod macros;
mod misuse;
mod scopes;
mod session_content;
mod two_managers;
