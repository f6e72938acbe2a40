//! What the macros accept, in `forms`, and their error messages for the rest: each file of `misuse/` is
//! compiled alone.
//!
//! After a change of wording: `TRYBUILD=overwrite cargo test -p actix-login-tests --test macros`.

pub mod forms;

use actix_login::UserMixin;

#[test]
fn misuse_is_a_compile_error_that_explains_the_fix() {
    trybuild::TestCases::new().compile_fail("macros/misuse/*.rs");
}

/// If clippy does not report the derived `Hash`, it reports the unfulfilled expectation.
#[test]
fn clippy_reports_a_derived_hash_beside_equality_by_id() {
    #[derive(Clone, Hash, UserMixin)]
    #[user(eq)]
    #[expect(clippy::derived_hash_with_manual_eq)]
    struct User {
        id: u64,
        name: &'static str,
    }
    let (id, name) = (7, "Ada");
    assert!(User { id, name } == User { id, name: "Eve" });
}
