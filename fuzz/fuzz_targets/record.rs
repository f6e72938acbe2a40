//! Session records: `login/src/fuzzing/record.rs`.
#![no_main]

actix_login_fuzz::fuzz!(RECORD);
