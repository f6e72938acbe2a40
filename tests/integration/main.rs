//! The behaviour of actix-login over HTTP, one module a topic.

mod logs;
mod pages;
mod quickstart;
mod site;
mod store;
mod support;

mod active_logins;
mod active_redis;
mod api_scope;
mod auth_hash;
#[cfg(unix)]
mod chromium;
mod deadlines;
mod events;
mod flashes;
mod flask_cookies;
mod flask_login_cases;
mod flask_login_docs;
mod freshness;
mod guarded_handlers;
mod guards;
mod guests;
mod headers;
mod kept_requests;
mod loading;
mod login;
mod macros;
mod misuse;
mod open_redirects;
mod overlap;
mod properties;
mod protection;
mod redirects;
mod remember;
mod remember_refresh;
mod remember_refused;
mod rotation;
mod safe_redirect_property;
mod safe_redirects;
mod scopes;
mod session_content;
mod templates;
mod test_client;
mod two_managers;
