//! Origin headers: `login/src/fuzzing/origin.rs`.
#![no_main]

actix_login_fuzz::fuzz!(ORIGIN);
