//! What the page of the other origin does, from the sign-up to the logout.

use serde_json::json;

use crate::app::{App, PASSWORD, credentials, value};

#[test]
fn a_user_signs_up_and_logs_out_and_in() {
    let app = App::start();
    let mut browser = app.signed_up("anna");
    let me = app.get(&mut browser, "/api/me");
    assert_eq!(value(&me), json!({ "id": 1, "name": "anna", "status": "" }));
    // The page may read it, and no other.
    let allowed = me.header("Access-Control-Allow-Origin");
    assert_eq!(allowed, Some(&*app.page_url));
    let credentialed = me.header("Access-Control-Allow-Credentials");
    assert_eq!(credentialed, Some("true"));
    assert_eq!(me.header("Cache-Control"), Some("no-store"));

    let saved = app.post(&mut browser, "/api/status", &json!({ "status": "reading" }));
    assert_eq!(saved.status, 204);
    assert_eq!(
        app.post(&mut browser, "/api/logout", &json!({})).status,
        204
    );
    assert_eq!(app.get(&mut browser, "/api/me").status, 401);

    let mut browser = app.log_in("anna");
    let me = app.get(&mut browser, "/api/me");
    assert_eq!(value(&me)["status"], "reading");
}

#[test]
fn a_script_reads_why_it_is_refused() {
    let app = App::start();
    app.signed_up("anna");
    let mut stranger = app.browser();
    for refused in [
        app.get(&mut stranger, "/api/me"),
        app.post(&mut stranger, "/api/status", &json!({ "status": "x" })),
        app.post(&mut stranger, "/api/end-all-logins", &json!({})),
    ] {
        assert_eq!(refused.status, 401);
        assert_eq!(value(&refused)["error"], "log in first");
        assert_eq!(refused.location(), None);
        let allowed = refused.header("Access-Control-Allow-Origin");
        assert_eq!(allowed, Some(&*app.page_url));
    }
    for (name, password) in [("anna", "wrong"), ("nobody", PASSWORD)] {
        let refused = app.post(&mut stranger, "/api/login", &credentials(name, password));
        assert_eq!(refused.status, 401);
        let error = "That is not the right name and password.";
        assert_eq!(value(&refused)["error"], error);
    }
    let taken = app.post(
        &mut stranger,
        "/api/sign-up",
        &credentials("anna", PASSWORD),
    );
    assert_eq!(taken.status, 409);
    let short = app.post(&mut stranger, "/api/sign-up", &credentials("bert", "short"));
    assert_eq!(short.status, 422);
    let incomplete = app.post(&mut stranger, "/api/login", &json!({ "name": "anna" }));
    assert_eq!(incomplete.status, 400);
    assert!(value(&incomplete)["error"].is_string());
}

#[test]
fn what_the_api_does_not_have_is_told_as_json() {
    let app = App::start();
    let mut browser = app.signed_up("anna");
    let missing = app.get(&mut browser, "/api/nope");
    assert_eq!(missing.status, 404);
    assert_eq!(value(&missing)["error"], "there is no such thing");
}

/// As the `maxlength` of the form counts them.
#[test]
fn a_status_has_up_to_100_characters_of_any_script() {
    let app = App::start();
    let mut browser = app.signed_up("anna");
    for (count, status) in [(100, 204), (101, 422)] {
        let text = "中".repeat(count);
        let saved = app.post(&mut browser, "/api/status", &json!({ "status": text }));
        assert_eq!(saved.status, status);
    }
}

#[test]
fn ending_all_logins_ends_those_of_other_browsers() {
    let app = App::start();
    let mut first = app.signed_up("anna");
    let mut second = app.log_in("anna");
    let mut other_user = app.signed_up("bert");
    let ended = app.post(&mut first, "/api/end-all-logins", &json!({}));
    assert_eq!(ended.status, 204);
    assert_eq!(app.get(&mut first, "/api/me").status, 401);
    assert_eq!(app.get(&mut second, "/api/me").status, 401);
    assert_eq!(app.get(&mut other_user, "/api/me").status, 200);
}

#[test]
fn the_page_may_run_its_scripts_and_call_the_app_alone() {
    let app = App::start();
    let mut browser = app.page_browser();
    let page = browser.get("/");
    let policy = page.header("Content-Security-Policy").expect("a policy");
    let socket_url = app.site.url.replace("http", "ws");
    assert!(policy.contains("default-src 'none'; script-src 'self'; style-src 'self'"));
    assert!(policy.contains(&format!("connect-src {} {socket_url};", app.site.url)));
    assert!(policy.contains("frame-ancestors 'none'"));
    // What the policy forbids would not show.
    assert!(!page.body.contains("style=") && !page.body.contains("onclick"));
    let settings = browser.get("/settings.js");
    assert!(settings.body.contains(&app.site.url));
    for response in [
        page,
        settings,
        browser.get("/page.js"),
        browser.get("/style.css"),
    ] {
        assert_eq!(response.status, 200);
        assert_eq!(response.header("X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(response.header("Set-Cookie"), None);
    }
}

#[test]
fn in_production_the_two_find_each_other_by_https() {
    let mut app = App::start_with(|command| {
        command.env("SITE_URL", "https://api.shop.example/");
        command.env("PAGE_URL", "https://app.shop.example/");
    });
    let page = app.page_browser().get("/");
    let policy = page.header("Content-Security-Policy").expect("a policy");
    let connections = "connect-src https://api.shop.example wss://api.shop.example;";
    assert!(policy.contains(connections), "{policy}");

    app.page_url = "https://app.shop.example".to_owned();
    let mut browser = app.browser();
    let response = app.post(&mut browser, "/api/sign-up", &credentials("anna", PASSWORD));
    assert_eq!(response.status, 201, "{response:?}");
    let allowed = response.header("Access-Control-Allow-Origin");
    assert_eq!(allowed, Some("https://app.shop.example"));
    let cookie = response.header("Set-Cookie").expect("a cookie");
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    for response in [page, response] {
        let hsts = response.header("Strict-Transport-Security");
        assert_eq!(hsts, Some("max-age=31536000"));
    }
}
