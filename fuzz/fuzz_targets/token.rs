//! Remember tokens: `login/src/fuzzing/token.rs`.
#![no_main]

actix_login_fuzz::fuzz!(TOKEN);
