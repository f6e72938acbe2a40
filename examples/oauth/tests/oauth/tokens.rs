//! ID tokens that are not for this login, or not of the provider.

use serde_json::{Value, json};

use crate::{
    app::App,
    fake_provider::{FakeProvider, come_back, now, signed},
};

#[test]
fn a_good_token_logs_its_subject_in() {
    let provider = FakeProvider::start();
    let app = App::with_provider(&provider);
    let mut visitor = app.visitor();
    let question = visitor.question("/login/begin");
    let claims = provider.claims(&question, "7");
    let redirect = provider.answer(&mut visitor.app, &question, claims);
    assert_eq!(redirect.location(), Some("/account"));
    assert!(visitor.is_logged_in());
}

#[test]
fn a_token_with_a_wrong_claim_logs_nobody_in() {
    let provider = FakeProvider::start();
    let app = App::with_provider(&provider);
    let wrong: [(&str, Value); 7] = [
        ("nonce", json!("of another login")),
        ("nonce", Value::Null),
        ("aud", json!("another-app")),
        ("aud", json!([])),
        ("iss", json!("https://other.example")),
        ("exp", json!(now() - 3600)),
        // For this app and for another one, which may have passed it on.
        ("aud", json!(["the-app", "another-app"])),
    ];
    for (claim, value) in wrong {
        let mut visitor = app.visitor();
        let question = visitor.question("/login/begin");
        let mut claims = provider.claims(&question, "7");
        claims[claim] = value.clone();
        let refused = provider.answer(&mut visitor.app, &question, claims);
        assert_eq!(refused.location(), Some("/login"), "{claim}: {value}");
        let page = visitor.app.follow(&refused);
        assert!(page.body.contains("has not confirmed"), "{page:?}");
        assert!(!visitor.is_logged_in());
    }
    assert_eq!(app.users(), 0);
}

#[test]
fn a_token_that_the_provider_has_not_signed_logs_nobody_in() {
    let provider = FakeProvider::start();
    let app = App::with_provider(&provider);
    // `{"alg":"none"}`
    let none = "eyJhbGciOiJub25lIn0";
    for forgery in ["key", "signature", "claims", "none"] {
        let mut visitor = app.visitor();
        let question = visitor.question("/login/begin");
        let good = signed(provider.claims(&question, "7"), 1);
        let other_key = signed(provider.claims(&question, "7"), 2);
        let other_claims = signed(provider.claims(&question, "8"), 1);
        let [head, claims, signature] = parts(&good);
        provider.issue(match forgery {
            "key" => other_key,
            "signature" => format!("{head}.{claims}.{}", parts(&other_key)[2]),
            "claims" => format!("{head}.{}.{signature}", parts(&other_claims)[1]),
            _ => format!("{none}.{claims}."),
        });
        let refused = come_back(&mut visitor.app, &question);
        assert_eq!(refused.location(), Some("/login"), "{forgery}");
        assert!(!visitor.is_logged_in(), "{forgery}");
    }
    assert_eq!(app.users(), 0);
}

#[test]
fn new_keys_of_the_provider_are_fetched() {
    let provider = FakeProvider::start();
    for number in [1, 2] {
        provider.publish_key(1);
        let app = App::with_provider(&provider);
        let mut visitor = app.visitor();
        let question = visitor.question("/login/begin");
        provider.publish_key(number);
        provider.issue(signed(provider.claims(&question, "7"), number));
        come_back(&mut visitor.app, &question);
        assert!(visitor.is_logged_in(), "key {number}");
    }
}

#[test]
fn without_the_provider_the_visitor_is_told() {
    let app = App::start_with(|command| {
        // Nobody listens there.
        command
            .env("ISSUER_URL", "http://127.0.0.1:9")
            .env("CLIENT_ID", "x");
    });
    let mut visitor = app.visitor();
    let refused = visitor.app.get("/login/begin?next=%2Faccount");
    assert_eq!(refused.location(), Some("/login?next=%2Faccount"));
    let page = visitor.app.follow(&refused);
    assert!(page.body.contains("does not answer"), "{page:?}");
}

/// Head, claims and signature.
fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<&str> = token.split('.').collect();
    parts.try_into().unwrap()
}
