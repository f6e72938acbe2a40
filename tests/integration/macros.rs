//! What the macros accept and what they say of the rest: `tests/ui/`, compiled one by one.
//!
//! After a change of wording: `TRYBUILD=overwrite cargo test -p actix-login-tests macros`.

use actix_login::UserMixin;

#[test]
fn misuse_is_a_compile_error_that_says_what_to_write() {
    trybuild::TestCases::new().compile_fail("ui/fail/*.rs");
}

#[test]
fn every_supported_form_compiles() {
    trybuild::TestCases::new().pass("ui/pass/*.rs");
}

/// Where clippy says nothing of the derived `Hash`, it says that it was expected to.
#[test]
fn a_derived_hash_beside_equality_by_id_is_reported_by_clippy() {
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
