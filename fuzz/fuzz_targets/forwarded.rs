//! Forwarded headers: `login/src/fuzzing/forwarded.rs`.
#![no_main]

actix_login_fuzz::fuzz!(FORWARDED);
