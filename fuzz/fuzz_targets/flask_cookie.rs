//! Flask-Login's cookies: `login/src/fuzzing/flask_cookie.rs`.
#![no_main]

actix_login_fuzz::fuzz!(FLASK_COOKIE);
