//! Forms of other sites; the headers of the pages.

use crate::app::{App, code, is_logged_in};

#[test]
fn a_form_of_another_site_changes_nothing() {
    let app = App::start();
    let mut owner = app.enrolled();
    let code = code(&owner.key);
    for path in [
        "/login",
        "/login/code",
        "/logout",
        "/confirm",
        "/sign-up",
        "/second-factor",
        "/second-factor/begin",
        "/second-factor/backup-codes",
        "/second-factor/remove",
    ] {
        let fields = [("code", &*code), ("password", "x"), ("name", "x")];
        let response = owner
            .browser
            .post_from("https://evil.example", path, &fields);
        assert_eq!((response.status, &*response.body), (403, ""), "{path}");
    }
    assert!(is_logged_in(&mut owner.browser));
    app.pending();
}

#[test]
fn every_response_has_the_security_headers() {
    let app = App::start();
    let mut browser = app.signed_up();
    browser.post("/second-factor/begin", &[]);
    let responses = [
        browser.get("/"),
        browser.get("/style.css"),
        browser.get("/second-factor"),
        browser.get("/no-such-page"),
        app.browser().get("/login/code"),
        browser.post_from("https://evil.example", "/logout", &[]),
    ];
    let statuses = responses.each_ref().map(|response| response.status);
    assert_eq!(statuses, [200, 200, 200, 404, 302, 403]);
    for response in responses {
        let policy = response
            .header("Content-Security-Policy")
            .expect("a policy");
        assert!(policy.contains("default-src 'none'"));
        assert!(policy.contains("script-src 'self';"));
        assert!(policy.contains("frame-ancestors 'none'"));
        assert_eq!(response.header("X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(response.header("Referrer-Policy"), Some("same-origin"));
        assert_eq!(response.header("Strict-Transport-Security"), None);
        // What the policy forbids would not show.
        assert!(!response.body.contains("style=") && !response.body.contains("<script>"));
    }
}

#[test]
fn with_https_cookies_are_secure() {
    let app = App::start_with(|command| {
        command.env("SITE_URL", "https://app.example/");
    });
    let mut browser = app.browser();
    let fields = [("name", "ann"), ("password", "correct horse battery")];
    let response = browser.post("/sign-up", &fields);
    let cookie = response.header("Set-Cookie").expect("a cookie");
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let hsts = response.header("Strict-Transport-Security");
    assert_eq!(hsts, Some("max-age=31536000"));
}
