//! Forms of other sites; the headers of the pages.

use std::process::Command;

use crate::{
    app::{ANN, App},
    fake_provider::FakeProvider,
};

#[test]
fn a_form_of_another_site_changes_nothing() {
    let app = App::start();
    let mut visitor = app.logged_in(ANN);
    for path in ["/logout", "/account/delete"] {
        let response = visitor.app.post_from("https://evil.example", path, &[]);
        assert_eq!((response.status, &*response.body), (403, ""), "{path}");
    }
    assert!(visitor.is_logged_in());
}

#[test]
fn every_response_has_the_security_headers() {
    let app = App::start();
    let mut stranger = app.visitor();
    let question = stranger.question("/login/begin");
    let mut visitor = app.logged_in(ANN);
    let responses = [
        visitor.app.get("/"),
        visitor.app.get("/style.css"),
        visitor.app.get("/account/delete"),
        visitor.app.get("/confirm"),
        visitor.app.get("/no-such-page"),
        stranger.app.get("/login"),
        stranger.app.get("/login/begin"),
        stranger.app.get("/login/callback?state=x"),
        visitor
            .app
            .post_from("https://evil.example", "/logout", &[]),
        stranger.provider.get(&question),
    ];
    let statuses = responses.each_ref().map(|response| response.status);
    assert_eq!(statuses, [200, 200, 200, 200, 404, 200, 303, 303, 403, 200]);
    for response in responses {
        let policy = response
            .header("Content-Security-Policy")
            .expect("a policy");
        assert!(policy.contains("default-src 'none'"));
        assert!(policy.contains("frame-ancestors 'none'"));
        assert_eq!(response.header("X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(response.header("Referrer-Policy"), Some("same-origin"));
        assert_eq!(response.header("Strict-Transport-Security"), None);
        // What the policy forbids would not show.
        assert!(!response.body.contains("style=") && !response.body.contains("<script"));
    }
}

#[test]
fn with_https_cookies_are_secure() {
    let provider = FakeProvider::start();
    let app = App::start_with(|command| {
        command
            .env("SITE_URL", "https://app.example/")
            .env("ISSUER_URL", &provider.url)
            .env("CLIENT_ID", "x");
    });
    let mut visitor = app.visitor();
    let response = visitor.app.get("/login/begin");
    let cookie = response.header("Set-Cookie").expect("a cookie");
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let hsts = response.header("Strict-Transport-Security");
    assert_eq!(hsts, Some("max-age=31536000"));
    let question = response.location().expect("a redirect");
    let redirect_uri = "redirect_uri=https%3A%2F%2Fapp.example%2Flogin%2Fcallback";
    assert!(question.contains(redirect_uri), "{question}");
}

#[test]
fn the_own_provider_is_not_for_production() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oauth"));
    command
        .arg("127.0.0.1:0")
        .env("SITE_URL", "https://app.example")
        .env_remove("ISSUER_URL");
    let output = command.output().expect("it runs");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("ISSUER_URL"));
}
