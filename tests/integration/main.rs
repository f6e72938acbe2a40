//! The behaviour of actix-login over HTTP: a folder per concept, as in `login/src`, and a module per
//! topic.

mod support;

mod active;
mod api;
#[cfg(unix)]
mod chromium;
mod flask_login;
mod guard;
mod middleware;
mod pages;
mod remember;
mod resolve;
mod session;
mod test_client;
