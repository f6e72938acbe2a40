//! The page on the app's own origin.

use example_support::{Browser, Response};

use crate::app::{App, PASSWORD};

#[test]
fn htmx_gets_a_piece_of_the_page() {
    let app = App::start();
    app.signed_up("anna");
    let mut browser = app.browser();
    let refused = browser.get("/");
    assert_eq!(refused.location(), Some("/login?next=%2F"));
    let fields = [("name", "anna"), ("password", PASSWORD), ("next", "/")];
    assert_eq!(browser.post("/login", &fields).location(), Some("/"));

    let piece = save(&app, &mut browser, "<b>reading</b>");
    assert_eq!(piece.status, 200);
    let text = "<p id=\"status-text\">&lt;b&gt;reading&lt;&#x2f;b&gt;</p>";
    assert_eq!(piece.body.trim(), text);
    let page = browser.get("/").body;
    assert!(page.contains(text), "{page}");
    assert!(page.contains("hx-post=\"/status\""));
}

#[test]
fn without_a_login_htmx_is_led_to_the_login_page() {
    let app = App::start();
    let mut browser = app.signed_up("anna");
    assert_eq!(browser.post("/logout", &[]).location(), Some("/login"));
    let refused = save(&app, &mut browser, "reading");
    assert_eq!((refused.status, &*refused.body), (401, ""));
    assert_eq!(refused.header("HX-Redirect"), Some("/login?next=%2F"));
    let page = browser.get("/login").body;
    assert!(page.contains("Please log in to access this page."));
    assert!(page.contains(&app.page_url.replace('/', "&#x2f;")));
}

#[test]
fn the_pages_have_the_security_headers_and_no_inline_scripts() {
    let app = App::start();
    let mut browser = app.signed_up("anna");
    let page = browser.get("/");
    assert!(
        page.body
            .contains("<script src=\"/htmx.js\" defer></script>")
    );
    assert_eq!(page.body.matches("<script").count(), 1);
    let script = browser.get("/htmx.js");
    assert!(script.body.starts_with("/* htmx 2"));
    for response in [page, script, browser.get("/login"), app.browser().get("/")] {
        let policy = response.header("Content-Security-Policy");
        let policy = policy.expect("a policy");
        assert!(policy.contains("script-src 'self'; style-src 'self'"));
        assert!(policy.contains("frame-ancestors 'none'"));
        assert_eq!(response.header("X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(response.header("Referrer-Policy"), Some("same-origin"));
    }
}

/// What htmx sends for the form of the page.
fn save(app: &App, browser: &mut Browser, status: &str) -> Response {
    browser
        .request("POST", "/status")
        .header("Origin", &app.site.url)
        .header("Sec-Fetch-Site", "same-origin")
        .header("Referer", &format!("{}/", app.site.url))
        .header("HX-Request", "true")
        .header("Accept", "*/*")
        .form(&[("status", status)])
        .send()
}
