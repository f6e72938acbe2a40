//! Forms of other sites; the headers of the pages; the files of the app.

use crate::app::{App, PASSWORD, is_logged_in, move_to, token_of};

const ANN: &str = "ann@example.com";

#[test]
fn a_form_of_another_site_changes_nothing() {
    let mut app = App::start();
    let mut ann = app.signed_up(ANN);
    let fields = [
        ("email", "evil@example.com"),
        ("name", "Evil"),
        ("password", "the password of the attacker"),
        ("token", "x"),
        ("id", "x"),
    ];
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        for path in [
            "/sign-up",
            "/sign-up/finish",
            "/login",
            "/logout",
            "/confirm",
            "/account",
            "/account/email",
            "/account/email/finish",
            "/account/password",
            "/account/logins/end",
            "/account/logins/end-others",
            "/account/delete",
            "/reset",
            "/reset/finish",
        ] {
            let response = ann.post_from(origin, path, &fields);
            assert_eq!((response.status, &*response.body), (403, ""), "{path}");
            assert_eq!(response.header("Set-Cookie"), None);
        }
    }
    assert!(is_logged_in(&mut ann));
    assert!(ann.get("/account").body.contains("value=\"Ann\""));
    app.logged_in(ANN);
    assert_eq!(app.site.unread_lines(), [""; 0], "no mail was sent");
}

#[test]
fn every_response_has_the_security_headers() {
    let mut app = App::start();
    let mut ann = app.signed_up(ANN);
    let mut guesser = app.browser();
    move_to(&mut guesser, "192.0.2.1");
    let guesses: Vec<_> = (0..11)
        .map(|_| guesser.post("/login", &[("email", ANN), ("password", "guess")]))
        .collect();
    let responses = [
        ann.get("/"),
        ann.get("/style.css"),
        ann.get("/account/logins"),
        ann.get("/no-such-page"),
        ann.get("/reset/finish"),
        app.browser().get("/account"),
        ann.post("/account", &[]),
        ann.post_from("https://evil.example", "/account", &[]),
    ];
    let statuses = responses.iter().map(|response| response.status);
    let statuses: Vec<u16> = statuses.collect();
    assert_eq!(statuses, [200, 200, 200, 404, 404, 302, 400, 403]);
    for response in responses.iter().chain(&guesses) {
        let policy = response
            .header("Content-Security-Policy")
            .expect("a policy");
        assert!(policy.contains("default-src 'none'"));
        assert!(policy.contains("frame-ancestors 'none'"));
        assert_eq!(response.header("X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(response.header("Referrer-Policy"), Some("same-origin"));
        assert_eq!(response.header("Strict-Transport-Security"), None);
        assert!(!response.body.contains(PASSWORD));
    }
    assert_eq!(responses[2].header("Cache-Control"), Some("no-store"));
}

#[test]
fn with_https_cookies_are_secure_and_links_use_it() {
    let mut app = App::start_with(|command| {
        command.env("SITE_URL", "https://accounts.example/");
    });
    let mut browser = app.browser();
    let page = browser.get("/login");
    let hsts = page.header("Strict-Transport-Security");
    assert_eq!(hsts, Some("max-age=31536000"));
    browser.post("/sign-up", &[("email", ANN)]);
    let link = app.mail_to(ANN).link();
    let path = link
        .strip_prefix("https://accounts.example")
        .expect("this site");
    let token = token_of(path);
    let fields = [("token", &*token), ("name", "Ann"), ("password", PASSWORD)];
    browser.post("/sign-up/finish", &fields);
    let fields = [("email", ANN), ("password", PASSWORD), ("remember", "on")];
    let response = browser.post("/login", &fields);
    let cookies = response
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie");
    let cookies: Vec<&str> = cookies.map(|(_, value)| &**value).collect();
    assert_eq!(cookies.len(), 2);
    for cookie in cookies {
        for attribute in ["Secure", "HttpOnly", "SameSite=Lax"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
    }
}

#[test]
#[cfg(unix)]
fn the_key_and_the_database_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let app = App::start();
    let mode = |file: &str| {
        let path = app.data.path().join(file);
        path.metadata().unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode("secret.key"), 0o600);
    assert_eq!(mode("accounts.db"), 0o600);
}
