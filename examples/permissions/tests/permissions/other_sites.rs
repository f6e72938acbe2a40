//! Forms of other sites; the headers of the pages.

use crate::app::{App, PASSWORD};

#[test]
fn a_form_of_another_site_changes_nothing() {
    let app = App::start();
    let mut browser = app.user("edith", "editor");
    app.log_admin_in(&mut browser);
    for path in [
        "/login",
        "/logout",
        "/news",
        "/news/1/delete",
        "/documents",
        "/documents/1/readers",
        "/admin/login",
        "/admin/logout",
        "/admin/users",
        "/admin/users/1",
    ] {
        let fields = [("name", "x"), ("password", PASSWORD), ("role", "editor")];
        let response = browser.post_from("https://evil.example", path, &fields);
        assert_eq!((response.status, &*response.body), (403, ""), "{path}");
    }
    assert_eq!(browser.get("/").status, 200);
    assert_eq!(browser.get("/admin").status, 200);
}

#[test]
fn every_response_has_the_security_headers() {
    let app = App::start();
    let mut browser = app.user("rita", "reader");
    app.log_admin_in(&mut browser);
    let responses = [
        browser.get("/"),
        browser.get("/static/style.css"),
        browser.get("/handbook/"),
        browser.get("/admin"),
        browser.get("/no-such-page"),
        app.browser().get("/documents"),
        browser.post("/news", &[("text", "x")]),
        browser.post("/documents", &[]),
        browser.post_from("https://evil.example", "/logout", &[]),
    ];
    let statuses = responses.each_ref().map(|response| response.status);
    assert_eq!(statuses, [200, 200, 200, 200, 404, 302, 403, 403, 403]);
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
    let app = App::start_with(|command| {
        command.env("SITE_URL", "https://app.example/");
    });
    let mut browser = app.browser();
    let response = browser.get("/news");
    let cookie = response.header("Set-Cookie").expect("a cookie");
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let hsts = response.header("Strict-Transport-Security");
    assert_eq!(hsts, Some("max-age=31536000"));
}
