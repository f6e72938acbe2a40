//! What the macros accept and what they say of the rest: `tests/ui/`, compiled one by one.
//!
//! After a change of wording: `TRYBUILD=overwrite cargo test -p actix-login-tests macros`.

#[test]
fn misuse_is_a_compile_error_that_says_what_to_write() {
    trybuild::TestCases::new().compile_fail("ui/fail/*.rs");
}

#[test]
fn every_supported_form_compiles() {
    trybuild::TestCases::new().pass("ui/pass/*.rs");
}
