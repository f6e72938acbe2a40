//! What pages of foreign origins try with the cookies of a user.

use example_support::Browser;
use serde_json::json;

use crate::app::{App, PASSWORD, credentials, value};

const CHANGES: [&str; 4] = [
    "/api/login",
    "/api/status",
    "/api/logout",
    "/api/end-all-logins",
];

#[test]
fn a_foreign_fetch_with_credentials_changes_nothing_and_reads_nothing() {
    let app = App::start();
    let mut browser = app.signed_up("anna");
    for (origin, site) in [
        ("https://evil.example", "cross-site"),
        ("http://127.0.0.1:1", "same-site"),
        ("null", "cross-site"),
    ] {
        browser.headers = vec![
            ("Origin".to_owned(), origin.to_owned()),
            ("Sec-Fetch-Site".to_owned(), site.to_owned()),
        ];
        for path in CHANGES {
            let preflight = browser
                .request("OPTIONS", path)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "content-type")
                .send();
            assert_eq!(preflight.header("Access-Control-Allow-Origin"), None);
            let body = json!({ "name": "anna", "password": PASSWORD, "status": "x" });
            let request = browser.request("POST", path);
            let refused = request.body("application/json", body.to_string()).send();
            assert_eq!((refused.status, &*refused.body), (403, ""), "{path}");
            assert_eq!(refused.header("Access-Control-Allow-Origin"), None);
        }
        // The response comes, but the browser keeps it from the script.
        let me = browser.get("/api/me");
        assert_eq!(me.header("Access-Control-Allow-Origin"), None);
    }
    browser.headers.clear();
    assert_unchanged(&app, &mut browser);
}

#[test]
fn the_page_passes_its_preflight() {
    let app = App::start();
    let preflight = |method: &str, header: &str| {
        let mut browser = app.browser();
        let request = browser.request("OPTIONS", "/api/login");
        let request = request.header("Origin", &app.page_url);
        let request = request.header("Access-Control-Request-Method", method);
        let request = request.header("Access-Control-Request-Headers", header);
        request.send()
    };
    let allowed = preflight("POST", "content-type");
    assert_eq!(allowed.status, 200);
    let origin = allowed.header("Access-Control-Allow-Origin");
    assert_eq!(origin, Some(&*app.page_url));
    assert_eq!(preflight("DELETE", "content-type").status, 400);
    assert_eq!(preflight("POST", "x-other").status, 400);
}

#[test]
fn a_foreign_form_changes_nothing() {
    let app = App::start();
    let mut browser = app.signed_up("anna");
    for path in CHANGES.into_iter().chain(["/login", "/logout", "/status"]) {
        let fields = [("name", "anna"), ("password", PASSWORD), ("status", "x")];
        let refused = browser.post_from("https://evil.example", path, &fields);
        assert_eq!((refused.status, &*refused.body), (403, ""), "{path}");
    }
    assert_unchanged(&app, &mut browser);
}

/// A form with `enctype="text/plain"` sends JSON without a preflight.
#[test]
fn json_as_plain_text_changes_nothing() {
    let app = App::start();
    let mut browser = app.signed_up("anna");
    let mut send = |origin: &str, path, body: &str| {
        let request = browser.request("POST", path).header("Origin", origin);
        request.body("text/plain", body).send().status
    };
    let status = r#"{"status": "x", "=": ""}"#;
    assert_eq!(send("https://evil.example", "/api/status", status), 403);
    // Even from the page itself it is no JSON.
    assert_eq!(send(&app.page_url, "/api/status", status), 400);
    let login = credentials("anna", PASSWORD).to_string();
    assert_eq!(send("https://evil.example", "/api/login", &login), 403);
    assert_eq!(send(&app.page_url, "/api/login", &login), 400);
    assert_unchanged(&app, &mut browser);
}

fn assert_unchanged(app: &App, browser: &mut Browser) {
    let me = app.get(browser, "/api/me");
    assert_eq!(value(&me), json!({ "id": 1, "name": "anna", "status": "" }));
}
