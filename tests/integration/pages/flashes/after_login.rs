//! The message of a refusal does not outlive the login that it asks for.

use std::time::Duration;

use actix_web::HttpRequest;

use super::{app, pair, shown, tell, usual_app};
use crate::support::Clock;

#[test]
fn a_login_removes_the_refusals_message() {
    let app = usual_app();
    let mut browser = app.browser();
    browser.get("/guarded");
    browser.post("/login/1", "");
    assert_eq!(shown(&mut browser), []);
}

#[test]
fn a_login_keeps_the_apps_own_messages() {
    let app = usual_app();
    let mut browser = app.browser();
    tell(&mut browser, "info", "saved");
    browser.get("/guarded");
    tell(&mut browser, "message", "welcome");
    browser.post("/login/1", "");
    assert_eq!(
        shown(&mut browser),
        [pair("info", "saved"), pair("message", "welcome")]
    );
    // The same words, said by the app.
    let mut browser = app.browser();
    tell(
        &mut browser,
        "message",
        "Please log in to access this page.",
    );
    browser.get("/guarded");
    browser.post("/login/1", "");
    assert_eq!(
        shown(&mut browser),
        [pair("message", "Please log in to access this page.")]
    );
}

#[test]
fn a_login_removes_a_translated_message_of_a_refusal() {
    let app = app(|builder| {
        builder.localize(|req: &HttpRequest, message| format!("{} {message}", req.path()))
    });
    let mut browser = app.browser();
    browser.get("/guarded");
    browser.get("/guarded-too");
    browser.post("/login/1", "");
    assert_eq!(shown(&mut browser), []);
}

#[test]
fn a_login_removes_the_message_that_asked_to_reauthenticate() {
    let app = usual_app();
    let mut browser = app.browser();
    browser.post("/stale-login", "");
    assert_eq!(browser.get("/fresh").status, 302);
    browser.post("/login/1", "");
    assert_eq!(shown(&mut browser), []);
    browser.post("/stale-login", "");
    assert_eq!(browser.get("/fresh").status, 302);
    assert_eq!(browser.post("/confirm", "").body, "confirmed");
    assert_eq!(shown(&mut browser), []);
}

#[test]
fn a_background_request_flashes_no_message() {
    let app = usual_app();
    for (method, headers) in [
        ("GET", ("Sec-Fetch-Mode", "cors")),
        ("GET", ("Sec-Fetch-Dest", "image")),
        ("GET", ("Accept", "application/json")),
        ("GET", ("X-Requested-With", "XMLHttpRequest")),
        ("POST", ("HX-Request", "true")),
        ("PUT", ("Accept", "text/html")),
    ] {
        let mut browser = app.browser();
        let request = browser.request(method, "/guarded");
        assert_eq!(request.header(headers.0, headers.1).send().status, 302);
        assert_eq!(shown(&mut browser), [], "{method} {headers:?}");
    }
}

/// Flask's `get_flashed_messages` asks for no user.
#[test]
fn no_page_shows_the_messages_of_a_login_that_has_ended() {
    let clock = Clock::new();
    let app = app(|builder| builder.clock(clock.reader()));
    let mut browser = app.browser();
    browser.post("/login/1", "");
    tell(&mut browser, "info", "your order was sent");
    clock.advance(Duration::from_secs(31 * 24 * 60 * 60));
    assert_eq!(shown(&mut browser), []);
}
