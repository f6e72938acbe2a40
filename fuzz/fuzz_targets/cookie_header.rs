//! Cookie headers: `login/src/fuzzing/cookie_header.rs`.
#![no_main]

actix_login_fuzz::fuzz!(COOKIE_HEADER);
