//! The URL to return to: `login/src/fuzzing/next.rs`.
#![no_main]

actix_login_fuzz::fuzz!(NEXT);
