//! Active logins: the logins that the server knows of.

mod failing_store;
mod logins;
mod races;
mod redis;
mod remember_cookie;
mod settings;
